"""GitHub's timeline events as changes of fields."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from connectors.github.accounts import Accounts
from connectors.github.wire import Actor, Event, Object, Place
from connectors.records import Change, ItemRef


class Side(Struct, frozen=True, gc=False):
    """What a field held on one side of a change."""

    id: str | None = None
    text: str | None = None


class Told(Struct, frozen=True, gc=False):
    """One field's change as an event tells it."""

    field: str
    was: Side = Side()
    now: Side = Side()


Reading = Callable[[Event, Accounts], Told]
NOTHING = Side()


def changes(events: Iterable[Event], *, item_ref: str, accounts: Accounts, work_item: bool) -> tuple[Change, ...]:
    """The changelog that these events, oldest first, amount to; the `created` state is not among them."""
    tell = _work_item_events if work_item else _pull_request_events
    return tuple(
        Change(
            item_ref=item_ref,
            id=event.id,
            index=index,
            at=event.created_at,
            author=accounts.ref(event.actor),
            field=told.field,
            field_id=None,
            from_id=told.was.id,
            from_text=told.was.text,
            to_id=told.now.id,
            to_text=told.now.text,
        )
        for event, all_told in tell(events, accounts)
        for index, told in enumerate(all_told)
        if event.created_at is not None
    )


def _work_item_events(events: Iterable[Event], accounts: Accounts) -> Iterator[tuple[Event, list[Told]]]:
    """Closing changes the status, so that both trackers tell of it alike, and the resolution beside it."""
    resolution = NOTHING
    for event in events:
        if status := STATUSES.get(event.typename):
            was, resolution = resolution, _word(event.state_reason)
            yield event, [status] if was == resolution else [status, Told("resolution", was, resolution)]
        elif read := READINGS.get(event.typename):
            yield event, [read(event, accounts)]


def _pull_request_events(events: Iterable[Event], accounts: Accounts) -> Iterator[tuple[Event, list[Told]]]:
    """Merging closes too, and GitHub tells both: only the merge is kept of the two."""
    state = OPEN
    for event in events:
        if (becomes := STATES.get(event.typename)) and becomes != state and not (state == MERGED and becomes == CLOSED):
            was, state = state, becomes
            yield event, [Told("state", was, state)]
        elif read := READINGS.get(event.typename):
            yield event, [read(event, accounts)]


OPEN, CLOSED, MERGED = Side("open", "open"), Side("closed", "closed"), Side("merged", "merged")
STATUSES = {"ClosedEvent": Told("status", OPEN, CLOSED), "ReopenedEvent": Told("status", CLOSED, OPEN)}
STATES = {"ClosedEvent": CLOSED, "ReopenedEvent": OPEN, "MergedEvent": MERGED}
NOT_DRAFT, DRAFT = Side("false", "false"), Side("true", "true")


def _word(reason: str | None) -> Side:
    return Side(reason.lower(), reason.lower()) if reason else NOTHING


def _label(event: Event) -> Side:
    return Side(None, event.label.name if event.label else None)


def _milestone(event: Event) -> Side:
    return Side(None, event.milestone_title)


def _person(actor: Actor | None, accounts: Accounts) -> Side:
    return Side(accounts.ref(actor), actor.name if actor else None)


def _place(place: Place | None, source: str) -> Side:
    """An issue or pull request; the one that is not to be seen has neither ref nor key."""
    if place is None or not place.id:
        return NOTHING
    kind = "pull_request" if place.typename == "PullRequest" else "issue"
    return Side(str(ItemRef(source, kind, place.id)), key(place))


def key(place: Place) -> str | None:
    """acme/shop#7."""
    return f"{place.repository.name_with_owner}#{place.number}" if place.repository else None


def _oid(commit: Object | None) -> Side:
    return Side(commit.oid, commit.oid) if commit else NOTHING


READINGS: dict[str, Reading] = {
    "LabeledEvent": lambda event, _: Told("labels", now=_label(event)),
    "UnlabeledEvent": lambda event, _: Told("labels", was=_label(event)),
    "AssignedEvent": lambda event, accounts: Told("assignees", now=_person(event.assignee, accounts)),
    "UnassignedEvent": lambda event, accounts: Told("assignees", was=_person(event.assignee, accounts)),
    "MilestonedEvent": lambda event, _: Told("milestone", now=_milestone(event)),
    "DemilestonedEvent": lambda event, _: Told("milestone", was=_milestone(event)),
    "RenamedTitleEvent": lambda event, _: Told(
        "title", Side(None, event.previous_title), Side(None, event.current_title)
    ),
    "ParentIssueAddedEvent": lambda event, accounts: Told("parent", now=_place(event.parent, accounts.source)),
    "ParentIssueRemovedEvent": lambda event, accounts: Told("parent", was=_place(event.parent, accounts.source)),
    "ConnectedEvent": lambda event, accounts: Told("connected", now=_place(event.connected, accounts.source)),
    "DisconnectedEvent": lambda event, accounts: Told("connected", was=_place(event.disconnected, accounts.source)),
    "ReadyForReviewEvent": lambda *_: Told("draft", DRAFT, NOT_DRAFT),
    "ConvertToDraftEvent": lambda *_: Told("draft", NOT_DRAFT, DRAFT),
    "ReviewRequestedEvent": lambda event, accounts: Told(
        "review_request", now=_person(event.requested_reviewer, accounts)
    ),
    "ReviewRequestRemovedEvent": lambda event, accounts: Told(
        "review_request", was=_person(event.requested_reviewer, accounts)
    ),
    "HeadRefForcePushedEvent": lambda event, _: Told("force_push", _oid(event.before_commit), _oid(event.after_commit)),
}
