"""Deliveries: who may send them, and what each form comes to (jira.md §6)."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.delivery import MOST_BYTES, Delivery, Notice
from connectors.errors import Malformed, Refused
from connectors.jira import webhook
from connectors.jira.webhook import Hooks
from connectors.records import ItemRef
from tests.clocks import NOON

SECRET = "It's a Secret to Everybody"
STAMP = 1_795_341_600_000
HAPPENED = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ISSUE = {"id": "10001", "key": "PAY-1", "fields": {"updated": "2026-11-22T10:59:59.900+0100"}}
PAY_1 = ItemRef("jira", "issue", "10001")


def delivery(body: Any, *, secret: str | None = SECRET, method: str = "sha256", **headers: str) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if secret is not None:
        named["x-hub-signature"] = f"{method}={hmac.new(secret.encode(), raw, getattr(hashlib, method)).hexdigest()}"
    return Delivery(headers=named, body=raw, received_at=NOON)


def accepted(body: Any, **options: Any) -> Notice:
    return webhook.accept(delivery(body, **options), source="jira", projects=["PAY", "WEB"])


def told(event: str, **parts: Any) -> Notice:
    return accepted({"webhookEvent": event, "timestamp": STAMP, **parts})


def test_the_published_vector_is_verified() -> None:
    signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    published = Delivery(headers={"x-hub-signature": signature}, body=b"Hello World!", received_at=NOON)
    webhook.verify(published, hooks=Hooks(secrets=(SECRET,)))


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_the_method_is_read_from_the_signature(method: str) -> None:
    webhook.verify(delivery({}, method=method), hooks=Hooks(secrets=(SECRET,)))


def test_either_secret_serves_while_they_rotate() -> None:
    webhook.verify(
        delivery({}),
        hooks=Hooks(
            secrets=(
                "the new one",
                SECRET,
            )
        ),
    )


@pytest.mark.parametrize(
    ("sent", "secrets"),
    [
        (delivery({}, secret="another"), [SECRET]),
        (delivery({}), []),
        (delivery({}, secret=""), [""]),
        (delivery({}, method="sha1"), [SECRET]),
        (delivery({}, secret=None), [SECRET]),
        (delivery({}, secret=None), []),
        (delivery({}, secret=None, x_hub_signature=""), [SECRET]),
        (delivery({}, secret=None, x_hub_signature="sha256"), [SECRET]),
        (delivery({}, secret=None, x_hub_signature="sha256=\u00e9"), [SECRET]),
        (delivery({}, secret=None, x_hub_signature="sha256=\udce9"), [SECRET]),
    ],
)
def test_in_doubt_it_is_refused(sent: Delivery, secrets: list[str]) -> None:
    with pytest.raises(Refused):
        webhook.verify(sent, hooks=Hooks(secrets=tuple(secrets)))


def test_the_raw_bytes_are_what_is_signed() -> None:
    """The same document written otherwise is another body: it is never parsed and printed first."""
    sent = delivery(b'{"webhookEvent":  "jira:issue_updated"}')
    webhook.verify(sent, hooks=Hooks(secrets=(SECRET,)))
    printed = Delivery(headers=sent.headers, body=json.dumps(json.loads(sent.body)).encode(), received_at=NOON)
    with pytest.raises(Refused):
        webhook.verify(printed, hooks=Hooks(secrets=(SECRET,)))


def test_an_unsigned_one_is_let_in_only_where_it_is_asked_for_and_a_wrong_signature_never() -> None:
    webhook.verify(delivery({}, secret=None), hooks=Hooks(secrets=(), unsigned=True))
    with pytest.raises(Refused):
        webhook.verify(delivery({}, secret="another"), hooks=Hooks(secrets=(SECRET,), unsigned=True))


def test_more_than_jira_ever_sends_is_refused() -> None:
    with pytest.raises(Refused, match="larger"):
        webhook.verify(delivery(b" " * (MOST_BYTES + 1)), hooks=Hooks(secrets=(SECRET,)))


@pytest.mark.parametrize("event", ["jira:issue_created", "jira:issue_updated"])
def test_an_issue_event_names_the_issue_to_read_again(event: str) -> None:
    notice = told(event, issue=ISSUE, changelog={"id": "1", "items": [{"field": "status", "to": "3"}]})
    assert (notice.handling, notice.refs, notice.departures, notice.renew) == ("handled", (PAY_1,), (), False)
    assert notice.children == ()  # what changed is read, not taken from here


def test_an_answer_is_measured_by_the_issues_own_clock() -> None:
    """The delivery's `timestamp` is later than the change; by it every answer would look old."""
    updated_at = datetime(2026, 11, 22, 9, 59, 59, 900_000, tzinfo=UTC)
    assert told("jira:issue_updated", issue=ISSUE).happened_at == updated_at
    assert told("comment_created", issue={"id": "10001"}).happened_at is None
    assert told("sprint_started", sprint={"id": 7}).happened_at == HAPPENED


def test_a_deletion_is_taken_from_the_delivery_since_nobody_tells_it_again() -> None:
    notice = accepted(
        {"webhookEvent": "jira:issue_deleted", "timestamp": STAMP, "issue": ISSUE}, x_atlassian_webhook_identifier="d-1"
    )
    assert notice.refs == ()
    (gone,) = notice.departures
    assert (gone.ref, gone.key, gone.at, gone.reason) == (PAY_1, "PAY-1", HAPPENED, "deleted")
    assert "d-1" in gone.evidence


def test_an_unsigned_deletion_is_but_a_hint_to_look() -> None:
    notice = accepted({"webhookEvent": "jira:issue_deleted", "issue": ISSUE}, secret=None)
    assert notice.departures == ()
    assert notice.refs == (PAY_1,)


@pytest.mark.parametrize("event", ["comment_created", "comment_updated", "comment_deleted"])
def test_a_comment_may_come_with_a_stub_of_its_issue(event: str) -> None:
    assert told(event, comment={"id": "5"}, issue={"id": "10001", "key": "PAY-1"}).refs == (PAY_1,)


@pytest.mark.parametrize("event", ["worklog_created", "worklog_updated", "worklog_deleted"])
def test_a_worklog_may_come_without_its_issue(event: str) -> None:
    notice = told(event, worklog={"id": "77", "issueId": "10001"})
    assert notice.refs == (PAY_1,)
    gone = [departure.ref for departure in notice.departures]
    assert gone == ([ItemRef("jira", "worklog", "77")] if event == "worklog_deleted" else [])


def test_a_link_concerns_both_of_its_sides() -> None:
    notice = told("issuelink_created", issueLink={"id": 1, "sourceIssueId": 10001, "destinationIssueId": 10002})
    assert notice.refs == (PAY_1, ItemRef("jira", "issue", "10002"))


@pytest.mark.parametrize("event", sorted(webhook.CATALOGUE_EVENTS))
def test_what_the_site_defines_is_looked_at_anew(event: str) -> None:
    notice = told(event, sprint={"id": 1}, version={"id": "2"}, project={"id": 3}, board={"id": 4})
    assert (notice.handling, notice.renew, notice.refs, notice.departures) == ("handled", True, (), ())


def test_a_version_that_was_merged_into_another_is_no_deletion() -> None:
    notice = told("jira:version_deleted", version={"id": "2"}, mergedTo={"id": "3"})
    assert (notice.renew, notice.departures) == (True, ())


def test_a_deleted_project_takes_no_issue_with_it_here() -> None:
    """No event tells of its issues (§3.3): that is for the census, which asks why."""
    notice = told("project_deleted", project={"id": 10000, "key": "PAY"})
    assert (notice.renew, notice.departures) == (True, ())


@pytest.mark.parametrize("event", sorted(webhook.IGNORED_EVENTS))
def test_what_is_no_work_is_ignored_by_name(event: str) -> None:
    notice = told(event, issue=ISSUE)
    assert (notice.handling, notice.event, notice.refs, notice.renew) == ("ignored", event, (), False)


def test_an_event_of_tomorrow_is_counted_as_unknown() -> None:
    notice = told("jira:issue_teleported", issue=ISSUE)
    assert (notice.handling, notice.event, notice.refs) == ("unknown", "jira:issue_teleported", ())


def test_every_event_has_but_one_handling() -> None:
    tables = [webhook.ITEM_EVENTS, webhook.CATALOGUE_EVENTS, webhook.IGNORED_EVENTS]
    assert sum(map(len, tables)) == len(frozenset().union(*tables))


@pytest.mark.parametrize(
    "body",
    [
        {"issue": {"id": 10001, "key": "PAY-1", "changelog": {"histories": []}}},
        {"issue": {"id": "10001"}},
        {"issueId": "10001"},
        {"id": 10001, "fields": {}},
        {"issues": [{"id": "10001"}, {"key": "PAY-2"}, 3]},
    ],
)
def test_what_automation_sends_is_a_bare_hint(body: dict[str, Any]) -> None:
    notice = accepted(body, secret=None)
    assert (notice.event, notice.handling, notice.refs) == ("automation", "handled", (PAY_1,))
    assert notice.departures == ()


@pytest.mark.parametrize("body", [{"key": "PAY-1"}, {"issue": {"key": "PAY-1"}}, {"issues": [{"key": "PAY-1"}, 3]}])
def test_automation_may_name_an_issue_by_its_key_alone(body: dict[str, Any]) -> None:
    notice = accepted(body, secret=None)
    assert (notice.handling, notice.refs, notice.if_known) == ("handled", (), ("PAY-1",))


def test_automation_that_names_no_issue_is_unknown() -> None:
    assert accepted({"issue": {"key": "the first one"}}, secret=None).handling == "unknown"


def test_a_dynamic_webhook_names_whom_it_matched() -> None:
    body = {"webhookEvent": "jira:issue_updated", "timestamp": STAMP, "matchedWebhookIds": [4], "issue": ISSUE}
    assert accepted(body, secret=None).refs == (PAY_1,)


def test_data_center_sends_users_by_name_and_the_same_events() -> None:
    user = {"name": "ops-bot", "key": "JIRAUSER10100"}
    notice = told("jira:issue_updated", issue=ISSUE, user=user, issue_event_type_name="issue_generic")
    assert notice.refs == (PAY_1,)


def test_the_identifier_is_the_same_for_every_retry() -> None:
    """Fault: duplicates from two webhooks at once (§8 row 22): the identifier is what the inbox is unique by."""
    body = {"webhookEvent": "jira:issue_updated", "timestamp": STAMP, "issue": ISSUE}
    first = accepted(body, x_atlassian_webhook_identifier="d-1")
    again = accepted(body, x_atlassian_webhook_identifier="d-1", x_atlassian_webhook_retry="2")
    assert first.id == again.id == "d-1"
    assert (first.attempt, again.attempt) == (0, 2)


def test_a_count_of_retries_that_is_no_number_at_all_breaks_nothing() -> None:
    body = {"webhookEvent": "jira:issue_updated", "issue": {"id": "10001"}}
    assert accepted(body, x_atlassian_webhook_retry="-").attempt == 0
    assert accepted(body, x_atlassian_webhook_retry="9" * 5_000).attempt > 0


def test_without_an_identifier_the_body_is_its_own() -> None:
    first, second = told("jira:issue_updated", issue=ISSUE), told("jira:issue_updated", issue={"id": "2"})
    assert first.id == told("jira:issue_updated", issue=ISSUE).id
    assert first.id != second.id


def test_one_of_many_is_known_by_its_flow_or_its_body() -> None:
    body = {"webhookEvent": "jira:issue_updated", "issue": ISSUE}
    assert accepted(body, x_atlassian_webhook_flow="Secondary").bulk
    assert accepted({**body, "bulkOperationMetaData": {"operationId": "1"}}).bulk
    assert not accepted(body, x_atlassian_webhook_flow="Primary").bulk


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        accepted(body)


@pytest.mark.parametrize("event", ["jira:issue_updated", "jira:issue_deleted", "comment_created"])
def test_what_happens_in_other_projects_concerns_only_items_that_are_held(event: str) -> None:
    """A project may have been given another key since it was configured (§3.4)."""
    notice = told(event, issue={"id": "10001", "key": "HR-1"})
    assert (notice.refs, notice.if_held, notice.departures) == ((), (PAY_1,), ())


def test_one_that_leaves_for_another_project_is_looked_at() -> None:
    moved = {"items": [{"field": "Key", "fromString": "PAY-1", "toString": "HR-7"}]}
    assert told("jira:issue_updated", issue={"id": "10001", "key": "HR-7"}, changelog=moved).refs == (PAY_1,)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
part_names = st.sampled_from(["issue", "worklog", "issueLink", "issues", "timestamp", "webhookEvent", "id", "issueId"])


@given(
    event=st.sampled_from(sorted(webhook.ITEM_EVENTS | webhook.CATALOGUE_EVENTS)),
    parts=st.dictionaries(part_names, json_values),
)
def test_no_body_breaks_the_reading(event: str, parts: dict[str, Any]) -> None:
    notice = told(event, **{name: value for name, value in parts.items() if name not in ("webhookEvent", "timestamp")})
    assert notice.handling == "handled"
    anything = accepted(parts)
    assert all(ref.id.isdigit() for ref in (*notice.refs, *anything.refs))
