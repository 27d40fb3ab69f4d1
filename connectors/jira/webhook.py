"""Jira's webhooks: whether a delivery is Jira's own, and what it comes to. Pure.

All forms are read: the admin's (signed), dynamic ones (unsigned), Data Center's, and what Automation sends. Whatever
they say of an issue is only a hint to read it again, but for its deletion, of which nobody else tells.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from connectors.delivery import MOST_BYTES, Delivery, Departure, Handling, Notice
from connectors.errors import Malformed, Refused
from connectors.jira.dates import instant
from connectors.records import ItemRef

Json: TypeAlias = dict[str, Any]

SIGNATURE = "x-hub-signature"
IDENTIFIER = "x-atlassian-webhook-identifier"  # the same on every retry
RETRY = "x-atlassian-webhook-retry"
FLOW = "x-atlassian-webhook-flow"
#: Jira names the method it signs by, sha256 today, and may change it (jira.md §6). SHA-1 is none to trust.
METHODS = ("sha256", "sha384", "sha512")
AUTOMATION = "automation"  # our name for a body that names no event
#: What an event says is gone, by the event.
DELETIONS = {"jira:issue_deleted": "issue", "worklog_deleted": "worklog"}
_KEY = re.compile(r"\w+-[0-9]+")
LONGEST = 200  # characters of a name or an id that anybody may have made up
DIGITS = 9  # of a count: no header need be a number that Python refuses to read

ITEM_EVENTS = frozenset(
    {
        "comment_created",
        "comment_deleted",
        "comment_updated",
        "issuelink_created",
        "issuelink_deleted",
        "jira:issue_created",
        "jira:issue_deleted",
        "jira:issue_updated",
        "jira:worklog_updated",
        "worklog_created",
        "worklog_deleted",
        "worklog_updated",
    }
)
CATALOGUE_EVENTS = frozenset(
    {
        "board_configuration_changed",
        "board_created",
        "board_deleted",
        "board_updated",
        "issuetype_created",
        "issuetype_deleted",
        "issuetype_updated",
        "jira:version_created",
        "jira:version_deleted",  # also a merge into another, told by `mergedTo`
        "jira:version_merged",
        "jira:version_moved",
        "jira:version_released",
        "jira:version_unreleased",
        "jira:version_updated",
        "project_archived",
        "project_created",
        "project_deleted",  # with all its issues, of which no event tells
        "project_restored_archived",
        "project_restored_deleted",
        "project_soft_deleted",
        "project_updated",
        "sprint_closed",
        "sprint_created",
        "sprint_deleted",
        "sprint_started",
        "sprint_updated",
        "status_created",
        "status_deleted",
        "status_updated",
    }
)
IGNORED_EVENTS = frozenset(
    {
        "attachment_created",
        "attachment_deleted",
        "filter_created",
        "filter_deleted",
        "filter_updated",
        "issue_property_deleted",
        "issue_property_set",
        "jira:expired_webhooks",
        "jira_expression_evaluation_failed",
        "option_attachments_changed",
        "option_issuelinks_changed",
        "option_subtasks_changed",
        "option_timetracking_changed",
        "option_timetracking_provider_changed",
        "option_unassigned_issues_changed",
        "option_voting_changed",
        "option_watching_changed",
        "user_created",
        "user_deleted",
        "user_updated",
    }
)


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """How deliveries are known.

    `unsigned`: whether those without a signature are let in. Then only an address that nobody can guess keeps
    strangers out, and what they say is never more than a hint.
    """

    secrets: tuple[str, ...] = field(default=(), repr=False)  #: two while rotating
    unsigned: bool = False


def verify(delivery: Delivery, *, hooks: Hooks) -> None:
    """Returns if one of the secrets signed the raw bytes; else raises `Refused`."""
    if len(delivery.body) > MOST_BYTES:
        raise Refused("the delivery is larger than any that Jira sends")
    told = delivery.headers.get(SIGNATURE)
    if told is None and hooks.unsigned:
        return
    if told is None:
        hint = "Give the webhook a secret in Jira, or set `unsigned_hooks` for one that cannot be signed."
        raise Refused("the delivery is not signed", hint=hint)
    method, _, digest = told.strip().partition("=")
    if method not in METHODS:
        raise Refused(f"the delivery is signed by {method[:20]!r}, which is not trusted")
    if not any(_signed(delivery.body, secret, method, digest) for secret in hooks.secrets):
        raise Refused("no secret fits the delivery's signature", hint="Check `hook_secrets` and the webhook's secret.")


def accept(delivery: Delivery, *, source: str, projects: Collection[str]) -> Notice:
    """What a verified delivery comes to; `Malformed` where its body is no JSON object.

    `projects`: keys of those that are read. A webhook may tell of the whole site: what is elsewhere is looked at only
    if it is held, as where it came from one of them, or one of them was given another key.
    """
    body = _object(delivery.body)
    event = _text(body.get("webhookEvent")) or AUTOMATION
    notice = Notice(
        id=_identity(delivery),
        event=event,
        handling=_handling(event, body),
        attempt=_number(delivery.headers.get(RETRY)),
        # Bulk edits and cascades come by the secondary flow, up to 15 minutes late (jira.md §6).
        bulk=delivery.headers.get(FLOW, "").casefold() == "secondary" or "bulkOperationMetaData" in body,
    )
    if notice.handling != "handled":
        return notice
    at = _epoch_ms(body.get("timestamp"))
    refs = tuple(dict.fromkeys(ItemRef(source, "issue", identity) for identity in _issues(body)))
    if _is_elsewhere(body, projects):
        return replace(notice, if_held=refs, if_known=tuple(_keys(event, body)))
    # Without a signature anybody might have sent it: a deletion is then for the census to find.
    signed = SIGNATURE in delivery.headers
    gone = tuple(_departures(notice, body, source=source, at=at or delivery.received_at)) if signed else ()
    left = {departure.ref for departure in gone}
    return replace(
        notice,
        happened_at=_updated_at(body) if refs else at,
        refs=tuple(ref for ref in refs if ref not in left),
        if_known=tuple(_keys(event, body)),
        departures=gone,
        renew=event in CATALOGUE_EVENTS,
    )


def _signed(body: bytes, secret: str, method: str, digest: str) -> bool:
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return bool(secret) and hmac.compare_digest(expected.encode(), digest.encode(errors="replace"))


def _object(body: bytes) -> Json:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "Let the webhook send its body." if not body else ""
        raise Malformed(f"the delivery holds no JSON document: {error}", hint=hint) from error
    if not isinstance(found, dict):
        raise Malformed("the delivery holds no JSON object")
    return found


def _identity(delivery: Delivery) -> str:
    """Jira's own, else a digest of what came when: older Data Center and Automation send none, and repeat nothing, so
    that the same words later tell of another change."""
    came = f"{delivery.received_at.isoformat()} ".encode()
    return delivery.headers.get(IDENTIFIER) or "sha256:" + hashlib.sha256(came + delivery.body).hexdigest()


def _handling(event: str, body: Json) -> Handling:
    if event in ITEM_EVENTS or event in CATALOGUE_EVENTS:
        return "handled"
    if event == AUTOMATION and (any(_issues(body)) or any(_keys(event, body))):
        return "handled"
    return "ignored" if event in IGNORED_EVENTS else "unknown"


def _issues(body: Json) -> Iterator[str]:
    """The ids of the issues that it is about, wherever its form holds them: a comment or a worklog may come without
    its issue, Automation sends what its rule says, ids as text or as numbers (jira.md §6)."""
    link, worklog = _part(body, "issueLink"), _part(body, "worklog")
    listed = body.get("issues")
    told = [
        _part(body, "issue").get("id"),
        body.get("issueId"),
        worklog.get("issueId"),
        link.get("sourceIssueId"),
        link.get("destinationIssueId"),
        *(entry.get("id") for entry in (listed if isinstance(listed, list) else []) if isinstance(entry, dict)),
    ]
    if "webhookEvent" not in body:
        told.append(body.get("id"))
    yield from filter(None, map(_id, told))


def _keys(event: str, body: Json) -> Iterator[str]:
    """The keys of issues that a rule of Automation names without their ids: it sends what its author chose."""
    if event != AUTOMATION:
        return
    listed = body.get("issues")
    told = [body, _part(body, "issue"), *(listed if isinstance(listed, list) else [])]
    parts = [part for part in told if isinstance(part, dict) and not _id(part.get("id"))]
    keys = [_text(part.get(name)) for part in parts for name in ("key", "issueKey")]
    yield from (key for key in dict.fromkeys(keys) if _KEY.fullmatch(key))


def _is_elsewhere(body: Json, projects: Collection[str]) -> bool:
    """Whether it says of which project its issue is, and that is none of these, nor was before this very change."""
    listed = _part(body, "changelog").get("items")
    moves = [one for one in (listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    keys = [_text(one.get("fromString")) for one in moves if one.get("field") == "Key"]
    keys.append(_text(_part(body, "issue").get("key")))
    named = {key.rpartition("-")[0] for key in keys} - {""}
    return bool(named) and named.isdisjoint(projects)


def _departures(notice: Notice, body: Json, *, source: str, at: datetime) -> Iterator[Departure]:
    kind = DELETIONS.get(notice.event, "")
    gone = _part(body, kind)
    if identity := _id(gone.get("id")):
        evidence = f"the signed delivery {notice.id} of {notice.event}"
        ref = ItemRef(source, kind, identity)
        yield Departure(ref=ref, key=_text(gone.get("key")), at=at, reason="deleted", evidence=evidence)


def _updated_at(body: Json) -> datetime | None:
    """The issue's own `updated`. Not the `timestamp`: that of a comment or a link is later than any the issue has."""
    told = _part(_part(body, "issue"), "fields").get("updated")
    try:
        return instant(told) if isinstance(told, str | int) else None
    except Malformed:
        return None


def _epoch_ms(told: object) -> datetime | None:
    try:
        return instant(int(told)) if isinstance(told, str | int) else None
    except (Malformed, ValueError):
        return None


def _part(body: Json, name: str) -> Json:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _id(told: object) -> str:
    """An issue's or worklog's id; empty where it is none."""
    text = _text(told)
    return text if text.isascii() and text.isdigit() else ""


def _text(told: object) -> str:
    if isinstance(told, bool) or not isinstance(told, str | int):
        return ""
    return str(told)[:LONGEST].replace("\x00", "")


def _number(told: str | None) -> int:
    return int(told[:DIGITS]) if told and told.isascii() and told.isdigit() else 0
