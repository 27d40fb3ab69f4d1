"""Findings by what teams agreed on: kinds that a team is not asked about, and limits of its own."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from mappings.agreements import Agreement
from sync.reconcile.checks import discover, found_by, limits_of
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Finding


class AgreementLine(Struct, frozen=True, kw_only=True):
    """An exception that holds, and what it keeps from the report."""

    team: str
    from_on: date | None
    reason: str
    limits: dict[str, Any]  #: in the place of those that hold for everybody
    withheld: dict[str, int]  #: kind that the team is not asked about → how many findings of it there are


def by_agreement(
    found: Iterable[Finding], agreements: Iterable[Agreement], facts: Facts
) -> tuple[list[Finding], tuple[AgreementLine, ...]]:
    """The findings, those that a team owns judged by its agreement; and a line for each agreement."""
    told, lines = list(found), []
    for agreement in agreements:
        told = _judged_anew(told, agreement, facts)
        kept = [each for each in told if each.owner != agreement.team or each.kind not in agreement.without]
        lines.append(_line(agreement, told, kept))
        told = kept
    return told, tuple(lines)


def _judged_anew(told: list[Finding], agreement: Agreement, facts: Facts) -> list[Finding]:
    """The findings, those of the team by its own limits: what asks for none of these is not asked again."""
    own = agreement.limits.model_dump(exclude_none=True)
    affected = [check for check in discover().values() if limits_of(check) & own.keys()]
    kinds = {check.KIND for check in affected}
    theirs = facts.by(msgspec.structs.replace(facts.thresholds, **own))
    others = [each for each in told if each.owner != agreement.team or each.kind not in kinds]
    return others + [each for each in found_by(affected, theirs) if each.owner == agreement.team]


def _line(agreement: Agreement, told: list[Finding], kept: list[Finding]) -> AgreementLine:
    before, after = Counter(each.kind for each in told), Counter(each.kind for each in kept)
    return AgreementLine(
        team=agreement.team,
        from_on=agreement.from_on,
        reason=agreement.reason,
        limits=agreement.limits.model_dump(exclude_none=True),
        withheld={kind: before[kind] - after[kind] for kind in agreement.without},
    )
