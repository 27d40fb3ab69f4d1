"""The measures of a service, from deployments, commits, pull requests and incidents (metrics.md §3.3)."""

import json

import pytest

from sync.reconcile.dora import Dora
from sync.reconcile.dora.deployments import deployments
from sync.reconcile.dora.view import DeploymentLine, ServiceView
from sync.reconcile.figures import HOUR_US
from sync.reconcile.stats import wilson
from tests.sync.reconcile.ships import (
    SHOP,
    closed,
    deployed,
    figures,
    incident,
    known,
    line,
    merged,
    sha,
    view,
    written,
)

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


@pytest.fixture(scope="module")
def every_kind() -> Dora:
    """What two deployments bring after a first one: changes of every kind that a history knows.

    a is deployed first. Then s, the squash of pull request 1; m, the merge of 2 with its own commit p; r and q, the
    rebase of 3; d, pushed straight; x, a bot's push; y, the squash of a bot's pull request; z, a merge of branches.
    """
    names = ("a", "s", "p", "m", "q", "r", "d", "x", "y", "z")
    authored = {name: {"authored_us": f"2026-03-01T{hour:02}:00Z"} for hour, name in enumerate(names)}
    history = line(*names, **authored)
    by_name = {row["message"]: row for row in history}
    by_name["m"]["parents"] = [sha("s"), sha("p")]
    by_name["z"]["parents"] = [sha("y"), sha("x")]
    by_name["x"]["author"] = "github:account:bot"
    pulls = [merged(1, "s"), merged(2, "m"), merged(3, "r"), merged(4, "y", author="github:account:bot")]
    pulls += [merged(5, "nowhere")]
    commits = [
        written(1, "s1", authored_us="2026-02-28T23:00Z"),
        written(2, "p", authored_us="2026-03-01T02:00Z"),
        written(3, "q-before", message="q", authored_us="2026-03-01T04:00Z"),
        written(3, "r-before", message="r", authored_us="2026-03-01T05:00Z"),
    ]
    return known(
        SHOP,
        as_of="2026-04-15T00:00Z",
        repository_commits=history,
        deployments=[deployed("01T00:00", "a"), deployed("02T12:00", "r"), deployed("03T12:00", "z")],
        pull_requests=pulls,
        commits=commits,
        accounts=[{"ref": "github:account:bot", "kind": "bot"}, {"ref": "github:account:ann"}],
    )


def test_a_change_is_a_merged_pull_request_or_a_commit_pushed_straight(every_kind: Dora) -> None:
    rows = every_kind.leads.order_by("finished_us", "change").to_pyarrow().to_pylist()
    assert [(row["ref"], row["change"].rpartition(":")[2]) for row in rows] == [
        ("02T12:00", "acme/shop#1"),
        ("02T12:00", "acme/shop#2"),
        ("02T12:00", "acme/shop#3"),
        ("03T12:00", "d"),
    ]


def test_lead_time_begins_with_the_first_commit_and_the_pipeline_with_the_merge(every_kind: Dora) -> None:
    """Pull request 1 was first written an hour before it was opened, 2026-03-01T00:00, and merged then."""
    rows = {row["change"].rpartition(":")[2]: row for row in every_kind.leads.to_pyarrow().to_pylist()}
    assert (rows["acme/shop#1"]["lead_us"], rows["acme/shop#1"]["pipeline_us"]) == (37 * HOUR_US, 36 * HOUR_US)
    assert (rows["d"]["lead_us"], rows["d"]["pipeline_us"]) == ((60 - 6) * HOUR_US, None)


def test_the_first_deployment_brings_what_nobody_knows(every_kind: Dora) -> None:
    rows = deployments(every_kind).order_by("ref").to_pyarrow().to_pylist()
    assert [(row["ref"], row["changes"], row["lead_us"] is None) for row in rows] == [
        ("01T00:00", None, True),
        ("02T12:00", 5, False),
        ("03T12:00", 4, False),
    ]


def test_merges_stand_for_deployments_where_nothing_tells_of_them_and_neither_fail_nor_mend() -> None:
    told = view(pull_requests=[merged(n, f"m{n}", at=f"{n:02}T12:00", labels=["hotfix"]) for n in range(1, 8)])
    by_id = figures(told)
    assert (told.rung, by_id["deployments"].value) == ("merges", 7)
    off = ("change_fail_rate", "change_fail_rate_provisional", "rework_rate", "recovery_time_p50")
    assert {by_id[name].reason for name in off} == {"not_configured"}


def test_an_impact_that_fields_tell_begins_and_ends_there_and_a_duplicate_is_no_incident() -> None:
    """OPS-1 was written down a day late; what its fields say of the impact counts, an end to come does not."""
    when = {"began": "2026-03-02T13:00:00.000+0000", "ended": "2026-03-02T16:00:00.000+0000"}
    later = {"began": "2026-03-03T13:00:00.000+0000", "ended": "2027-01-01T00:00:00.000+0000"}
    told = view(
        deployments=[deployed(f"{n:02}T12:00", name) for n, name in enumerate("abc", start=1)],
        repository_commits=line(*"abc"),
        work_items=[
            incident(1, "10T09:00", fields=json.dumps(when)),
            incident(2, "10T09:00", fields=json.dumps(later)),
            incident(3, "01T13:00", **closed("01T14:00", "Duplicate")),
        ],
    )
    by_ref = {each.ref: each for each in told.deployments}
    assert {ref: each.failed_by for ref, each in by_ref.items()} == {
        "01T12:00": None,
        "02T12:00": "incident",
        "03T12:00": "incident",
    }
    assert f"{by_ref['02T12:00'].recovered_at:%d %H:%M}" == "02 16:00"
    assert by_ref["03T12:00"].recovered_at is None
    assert told.operational_incidents == ()


def test_a_hotfix_and_the_fix_of_an_incident_are_rework() -> None:
    pulls = [
        merged(1, "b", title="Faster basket"),
        merged(2, "c", labels=["hotfix"]),
        merged(3, "d", title="OPS-7: Empty basket again"),
        merged(4, "e", title="OPS-8: Coupons count twice"),
    ]
    found = view(
        deployments=[deployed(f"{n:02}T12:00", name) for n, name in enumerate("abcde", start=1)],
        repository_commits=line(*"abcde"),
        pull_requests=pulls,
        projects=[{"key": "OPS"}],
        work_items=[
            incident(7, "20T09:00"),
            {"key": "OPS-8", "type": "Bug", "labels": ["found-in-production"]},
        ],
    )
    assert [each.ref for each in found.deployments if each.rework] == ["05T12:00", "04T12:00", "03T12:00"]
    assert [(each.ref, each.failed_by) for each in found.deployments if each.failed_by] == [("02T12:00", "hotfix")]
