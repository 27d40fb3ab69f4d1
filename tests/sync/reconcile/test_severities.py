"""How grave a finding is in the end (report-and-findings.md §2b.3)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from sync.reconcile.findings import Finding, Severity
from sync.reconcile.severities import Stake, moved, stakes, weakly_tagged, weighed
from tests.builders import ref_of, table
from tests.sync.reconcile.checks.given import facts
from tests.sync.reconcile.test_findings import PLAIN

TODAY = date(2026, 11, 16)
EFFORT = {"ref": "string", "team": "string", "day": "int64", "effort": "decimal(38, 12)"}
KEYS = [f"PAY-{n}" for n in range(1, 21)]
USUAL = Stake(days=1.0, is_high=False, lasts=False)


def staked(*spent: tuple[str, str, float]) -> dict[str, Stake]:
    """The stakes of the first five of twenty items with half a day each, and what is said beside: key, day, days."""
    rows: list[dict[str, Any]] = [_spent(key, "2026-11-10", 0.5) for key in KEYS]
    effort = table(EFFORT, rows + [_spent(*each) for each in spent])
    told = stakes(effort, [ref_of(key) for key in KEYS[:5]], today=TODAY, days=28)
    return {ref.rsplit(":", 1)[-1]: stake for ref, stake in told.items()}


def _spent(key: str, on: str, days: float) -> dict[str, Any]:
    return {"ref": ref_of(key), "day": (date.fromisoformat(on) - date(1970, 1, 1)).days, "effort": Decimal(str(days))}


def finding(**said: Any) -> Finding:
    return structs.replace(PLAIN, subject_ref="a", **said)


def test_effort_of_the_last_28_days_is_at_stake() -> None:
    told = staked(("PAY-1", "2026-10-20", 2.0), ("PAY-2", "2026-10-19", 2.0))
    assert (told["PAY-1"].days, told["PAY-2"].days) == (2.5, 0.5)


def test_the_tenth_of_all_items_with_most_effort_stand_out() -> None:
    told = staked(("PAY-3", "2026-11-09", 1.0), ("PAY-4", "2026-11-09", 2.0), ("PAY-5", "2026-11-09", 3.0))
    assert sorted(key for key, stake in told.items() if stake.is_high) == ["PAY-4", "PAY-5"]


def test_it_lasts_where_both_complete_months_before_had_some() -> None:
    told = staked(
        *(("PAY-1", on, 1.0) for on in ("2026-09-01", "2026-10-31")),
        *(("PAY-2", on, 1.0) for on in ("2026-10-01", "2026-10-02", "2026-11-02")),
        *(("PAY-3", on, 1.0) for on in ("2026-08-31", "2026-10-31")),
    )
    assert [key for key, stake in told.items() if stake.lasts] == ["PAY-1"]


@pytest.mark.parametrize("stake", [{"is_high": True}, {"lasts": True}, {"is_high": True, "lasts": True}])
def test_effort_and_persistence_raise_by_one_step(stake: dict[str, bool]) -> None:
    told = weighed(finding(severity="low"), {"a": structs.replace(USUAL, **stake)}, ())
    assert (told.severity, told.effort_days) == ("medium", 1.0)


def test_without_effort_a_kind_keeps_its_severity() -> None:
    assert weighed(finding(), {}, ()) == finding()
    assert weighed(finding(), {"a": USUAL}, ()).severity == "medium"


def test_what_is_for_information_is_not_raised() -> None:
    assert weighed(finding(kind="M28", severity="low"), {"a": structs.replace(USUAL, lasts=True)}, ()).severity == "low"


def test_a_weak_tag_lowers_what_rests_on_it_and_nothing_else() -> None:
    assert weighed(finding(kind="M12", severity="high"), {}, {"a"}).severity == "medium"
    assert weighed(finding(kind="M22", severity="high"), {}, {"a"}).severity == "high"


@pytest.mark.parametrize(
    ("severity", "up", "ends"),
    [
        ("low", 1, "medium"),
        ("medium", 1, "high"),
        ("high", 1, "high"),
        ("low", -1, "low"),
        ("high", -1, "medium"),
        ("critical", -1, "critical"),
        ("critical", 1, "critical"),
        ("medium", 0, "medium"),
    ],
)
def test_steps_end_at_high_and_at_low(severity: Severity, up: int, ends: Severity) -> None:
    assert moved(severity, up=up) == ends


def test_what_is_inherited_from_far_is_weak() -> None:
    known = facts(
        work_items=[{"key": "PAY-1"}, {"key": "PAY-2"}],
        tags={"PAY-1": {"objective": "checkout", "origin": "inherited", "distance": 3}},
    )
    assert weakly_tagged(known) == {ref_of("PAY-1")}
