"""The measures of a service, from deployments, commits, pull requests and incidents (metrics.md §3.3)."""

import pytest

from sync.reconcile.dora.view import DeploymentLine, ServiceView
from sync.reconcile.stats import wilson
from tests.sync.reconcile.ships import closed, deployed, figures, incident, line, sha, view

NAMES = "abcdefghi"


@pytest.fixture(scope="module")
def example() -> ServiceView:
    """The specification's: d4 reverts a change of d3, three hours later; I began in between, J 30 hours after d9."""
    made = [deployed(f"{n:02}T12:00", name) for n, name in enumerate(NAMES, start=1) if name != "d"]
    history = line(*NAMES, d={"message": f"This reverts commit {sha('c')}."})
    incidents = [incident(1, "03T14:00", **closed("04T14:00")), incident(2, "10T18:00")]
    return view(deployments=[*made, deployed("03T15:00", "d")], repository_commits=history, work_items=incidents)


def failed(told: ServiceView) -> DeploymentLine:
    (one,) = [each for each in told.deployments if each.failed_by]
    return one


def test_one_of_nine_failed_by_its_revert(example: ServiceView) -> None:
    assert (failed(example).ref, failed(example).failed_by) == ("03T12:00", "revert")
    assert failed(example).failed_refs == ("c:d", "jira:work_item:OPS-1")
    rate = figures(example)["change_fail_rate"]
    assert (rate.value, rate.n, rate.items) == (pytest.approx(0.111111, abs=5e-7), 9, ("03T12:00",))
    assert (rate.low, rate.high) == wilson(1, 9)


def test_one_of_nine_is_rework(example: ServiceView) -> None:
    assert [each.ref for each in example.deployments if each.rework] == ["03T15:00"]
    assert figures(example)["rework_rate"].value == 1 / 9


def test_it_recovered_when_the_revert_was_deployed_though_its_incident_closed_a_day_later(example: ServiceView) -> None:
    assert f"{failed(example).recovered_at:%d %H:%M}" == "03 15:00"
    recovery = figures(example)["recovery_time_p50"]
    assert (recovery.n, recovery.reason, recovery.items) == (1, "small_n", ("03T12:00",))


def test_the_other_incident_is_operational(example: ServiceView) -> None:
    assert example.operational_incidents == ("jira:work_item:OPS-2",)
    assert figures(example)["operational_incidents"].value == 1
