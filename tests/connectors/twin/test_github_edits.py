"""Changes to a host leave the traces that GitHub leaves."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.twin import github_edits as edits
from connectors.twin.github_graphql import answer
from connectors.twin.github_limits import Limits
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


def asked(github: GitHubHost, query: str) -> Any:
    answered = answer(github, Limits(github), msgspec.json.encode({"query": query}))
    assert "errors" not in answered, answered
    return answered["data"]


def test_what_a_repository_defines_changes_without_touching_its_items() -> None:
    """A label or milestone that is renamed leaves no trace at the items that bear it."""
    github = host()
    shop = github.repositories[0]
    wish = edits.open_issue(github, shop, title="Wish", at=OPENED, by=DEV)
    goal = edits.define_milestone(github, shop, "Summer", at=OPENED, by=DEV)
    edits.set_milestone(github, wish, goal, at=OPENED, by=DEV)
    edits.label(github, wish, "bug", at=OPENED, by=DEV)
    before = asked(github, '{ repository(owner: "acme", name: "shop") { label(name: "bug") { id } } }')
    edits.rename_label(github, shop, "bug", "defect", at=LATER, by=DEV)
    edits.edit_milestone(github, shop, goal, at=LATER, by=DEV, title="Autumn")
    found = asked(
        github,
        """{ repository(owner: "acme", name: "shop") { label(name: "defect") { id } issue(number: 1) {
             updatedAt labels(first: 5) { nodes { name } } milestone { title } } } }""",
    )["repository"]
    assert found["label"] == before["repository"]["label"]
    told_of = {"updatedAt": OPENED, "labels": {"nodes": [{"name": "defect"}]}, "milestone": {"title": "Autumn"}}
    assert found["issue"] == told_of
    edits.delete_label(github, shop, "defect", by=DEV)
    assert wish["labels"] == []
    assert told(wish) == ["MilestonedEvent", "LabeledEvent"]


def test_a_part_that_goes_to_another_parent_is_told_at_all_three() -> None:
    github = host()
    shop = github.repositories[0]
    part, one, other = (edits.open_issue(github, shop, title=t, at=OPENED, by=DEV) for t in ("Part", "One", "Other"))
    edits.set_parent(github, part, one, at=OPENED, by=DEV)
    edits.set_parent(github, part, other, at=LATER, by=DEV, touches=False)
    assert told(part) == ["ParentIssueAddedEvent", "ParentIssueRemovedEvent", "ParentIssueAddedEvent"]
    assert (told(one), told(other)) == (["SubIssueAddedEvent", "SubIssueRemovedEvent"], ["SubIssueAddedEvent"])
    assert {issue["updatedAt"] for issue in (part, one, other)} == {OPENED}
    found = asked(
        github,
        '{ repository(owner: "acme", name: "shop") { issue(number: 3) { subIssues(first: 5) { totalCount } } } }',
    )
    assert found["repository"]["issue"]["subIssues"]["totalCount"] == 1


def test_a_thread_is_resolved_without_touching_its_pull_request() -> None:
    github = host()
    change = edits.open_pull_request(github, github.repositories[0], title="Change", at=OPENED, by=DEV)
    thread = edits.start_thread(github, change, "src/shop.py", at=OPENED, by=DEV)
    edits.resolve_thread(github, change, thread, by=DEV)
    fields = "... on PullRequestReviewThread { isResolved resolvedBy { login } }"
    found = asked(github, f'{{ node(id: "{thread["id"]}") {{ {fields} }} }}')
    assert found["node"] == {"isResolved": True, "resolvedBy": {"login": "payments-dev-1"}}
    assert change["updatedAt"] == OPENED


def test_a_reviewer_who_answers_is_not_asked_any_more() -> None:
    github = host()
    change = edits.open_pull_request(github, github.repositories[0], title="Change", at=OPENED, by=DEV)
    team = {"__typename": "Team", "slug": "payments", "name": "Payments"}
    for who in (DEV, team):
        edits.request_review(github, change, dict(who), at=OPENED, by=DEV)
    edits.review(github, change, at=LATER, by=DEV)
    assert [each["requestedReviewer"].get("slug") for each in change["reviewRequests"]] == ["payments"]


def test_a_deployment_gets_its_statuses_late_and_keeps_its_place() -> None:
    """apache/devlake#8302: that it became inactive later is no failure."""
    github = host()
    made = edits.deploy(github, github.repositories[0], {"oid": "c" * 40}, at=OPENED, by=DEV, environment="production")
    query = """{ repository(owner: "acme", name: "shop") {
                   deployments(first: 1) { nodes { state createdAt updatedAt } } } }"""
    states = []
    for state in ("SUCCESS", "INACTIVE"):
        edits.set_status(github, made, state, at=LATER, by=DEV)
        states += asked(github, query)["repository"]["deployments"]["nodes"]
    assert [each["state"] for each in states] == ["ACTIVE", "INACTIVE"]
    assert {(each["createdAt"], each["updatedAt"]) for each in states} == {(OPENED, LATER)}


def test_a_repository_that_went_to_another_owner_is_found_by_its_old_name() -> None:
    github = host()
    shop = github.repositories[0]
    edits.transfer_repository(github, shop, github.viewer)
    query = '{{ repository(owner: "{}", name: "shop") {{ id nameWithOwner }} }}'
    old, new = (asked(github, query.format(owner))["repository"] for owner in ("acme", "fingerpost-reader"))
    assert old == new == {"id": shop["id"], "nameWithOwner": "fingerpost-reader/shop"}


def test_a_duplicate_names_what_it_repeats() -> None:
    github = host()
    shop = github.repositories[0]
    first, second = (edits.open_issue(github, shop, title="Wish", at=OPENED, by=DEV) for _ in range(2))
    edits.close_as_duplicate(github, second, first, at=LATER, by=DEV)
    query = """{ repository(owner: "acme", name: "shop") { issue(number: 2) {
                   stateReason(enableDuplicate: true) duplicateOf { number } } } }"""
    assert asked(github, query)["repository"]["issue"] == {"stateReason": "DUPLICATE", "duplicateOf": {"number": 1}}
