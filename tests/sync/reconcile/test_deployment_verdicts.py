"""Which deployments failed, when that was over, and which repaired something (metrics.md §3.3)."""

from typing import Any

import pytest

from mappings.mends import Incident, Mends, Undoing
from sync.reconcile.dora.shipping import Deployment, Sign
from sync.reconcile.dora.verdicts import Ending, Verdict, operational, verdicts

HOUR_US = 3_600_000_000
OPEN, DROPPED = Ending(False, None), Ending(True, 99 * HOUR_US)


def made(*hours: int, **brought: str) -> list[Deployment]:
    """Deployments d0, d1 … that finished at these hours, each with the commit of its name or those said."""
    return [
        Deployment(
            service="shop",
            rung="deployments",
            ref=f"d{number}",
            repository="acme/shop",
            sha=f"c{number}",
            finished_us=hour * HOUR_US,
            brought=frozenset(brought.get(f"d{number}", f"c{number}").split()),
            rollback=False,
        )
        for number, hour in enumerate(hours)
    ]


def sign(ref: str, rule: Any, by: str, hour: int) -> Sign:
    return Sign("shop", ref, rule, by, hour * HOUR_US)


def closed(hour: int) -> Ending:
    return Ending(False, hour * HOUR_US)


def incident(ref: str, *, ended: int | None = None) -> Incident:
    return Incident(ref, 0, (), None if ended is None else ended * HOUR_US)


def told(*signs: Sign, hours: tuple[int, ...] = (0, 10, 20), **given: Any) -> dict[str, Verdict]:
    endings = given.get("endings", {})
    mends = given.get("mends", Mends(incidents=[incident(ref) for ref in endings]))
    return verdicts(made(*hours), signs, mends=mends, endings=endings, repairs=given.get("repairs", ()))


def recovered(verdict: Verdict) -> float | None:
    return None if verdict.recovered_us is None else verdict.recovered_us / HOUR_US


def test_the_first_rule_that_holds_is_recorded_with_all_that_speaks() -> None:
    signs = [sign("d0", "hotfix", "fix", 10), sign("d0", "revert", "undo", 10), sign("d0", "named", "I", 5)]
    verdict = told(*signs, endings={"I": OPEN})["d0"]
    assert (verdict.failed_by, verdict.failed_refs) == ("named", ("I", "undo", "fix"))


def test_without_a_sign_nothing_failed() -> None:
    assert {ref: verdict.failed_by for ref, verdict in told().items()} == dict.fromkeys(("d0", "d1", "d2"))


def test_an_incident_fails_one_deployment_by_the_first_rule_and_of_several_the_latest() -> None:
    named_both = [sign("d0", "named", "I", 5), sign("d1", "named", "I", 5)]
    assert [ref for ref, each in told(*named_both, endings={"I": OPEN}).items() if each.failed_by] == ["d1"]
    named_early = [sign("d0", "named", "I", 5), sign("d1", "incident", "I", 12)]
    assert [ref for ref, each in told(*named_early, endings={"I": OPEN}).items() if each.failed_by] == ["d0"]


def test_a_discarded_incident_speaks_against_nothing() -> None:
    found = told(sign("d0", "incident", "I", 1), sign("d0", "named", "I", 1), endings={"I": DROPPED})
    assert found["d0"].failed_by is None
    assert operational(Mends(incidents=[incident("I")]), found, {"I": DROPPED}) == []


def test_incidents_that_no_deployment_caused_are_operational() -> None:
    endings = {"I": OPEN, "J": OPEN}
    mends = Mends(incidents=[incident("I"), incident("J")])
    found = told(sign("d0", "incident", "I", 1), endings=endings, mends=mends)
    assert [each.ref for each in operational(mends, found, endings)] == ["J"]


@pytest.mark.parametrize(
    ("signs", "incidents", "endings", "hour"),
    [
        pytest.param([("incident", "I", 1)], {"I": 3}, {"I": closed(8)}, 3, id="the impact's end comes first"),
        pytest.param([("incident", "I", 1), ("revert", "undo", 10)], {"I": None}, {"I": OPEN}, 10, id="then the mend"),
        pytest.param([("hotfix", "fix", 10), ("rollback", "d2", 20)], {}, {}, 10, id="of several mends the first"),
        pytest.param([("incident", "I", 1)], {"I": None}, {"I": closed(8)}, 8, id="then the incident's end"),
        pytest.param([("incident", "I", 1)], {"I": None}, {"I": OPEN}, None, id="nothing while it is open"),
        pytest.param(
            [("incident", "I", 1), ("named", "J", 1)],
            {"I": None, "J": None},
            {"I": closed(8), "J": closed(9)},
            9,
            id="the latest of several",
        ),
        pytest.param(
            [("incident", "I", 1), ("named", "J", 1)],
            {"I": None, "J": None},
            {"I": closed(8), "J": OPEN},
            None,
            id="nothing while one of several is open",
        ),
        pytest.param(
            [("incident", "I", 1), ("named", "J", 1)],
            {"I": 3, "J": None},
            {"I": closed(8), "J": closed(9)},
            9,
            id="an impact's end that only one of them has says too little",
        ),
    ],
)
def test_recovery(
    signs: list[tuple[str, str, int]],
    incidents: dict[str, int | None],
    endings: dict[str, Ending],
    hour: int | None,
) -> None:
    mends = Mends(incidents=[incident(ref, ended=ended) for ref, ended in incidents.items()])
    found = told(*(sign("d0", *each) for each in signs), endings=endings, mends=mends)
    assert recovered(found["d0"]) == hour


def test_rework_is_a_rollback_a_revert_a_hotfix_or_the_fix_of_an_incident() -> None:
    mends = Mends(hotfixes={"c1": "fix"}, undoings={"c2": [Undoing("undo", "c0")]})
    deployments = [*made(0, 1, 2, 3, 4), made(0)[0]._replace(ref="back", rollback=True, brought=frozenset())]
    found = verdicts(deployments, [], mends=mends, endings={}, repairs={"c3"})
    assert [ref for ref, each in found.items() if each.rework] == ["d1", "d2", "d3", "back"]


def test_one_deployment_may_fail_and_repair() -> None:
    found = told(sign("d1", "revert", "undo", 20), repairs={"c1"})
    assert (found["d1"].failed_by, found["d1"].rework) == ("revert", True)


def test_of_the_first_deployment_nobody_knows_what_it_brought() -> None:
    first = made(0)[0]._replace(brought=None)
    assert verdicts([first], [], mends=Mends(), endings={}, repairs={"c0"})["d0"].rework is False
