"""Alignment is the same on PostgreSQL as on DuckDB: figures with intervals, shares, misaligned work, the account."""

from typing import Any

from sync.reconcile.alignment.reckoned import aligned
from sync.reconcile.alignment.view import AlignmentView
from sync.reconcile.facts import Facts
from sync.reconcile.periods import period
from tests.sync.reconcile.alignment.test_view import DOES, ZONE, company, known
from tests.sync.reconcile.checks.test_checks_engines import moved


def test_postgresql_and_duckdb_agree(postgres: Any) -> None:
    here = known(company(sorted(DOES), teams=[{"id": "crew"}]))
    found = said(here)
    assert said(moved(here, postgres)) == found
    assert found.account is not None
    assert found.misaligned


def said(facts: Facts) -> AlignmentView:
    return aligned(facts, period("2024-W12", zone=ZONE), precision=None, config_version="v1")
