"""GitHub's webhooks: whose a delivery is, and what it says to look at.

A payload is never the data: it may be late, doubled or out of order (github.md §4). Only what no answer tells is taken
from it: that an item is gone and where it went, and what a project's field held before.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.delivery import MOST_BYTES, Delivery, Departure, Notice
from connectors.errors import Refused
from connectors.github.events import ABOUT, CONTENTS, GONE, IGNORED, KINDS, OF_TAGS, RENEWING
from connectors.github.payload import Thing, instant, payload_of, text, thing, written
from connectors.records import Change, ChildSet, ItemRef

InScope = Callable[[str], bool]

SECRET_HINT = "Set the webhook's secret as one of `hook_secrets`; two while it changes."  # noqa: S105 - words


def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Returns if one of the secrets signed these very bytes; raises `Refused` if not, and where there is no secret.

    Only SHA-256 counts: GitHub sends the older `X-Hub-Signature`, of SHA-1, for those who cannot do better.
    """
    known = [secret for secret in secrets if secret]
    if not known:
        raise Refused("a webhook came, and there is no secret to know it by", hint=SECRET_HINT)
    if len(delivery.body) > MOST_BYTES:
        raise Refused(f"a webhook came with {len(delivery.body):,} bytes, more than GitHub sends")
    told = delivery.headers.get("x-hub-signature-256", "").strip().encode(errors="replace")
    signed = [b"sha256=" + hmac.new(one.encode(), delivery.body, "sha256").hexdigest().encode() for one in known]
    if not any(hmac.compare_digest(one, told) for one in signed):
        raise Refused("a webhook came that is not signed with the configured secret", hint=SECRET_HINT)


def accept(delivery: Delivery, *, source: str, in_scope: InScope) -> Notice:
    """What the delivery comes to; `Malformed` where it is no JSON object, and nothing else, whatever it holds.

    `in_scope` says of a repository's name whether it is read: a hook may tell of a whole organisation.
    """
    return _Reading(delivery=delivery, source=source, in_scope=in_scope, payload=payload_of(delivery)).notice()


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One delivery being read."""

    delivery: Delivery
    source: str
    in_scope: InScope
    payload: Thing

    def notice(self) -> Notice:
        event = self._event
        if event in IGNORED or self._name in IGNORED:
            return self._short("ignored")
        if event in RENEWING:
            return self._renewing()
        if event in OF_TAGS:
            return self._of_tag()
        return self._of_items(ABOUT.get(event, ()))

    @property
    def _event(self) -> str:
        return self.delivery.headers.get("x-github-event", "").strip().lower()

    @property
    def _name(self) -> str:
        """issues.deleted, or push."""
        return ".".join(filter(None, (self._event, text(self.payload, "action"))))

    @property
    def _id(self) -> str:
        """GitHub's, the same when it is delivered again; of the content, where a relay has lost the header."""
        told = self.delivery.headers.get("x-github-delivery", "").strip()
        return told or hashlib.sha256(self.delivery.body).hexdigest()

    def _short(self, handling: Literal["ignored", "unknown"]) -> Notice:
        return Notice(id=self._id, event=self._name, handling=handling)

    def _renewing(self) -> Notice:
        """A renamed repository may have had a name that is read: of repositories all is looked at anew."""
        if self._event != "repository" and not self._is_ours({}):
            return self._short("ignored")
        departures = tuple(self._departures())
        return Notice(id=self._id, event=self._name, handling="handled", departures=departures, renew=True)

    def _of_tag(self) -> Notice:
        """A tag that came or went."""
        is_tag = text(self.payload, "ref_type") == "tag" or text(self.payload, "ref").startswith("refs/tags/")
        if not is_tag or not self._is_ours({}):
            return self._short("ignored")
        return Notice(id=self._id, event=self._name, handling="handled", renew=True)

    def _of_items(self, places: Sequence[str]) -> Notice:
        named = [place for place in places if text(self.payload, place, "node_id")]
        if not named:
            return self._short("unknown")
        ours = [place for place in named if self._is_ours(thing(self.payload, place))]
        departures = tuple(self._departures()) if ours else ()
        gone = {departure.ref for departure in departures}
        refs = dict.fromkeys([*(self._ref(place) for place in ours), *self._new_place()])
        if not refs:
            return self._short("ignored")
        return Notice(
            id=self._id,
            event=self._name,
            handling="handled",
            happened_at=self._happened_at(ours),
            refs=tuple(ref for ref in refs if ref not in gone),
            if_held=tuple(self._contents()),
            departures=departures,
            children=tuple(self._field_changes()),
        )

    def _happened_at(self, places: Sequence[str]) -> datetime | None:
        """What every one of these items is at least as new as."""
        told = [instant(thing(self.payload, place), "updated_at") for place in places]
        return min(filter(None, told), default=None)

    def _is_ours(self, item: Thing) -> bool:
        name = self._repository(item)
        return not name or self.in_scope(name)

    def _repository(self, item: Thing) -> str:
        """owner/name; empty where nothing tells it, as of a project's items."""
        address = "/".join(text(item, "repository_url").split("/")[-2:])
        return text(item, "base", "repo", "full_name") or address or text(self.payload, "repository", "full_name")

    def _ref(self, place: str) -> ItemRef:
        """Of the thing at this place; an issue that is a pull request is named by the pull request's id."""
        item = thing(self.payload, place)
        if place == "workflow_run":  # known by its number, and by how often it was tried
            return ItemRef(self.source, "workflow_run", f"{text(item, 'id')}/{text(item, 'run_attempt') or 1}")
        kind = "pull_request" if place == "issue" and item.get("pull_request") else KINDS[place]
        return ItemRef(self.source, kind, text(item, "node_id"))

    def _contents(self) -> Iterator[ItemRef]:
        """What a project's item stands for; in which repository, its payload does not tell."""
        item = thing(self.payload, "projects_v2_item")
        content, kind = text(item, "content_node_id"), CONTENTS.get(text(item, "content_type"))
        if content and kind:
            yield ItemRef(self.source, kind, content)

    def _new_place(self) -> Iterator[ItemRef]:
        """The issue that a transferred one is now, where that is read too."""
        moved = thing(self.payload, "changes", "new_issue")
        name = text(self.payload, "changes", "new_repository", "full_name") or self._repository(moved)
        if self._name == "issues.transferred" and text(moved, "node_id") and self.in_scope(name):
            yield ItemRef(self.source, "issue", text(moved, "node_id"))

    def _departures(self) -> Iterator[Departure]:
        """What left for good. An issue that kept its id has not: it is the same in another place."""
        place = GONE.get(self._name)
        item = thing(self.payload, place or "")
        moved_to = text(self.payload, "changes", "new_issue", "node_id")
        if place is None or text(item, "node_id") in ("", moved_to):
            return
        login = text(self.payload, "sender", "login")
        who = f"@{login}" if login else "somebody"  # written as a mention, which an erasure finds
        yield Departure(
            ref=self._ref(place),
            key=self._key(item),
            at=max(filter(None, (self.delivery.received_at, instant(item, "updated_at")))),
            reason="transferred" if self._name == "issues.transferred" else "deleted",
            evidence=f"GitHub's delivery {self._id}: {self._name} by {who}",
        )

    def _key(self, item: Thing) -> str:
        """acme/shop#7; of what is no issue, its title or name."""
        if self._event == "issues":
            return f"{self._repository(item)}#{text(item, 'number')}"
        return text(item, "title") or text(item, "name") or text(item, "tag_name")

    def _field_changes(self) -> Iterator[ChildSet]:
        """What a field of a project held before: told here and nowhere else, but for the status.

        It is kept with the project's item, of which no answer brings a history that would take its place.
        """
        item, told = thing(self.payload, "projects_v2_item"), thing(self.payload, "changes", "field_value")
        field_id = text(told, "field_node_id")
        if not field_id or not {"from", "to"} & told.keys():  # older servers say only which field it was
            return
        ref = str(self._ref("projects_v2_item"))
        at = instant(item, "updated_at") or self.delivery.received_at
        (from_id, from_text), (to_id, to_text) = _side(told.get("from")), _side(told.get("to"))
        change = Change(
            item_ref=ref,
            id=self._id,
            index=0,
            at=at,
            author=self._sender(),
            field=text(told, "field_name") or field_id,
            field_id=field_id,
            from_id=from_id,
            from_text=from_text,
            to_id=to_id,
            to_text=to_text,
        )
        yield ChildSet(item_ref=ref, kind="changes", version_at=at, complete=False, rows=(change,))

    def _sender(self) -> str | None:
        """Who did it; None where the payload has but the older form of the id, which no answer has."""
        node = text(self.payload, "sender", "node_id")
        return f"{self.source}:account:{node}" if "_" in node else None


def _side(value: object) -> tuple[str | None, str | None]:
    """Id and text of a field's value: an option, an iteration, or a plain text, number or date."""
    if isinstance(value, dict):
        return text(value, "id") or None, text(value, "name") or text(value, "title") or None
    return None, written(value)
