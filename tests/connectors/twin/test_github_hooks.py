"""Every edit's deliveries, against GitHub's own description of its webhooks: told as GitHub tells it."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.twin import github_boards as boards
from connectors.twin import github_edits as edits
from connectors.twin.github_state import GitHubHost
from tests.connectors.twin.described import document, problems

WEBHOOKS = "webhooks-openapi.api.github.com.json.gz"
DEV = {"__typename": "User", "login": "payments-dev-1"}
OTHER = {"__typename": "User", "login": "payments-dev-2"}
OPENED, LATER = "2026-10-01T09:00:00Z", "2026-10-02T09:00:00Z"
STATUS = {
    "__typename": "ProjectV2SingleSelectField",
    "id": "PVTSSF_status",
    "name": "Status",
    "dataType": "SINGLE_SELECT",
    "createdAt": OPENED,
    "options": [{"id": "todo", "name": "Todo"}, {"id": "done", "name": "Done"}],
}

Host = GitHubHost
Json = dict[str, Any]


def acme() -> Host:
    """Two repositories with an issue and a pull request each, and a board."""
    board = {"number": 1, "title": "Board", "createdAt": OPENED, "fields": [STATUS], "items": []}
    owner = {"__typename": "Organization", "login": "acme", "projectsV2": [board]}
    repositories = [{"owner": {"login": "acme"}, "name": name} for name in ("shop", "themes")]
    host = Host(now=lambda: datetime(2026, 11, 20, tzinfo=UTC), repositories=repositories, organizations=[owner])
    for repository in host.repositories:
        for title in ("Wish", "Other wish"):
            edits.open_issue(host, repository, title=title, at=OPENED, by=DEV)
        edits.open_pull_request(host, repository, title="Change", at=OPENED, by=DEV)
    return host


def wrong(event: str, payload: Any) -> list[str]:
    """What GitHub would not have sent so."""
    webhook = document(WEBHOOKS)["webhooks"][event.replace(".", "-").replace("_", "-")]
    schema = webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
    return [f"{event}: {problem}" for problem in problems(WEBHOOKS, schema, payload)]


def on_issue(edit: Callable[..., Any], *rest: Any) -> Callable[[Host], Any]:
    return lambda host: edit(host, host.repositories[0]["issues"][0], *rest, at=LATER, by=DEV)


def on_pull(edit: Callable[..., Any], *rest: Any) -> Callable[[Host], Any]:
    return lambda host: edit(host, host.repositories[0]["pullRequests"][0], *rest, at=LATER, by=DEV)


def on_shop(edit: Callable[..., Any], *rest: Any, **named: Any) -> Callable[[Host], Any]:
    return lambda host: edit(host, host.repositories[0], *rest, by=DEV, **named)


def other_issue(host: Host) -> Json:
    found: Json = host.repositories[0]["issues"][1]
    return found


def moved(host: Host) -> None:
    edits.transfer(host, host.repositories[0]["issues"][0], host.repositories[1], at=LATER, by=DEV)


def planned(host: Host) -> None:
    board = host.organizations[0]["projectsV2"][0]
    item = edits.add_to_board(host, board, host.repositories[0]["issues"][0], at=OPENED, by=DEV)
    field = host.by_id["PVTSSF_status"]
    for option in ("todo", "done"):
        given = boards.value(field, {"singleSelectOptionId": option})
        edits.set_field(host, item, field, given, at=LATER, by=DEV)
    edits.archive(host, item, at=LATER, by=DEV)
    edits.remove_from_board(host, board, item, at=LATER, by=DEV)


def labelled(host: Host) -> None:
    shop = host.repositories[0]
    edits.define_label(host, shop, "bug", at=OPENED, by=DEV, color="ff0000")
    edits.label(host, shop["issues"][0], "bug", at=OPENED, by=DEV)
    edits.rename_label(host, shop, "bug", "defect", at=LATER, by=DEV)
    edits.delete_label(host, shop, "defect", by=DEV)


def scheduled(host: Host) -> None:
    shop = host.repositories[0]
    goal = edits.define_milestone(host, shop, "Summer", at=OPENED, by=DEV)
    edits.set_milestone(host, shop["issues"][0], goal, at=LATER, by=DEV)
    edits.edit_milestone(host, shop, goal, at=LATER, by=DEV, dueOn="2026-12-01T00:00:00Z")
    edits.set_milestone(host, shop["issues"][0], None, at=LATER, by=DEV)


def discussed(host: Host) -> None:
    pull = host.repositories[0]["pullRequests"][0]
    thread = edits.start_thread(host, pull, "src/shop.py", at=LATER, by=OTHER)
    edits.resolve_thread(host, pull, thread, by=DEV)
    edits.resolve_thread(host, pull, thread, by=DEV, resolved=False)


def shipped(host: Host) -> None:
    shop = host.repositories[0]
    commit = {"oid": "c" * 40, "committer": {"date": OPENED}}
    made = edits.deploy(host, shop, commit, at=OPENED, by=DEV, environment="production")
    for state in ("SUCCESS", "INACTIVE"):
        edits.set_status(host, made, state, at=LATER, by=DEV)
    edits.tag(host, shop, "v1", commit, at=LATER, by=DEV)
    release = edits.publish(host, shop, "v1", at=LATER, by=DEV, created_at=OPENED)
    edits.edit_release(host, shop, release, at=LATER, by=DEV, name="One")
    edits.delete_release(host, shop, release, by=DEV)
    made = edits.run(host, shop, "deploy", at=OPENED, by=DEV, sha="c" * 40, conclusion="failure")
    edits.run_again(host, shop, made, at=LATER, by=DEV)


CASES: dict[str, tuple[Callable[[Host], Any], list[str]]] = {
    "edit": (lambda h: edits.edit(h, other_issue(h), title="New", at=LATER, by=DEV), ["issues.edited"]),
    "close and reopen": (
        lambda h: [on_issue(edits.close)(h), on_issue(edits.reopen)(h)],
        ["issues.closed", "issues.reopened"],
    ),
    "duplicate": (lambda h: on_issue(edits.close_as_duplicate, other_issue(h))(h), ["issues.closed"]),
    "merge": (
        lambda h: edits.merge(h, h.repositories[0]["pullRequests"][0], at=LATER, by=DEV, oid="c" * 40),
        ["pull_request.closed", "push"],
    ),
    "label": (
        lambda h: [on_issue(edits.label, "bug")(h), on_issue(edits.unlabel, "bug")(h)],
        ["issues.labeled", "issues.unlabeled"],
    ),
    "assign": (
        lambda h: [on_pull(edits.assign, OTHER)(h), on_pull(edits.unassign, OTHER)(h)],
        ["pull_request.assigned", "pull_request.unassigned"],
    ),
    "comment": (on_issue(edits.comment), ["issue_comment.created"]),
    "mention": (lambda h: on_issue(edits.mention, other_issue(h))(h), []),
    "delete": (lambda h: edits.delete(h, other_issue(h)), ["issues.deleted"]),
    "transfer": (moved, ["issues.transferred", "issues.opened"]),
    "parent": (
        lambda h: [on_issue(edits.set_parent, other_issue(h))(h), on_issue(edits.set_parent, None)(h)],
        [f"sub_issues.{side}_issue_{what}" for what in ("added", "removed") for side in ("parent", "sub")],
    ),
    "dependency": (
        lambda h: [on_issue(edits.block, other_issue(h))(h), on_issue(edits.unblock, other_issue(h))(h)],
        [f"issue_dependencies.{side}_{what}" for what in ("added", "removed") for side in ("blocked_by", "blocking")],
    ),
    "type": (
        lambda h: [on_issue(edits.set_type, name)(h) for name in ("Bug", "Task", None)],
        ["issues.typed", "issues.typed", "issues.untyped"],
    ),
    "board": (
        planned,
        [f"projects_v2_item.{what}" for what in ("created", "edited", "edited", "archived", "deleted")],
    ),
    "push": (
        lambda h: on_pull(edits.push, [{"oid": "d" * 40}])(h),
        ["pull_request.synchronize", "push"],
    ),
    "draft": (
        lambda h: [on_pull(edits.to_draft)(h), on_pull(edits.ready)(h)],
        ["pull_request.converted_to_draft", "pull_request.ready_for_review"],
    ),
    "review": (
        lambda h: [
            on_pull(edits.request_review, OTHER)(h),
            on_pull(edits.unrequest_review, OTHER)(h),
            on_pull(edits.review)(h),
        ],
        ["pull_request.review_requested", "pull_request.review_request_removed", "pull_request_review.submitted"],
    ),
    "threads": (discussed, ["pull_request_review_thread.resolved", "pull_request_review_thread.unresolved"]),
    "queue": (
        lambda h: [on_pull(edits.enqueue)(h), on_pull(edits.dequeue)(h)],
        ["pull_request.enqueued", "pull_request.dequeued"],
    ),
    "labels of the repository": (labelled, ["label.created", "issues.labeled", "label.edited", "label.deleted"]),
    "milestones": (scheduled, ["milestone.created", "issues.milestoned", "milestone.edited", "issues.demilestoned"]),
    "shipping": (
        shipped,
        [
            *("deployment.created", "deployment_status.created", "create"),
            *("release.published", "release.edited", "release.deleted"),
            *("workflow_run.completed", "workflow_run.completed"),
        ],
    ),
    "rename": (on_shop(edits.rename_repository, "store"), ["repository.renamed"]),
    "new owner": (lambda h: edits.transfer_repository(h, h.repositories[0], h.viewer), ["repository.transferred"]),
    "private": (on_shop(edits.make_private), ["repository.privatized"]),
    "hidden": (on_shop(edits.hide_repository), ["installation_repositories.removed"]),
    "deleted": (on_shop(edits.delete_repository), ["repository.deleted"]),
}


@pytest.mark.parametrize("case", CASES)
def test_an_edit_sends_the_deliveries_that_github_sends(case: str) -> None:
    host = acme()
    before = len(host.deliveries)
    edit, events = CASES[case]
    edit(host)
    sent = host.deliveries[before:]
    assert [each.event for each in sent] == events
    assert [problem for each in sent for problem in wrong(each.event, each.payload)] == []


def test_a_delivery_is_signed_over_its_bytes_and_known_by_its_id() -> None:
    first, second = acme().deliveries[:2]
    headers = first.headers("s3cret")
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.digest(b"s3cret", first.body, "sha256").hex()
    assert headers["x-github-event"] == "issues"
    assert first.guid != second.guid == second.headers()["x-github-delivery"]
    assert "x-hub-signature-256" not in first.headers()


def test_a_status_on_a_board_tells_what_it_was() -> None:
    host = acme()
    planned(host)
    changes = [d.payload["changes"]["field_value"] for d in host.deliveries if d.event == "projects_v2_item.edited"]
    assert [(c["from"] and c["from"]["name"], c["to"]["name"]) for c in changes] == [(None, "Todo"), ("Todo", "Done")]


def test_a_transfer_tells_both_places() -> None:
    host = acme()
    moved(host)
    left = next(d for d in host.deliveries if d.event == "issues.transferred").payload
    assert (left["repository"]["name"], left["issue"]["number"]) == ("shop", 1)
    assert (left["changes"]["new_repository"]["name"], left["changes"]["new_issue"]["number"]) == ("themes", 4)
