"""Changes to a host leave the traces that GitHub leaves."""

from datetime import UTC, datetime
from typing import Any

from connectors.twin import github_edits as edits
from connectors.twin.github_state import GitHubHost

DEV = {"__typename": "User", "login": "payments-dev-1"}
OPENED, LATER = "2026-10-01T09:00:00Z", "2026-10-02T09:00:00Z"


def host() -> GitHubHost:
    repositories = [{"owner": {"login": "acme"}, "name": name} for name in ("shop", "themes")]
    return GitHubHost(now=lambda: datetime(2026, 11, 20, tzinfo=UTC), repositories=repositories)


def told(item: dict[str, Any]) -> list[str]:
    return [event["__typename"] for event in item.get("timelineItems", ())]


def test_issues_and_pull_requests_share_one_range_of_numbers() -> None:
    github = host()
    shop = github.repositories[0]
    first = edits.open_issue(github, shop, title="Wish", at=OPENED, by=DEV)
    second = edits.open_pull_request(github, shop, title="Change", at=OPENED, by=DEV)
    edits.delete(github, first)
    third = edits.open_issue(github, shop, title="Another", at=OPENED, by=DEV)
    assert [second["number"], third["number"]] == [2, 3]
    assert github.item(shop, 1) is None


def test_a_merge_closes_the_issue_that_the_pull_request_closes() -> None:
    github = host()
    shop = github.repositories[0]
    wish = edits.open_issue(github, shop, title="Wish", at=OPENED, by=DEV)
    links = {"closingIssuesReferences": [wish["id"]]}
    change = edits.open_pull_request(github, shop, title="Change", at=OPENED, by=DEV, **links)
    edits.merge(github, change, at=LATER, by=DEV, oid="c" * 40)
    assert (change["state"], change["mergedAt"], change["updatedAt"]) == ("MERGED", LATER, LATER)
    assert told(change) == ["MergedEvent", "ClosedEvent"]
    assert (wish["state"], wish["stateReason"], wish["closedAt"]) == ("CLOSED", "COMPLETED", LATER)
    assert wish["timelineItems"][-1]["closer"] == change["id"]


def test_every_edit_moves_the_update_and_is_told() -> None:
    github = host()
    wish = edits.open_issue(github, github.repositories[0], title="Wish", at=OPENED, by=DEV)
    edits.label(github, wish, "bug", at=LATER, by=DEV)
    edits.unlabel(github, wish, "bug", at=LATER, by=DEV)
    edits.edit(github, wish, title="Better wish", at=LATER, by=DEV)
    edits.close(github, wish, at=LATER, by=DEV, reason="NOT_PLANNED")
    edits.reopen(github, wish, at=LATER, by=DEV)
    assert told(wish) == ["LabeledEvent", "UnlabeledEvent", "RenamedTitleEvent", "ClosedEvent", "ReopenedEvent"]
    assert (wish["labels"], wish["state"], wish["stateReason"], wish["updatedAt"]) == ([], "OPEN", "REOPENED", LATER)


def test_a_force_push_replaces_the_commits() -> None:
    github = host()
    change = edits.open_pull_request(github, github.repositories[0], title="Change", at=OPENED, by=DEV)
    edits.push(github, change, [{"oid": "1" * 40}, {"oid": "2" * 40}], at=OPENED, by=DEV)
    edits.push(github, change, [{"oid": "3" * 40}], at=LATER, by=DEV, force=True)
    edits.review(github, change, at=LATER, by=DEV)
    assert [c["commit"]["oid"] for c in change["commits"]] == ["3" * 40]
    assert told(change) == ["HeadRefForcePushedEvent"]
    found = github.node(change["id"])
    assert found is not None
    assert [r["pullRequest"] for r in found["reviews"]] == [change["id"]]


def test_a_transferred_issue_has_a_new_place_and_its_history() -> None:
    github = host()
    shop, themes = github.repositories
    wish = edits.open_issue(github, shop, title="Wish", at=OPENED, by=DEV)
    old_id = wish["id"]
    moved = edits.transfer(github, wish, themes, at=LATER, by=DEV)
    assert (moved["repository"], moved["number"], moved["title"]) == (themes["id"], 1, "Wish")
    assert moved["id"] != old_id
    assert github.node(old_id) is None
    assert told(moved) == ["TransferredEvent"]
    assert [len(r["issues"]) for r in (shop, themes)] == [0, 1]
