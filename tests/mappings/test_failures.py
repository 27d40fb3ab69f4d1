"""What speaks for a deployment having failed, rule by rule (metrics.md §3.3)."""

from datetime import date
from typing import Any

from mappings.change_sets import change_sets
from mappings.conditions import Condition
from mappings.deployments import service_deployments
from mappings.failures import Windows, failures
from mappings.links import links
from mappings.mends import mends
from mappings.reverts import reverts
from mappings.rules import Mappings, Service
from tests.builders import tables

SHOP = Service(
    id="shop",
    repositories=("acme/shop",),
    incidents=Condition.model_validate({"project": "OPS", "type": "Incident"}),
    hotfix=Condition.model_validate({"labels": "hotfix"}),
)
HOUR_US = 3_600_000_000
USUAL = Windows(taken_back_us=7 * 24 * HOUR_US, hotfix_us=48 * HOUR_US, incident_us=24 * HOUR_US)
PLACE = {"source": "github", "repository": "acme/shop"}


def sha(name: str) -> str:
    return name.encode().hex().ljust(40, "0")


def commit(name: str, *follows: str, message: str = "") -> dict[str, Any]:
    return {
        **PLACE,
        "ref": f"c:{name}",
        "sha": sha(name),
        "parents": [sha(each) for each in follows],
        "message": message,
    }


def line(*names: str, **messages: str) -> list[dict[str, Any]]:
    """Commits that follow on each other; some with a message."""
    before = [(), *((name,) for name in names)]
    return [commit(name, *each, message=messages.get(name, "")) for name, each in zip(names, before, strict=False)]


def deployed(day: int, name: str, hour: float = 12) -> dict[str, Any]:
    at = f"2026-03-{day:02}T{int(hour):02}:{round(hour % 1 * 60):02}:00Z"
    return {**PLACE, "ref": f"d{day}@{hour:g}", "environment": "production", "sha": sha(name), "succeeded_us": at}


def incident(number: int, at: str, **row: Any) -> dict[str, Any]:
    return {"key": f"OPS-{number}", "type": "Incident", "created_us": f"2026-03-{at}:00Z", **row}


def merged(number: int, name: str, **row: Any) -> dict[str, Any]:
    return {"key": f"acme/shop#{number}", "merge_sha": sha(name), "merged_us": "2026-03-01T00:00:00Z", **row}


def signs(service: Service = SHOP, windows: Windows = USUAL, **rows: Any) -> list[tuple[str, str, str]]:
    """Which deployment, by which rule, and what speaks."""
    held = tables(**rows)
    parents = {row["sha"]: row["parents"] for row in rows["repository_commits"]}
    linked, back = links(held, Mappings()), reverts(held)
    told = mends(held, [service], reverts=back, links=linked, day=date(2026, 4, 1))
    made = service_deployments(held, [service], same_within_us=HOUR_US).to_pyarrow().to_pylist()
    found = failures(made, brought=change_sets(made, parents), mends=told, windows=windows).to_pyarrow().to_pylist()
    return [(row["ref"], row["rule"], row["by_ref"].rpartition(":")[2]) for row in found]


def test_an_incident_within_a_day_and_before_the_next_deployment():
    history, made = line("a", "b", "c"), [deployed(2, "a"), deployed(3, "b"), deployed(3, "c", 16)]
    cases = {
        "03T11:59": [("d2@12", "incident", "OPS-1")],
        "03T12:00": [("d3@12", "incident", "OPS-1")],
        "03T14:00": [("d3@12", "incident", "OPS-1")],
        "04T15:00": [("d3@16", "incident", "OPS-1")],
        "04T17:00": [],
        "01T12:00": [],
    }
    for began, expected in cases.items():
        rows = {"work_items": [incident(1, began)], "repository_commits": history, "deployments": made}
        assert signs(**rows) == expected, began


def test_only_what_the_service_calls_an_incident_is_one():
    rows = {"repository_commits": line("a"), "deployments": [deployed(2, "a")]}
    assert signs(work_items=[incident(1, "02T13:00", type="Task")], **rows) == []
    plain = Service(id="shop", repositories=("acme/shop",))
    assert signs(plain, work_items=[incident(1, "02T13:00")], **rows) == []


def test_an_incident_that_names_a_commit_speaks_whenever_it_came():
    body = f"root cause: {sha('b')[:9]}"
    rows = {"repository_commits": line("a", "b", "c"), "deployments": [deployed(2, "a"), deployed(3, "b")]}
    assert signs(work_items=[incident(1, "20T13:00", body=body)], **rows) == [("d3@12", "named", "OPS-1")]


def test_going_back_within_a_week_speaks_against_what_it_leaves():
    history = line("a", "b", "c")
    back = [deployed(2, "a"), deployed(3, "b"), deployed(9, "a")]
    late = [deployed(2, "a"), deployed(3, "b"), deployed(11, "a")]
    assert signs(repository_commits=history, deployments=back) == [("d3@12", "rollback", "d9@12")]
    assert signs(repository_commits=history, deployments=late) == []


def test_a_reverting_pull_request_speaks_against_the_deployment_that_brought_the_change():
    history, made = line("a", "b", "c", "d"), [deployed(n, name) for n, name in enumerate("abcd", start=2)]
    pulls = [merged(7, "b", title="Basket"), merged(9, "d", title='Revert "Basket"', body="Reverts acme/shop#7")]
    rows = {"repository_commits": history, "deployments": made, "pull_requests": pulls}
    assert signs(**rows) == [("d3@12", "revert", "acme/shop#9")]


def test_a_commit_that_git_reverted_speaks_without_any_pull_request():
    """github.md §6: what looks at branches alone misses it."""
    history = line("a", "b", "c", c=f'Revert "b"\n\nThis reverts commit {sha("b")}.')
    made = [deployed(n, name) for n, name in enumerate("abc", start=2)]
    assert signs(repository_commits=history, deployments=made) == [("d3@12", "revert", "c")]


def test_a_revert_after_a_week_or_of_what_never_shipped_says_nothing():
    undo = f"This reverts commit {sha('b')}."
    late = [deployed(2, "a"), deployed(3, "b"), deployed(11, "c")]
    together = [deployed(2, "a"), deployed(3, "c")]
    for made in (late, together):
        assert signs(repository_commits=line("a", "b", "c", c=undo), deployments=made) == []


def test_a_hotfix_within_two_days_speaks_against_the_one_before():
    history = line("a", "b", "c")
    pulls = [merged(7, "c", labels=["hotfix"])]
    soon, late = deployed(4, "c"), deployed(6, "c")
    rows = {"repository_commits": history, "pull_requests": pulls}
    assert signs(deployments=[deployed(2, "a"), deployed(3, "b"), soon], **rows) == [("d3@12", "hotfix", "acme/shop#7")]
    assert signs(deployments=[deployed(2, "a"), deployed(3, "b"), late], **rows) == []


def test_how_soon_something_has_to_speak_is_configuration():
    undone = line("a", "b", "c", c=f"This reverts commit {sha('b')}.")
    late = [deployed(2, "a"), deployed(3, "b"), deployed(11, "c")]
    month = USUAL._replace(taken_back_us=30 * 24 * HOUR_US)
    assert signs(windows=month, repository_commits=undone, deployments=late) == [("d3@12", "revert", "c")]
    fixed = {"repository_commits": line("a", "b", "c"), "pull_requests": [merged(7, "c", labels=["hotfix"])]}
    soon = [deployed(2, "a"), deployed(3, "b"), deployed(4, "c")]
    assert signs(windows=USUAL._replace(hotfix_us=23 * HOUR_US), deployments=soon, **fixed) == []
    troubled = {"repository_commits": line("a"), "deployments": [deployed(2, "a")]}
    hour = USUAL._replace(incident_us=HOUR_US)
    assert signs(windows=hour, work_items=[incident(1, "02T13:00")], **troubled) == []
    assert signs(windows=hour, work_items=[incident(1, "02T12:59")], **troubled) == [("d2@12", "incident", "OPS-1")]


def test_what_the_first_deployment_brought_is_not_known_so_that_no_revert_speaks_against_it():
    history = line("a", "b", "c", c=f"This reverts commit {sha('b')}.")
    rows = {"repository_commits": history, "deployments": [deployed(2, "b"), deployed(3, "c")]}
    assert signs(work_items=[incident(1, "02T13:00")], **rows) == [("d2@12", "incident", "OPS-1")]


def test_the_example_of_the_specification():
    """metrics.md §3.3: d3 fails; J, thirty hours after d9, fails nothing."""
    names = "abcdefghi"
    made = [deployed(n, name) for n, name in enumerate(names[:3], start=1)]
    made += [deployed(3, "d", 15), *(deployed(n, name) for n, name in enumerate(names[4:], start=4))]
    history = line(*names, d=f"This reverts commit {sha('c')}.")
    items = [incident(1, "03T14:00"), incident(2, "09T18:00")]
    assert signs(repository_commits=history, deployments=made, work_items=items) == [
        ("d3@12", "revert", "d"),
        ("d3@12", "incident", "OPS-1"),
    ]


def test_no_deployment_no_sign():
    assert signs(repository_commits=line("a"), work_items=[incident(1, "02T13:00")]) == []
