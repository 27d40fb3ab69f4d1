"""GitHub's timeline events as changes of fields, and as comments."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from connectors.github.accounts import Accounts
from connectors.github.items import Event
from connectors.github.links import place_ref
from connectors.github.parse import key
from connectors.github.wire import Actor, Named, Object, Place
from connectors.records import Change, Comment


class Side(Struct, frozen=True, gc=False):
    """What a field held on one side of a change."""

    id: str | None = None
    text: str | None = None


class Told(Struct, frozen=True, gc=False):
    """One field's change as an event tells it."""

    field: str
    was: Side = Side()
    now: Side = Side()
    field_id: str | None = None


Reading = Callable[[Event, Accounts], Told]
NOTHING = Side()
CONNECTIONS = frozenset({"ConnectedEvent", "DisconnectedEvent"})


def changes(events: Iterable[Event], *, item_ref: str, accounts: Accounts, work_item: bool) -> tuple[Change, ...]:
    """The changelog that these events, oldest first, amount to; the `created` state is not among them."""
    tell = _work_item_events if work_item else _pull_request_events
    facing = (_facing(event, item_ref, accounts.source) if event.typename in CONNECTIONS else event for event in events)
    return tuple(
        Change(
            item_ref=item_ref,
            id=event.id,
            index=index,
            at=event.created_at,
            author=accounts.ref(event.actor),
            field=told.field,
            field_id=told.field_id,
            from_id=told.was.id,
            from_text=told.was.text,
            to_id=told.now.id,
            to_text=told.now.text,
        )
        for event, index, told in tell(facing, accounts)
        if event.created_at is not None
    )


def comments(events: Iterable[Event], *, item_ref: str, accounts: Accounts) -> tuple[Comment, ...]:
    """The comments among these events; not those on lines of code, which threads are made of."""
    return tuple(
        Comment(
            item_ref=item_ref,
            id=event.id,
            author=accounts.ref(event.author),
            created_at=event.created_at,
            updated_at=event.updated_at,
        )
        for event in events
        if event.typename == "IssueComment" and event.created_at is not None
    )


def _facing(event: Event, item_ref: str, source: str) -> Event:
    """The connection with its other side as what is connected: both items' timelines tell the same event."""
    sides = (event.connecting, event.connected, event.disconnecting, event.disconnected)
    others = (side for side in sides if side and side.id and place_ref(side, source) != item_ref)
    return replace(event, connected=next(others, None))


def _work_item_events(events: Iterable[Event], accounts: Accounts) -> Iterator[tuple[Event, int, Told]]:
    """Each with the place of what it tells. Closing changes the status, so that both trackers tell of it alike, and the
    resolution beside it."""
    resolution = NOTHING
    for event in events:
        if status := STATUSES.get(event.typename):
            was, resolution = resolution, _word(event.state_reason)
            yield event, 0, status
            if was != resolution:
                yield event, 1, Told("resolution", was, resolution)
        elif read := READINGS.get(event.typename):
            yield event, 0, read(event, accounts)


def _pull_request_events(events: Iterable[Event], accounts: Accounts) -> Iterator[tuple[Event, int, Told]]:
    """Merging closes too, and GitHub tells both: only the merge is kept of the two."""
    state = OPEN
    for event in events:
        if (becomes := STATES.get(event.typename)) and becomes != state and not (state == MERGED and becomes == CLOSED):
            was, state = state, becomes
            yield event, 0, Told("state", was, state)
        elif read := READINGS.get(event.typename):
            yield event, 0, read(event, accounts)


OPEN, CLOSED, MERGED = Side("open", "open"), Side("closed", "closed"), Side("merged", "merged")
STATUSES = {"ClosedEvent": Told("status", OPEN, CLOSED), "ReopenedEvent": Told("status", CLOSED, OPEN)}
STATES = {"ClosedEvent": CLOSED, "ReopenedEvent": OPEN, "MergedEvent": MERGED}
NO, YES = Side("false", "false"), Side("true", "true")


def _word(reason: str | None) -> Side:
    return Side(reason.lower(), reason.lower()) if reason else NOTHING


def _milestone(event: Event) -> Side:
    return Side(None, event.milestone_title)


def _person(actor: Actor | None, accounts: Accounts) -> Side:
    return Side(accounts.ref(actor), actor.name if actor else None)


def _place(place: Place | None, source: str) -> Side:
    """An issue or pull request; the one that is not to be seen has neither ref nor key."""
    return Side(place_ref(place, source), key(place)) if place and place.id else NOTHING


def _named(thing: Named | None) -> Side:
    return Side(None, thing.name if thing else None)


def _repository(event: Event, source: str) -> Side:
    home = event.from_repository
    return Side(f"{source}:repository:{home.id}", home.name_with_owner) if home else NOTHING


def _board(event: Event, source: str) -> Side:
    return Side(_board_ref(event, source), None)


def _board_ref(event: Event, source: str) -> str | None:
    return f"{source}:board:{event.project.id}" if event.project and event.project.id else None


def _status(event: Event, accounts: Accounts) -> Told:
    """On a board an item may have no status yet, which GitHub tells as an empty one."""
    was, now = Side(None, event.previous_status or None), Side(None, event.status or None)
    return Told("board_status", was, now, _board_ref(event, accounts.source))


def _oid(commit: Object | None) -> Side:
    return Side(commit.oid, commit.oid) if commit else NOTHING


READINGS: dict[str, Reading] = {
    "AddedToMergeQueueEvent": lambda *_: Told("merge_queue", NO, YES),
    "AddedToProjectV2Event": lambda event, accounts: Told("boards", now=_board(event, accounts.source)),
    "AssignedEvent": lambda event, accounts: Told("assignees", now=_person(event.assignee, accounts)),
    "AutoMergeDisabledEvent": lambda *_: Told("auto_merge", YES, NO),
    "AutoMergeEnabledEvent": lambda *_: Told("auto_merge", NO, YES),
    "AutoRebaseEnabledEvent": lambda *_: Told("auto_merge", NO, YES),
    "AutoSquashEnabledEvent": lambda *_: Told("auto_merge", NO, YES),
    "BaseRefChangedEvent": lambda event, _: Told(
        "base", Side(None, event.previous_ref_name), Side(None, event.current_ref_name)
    ),
    "BlockedByAddedEvent": lambda event, accounts: Told(
        "blocked_by", now=_place(event.blocking_issue, accounts.source)
    ),
    "BlockedByRemovedEvent": lambda event, accounts: Told(
        "blocked_by", was=_place(event.blocking_issue, accounts.source)
    ),
    "ConnectedEvent": lambda event, accounts: Told("connected", now=_place(event.connected, accounts.source)),
    "ConvertToDraftEvent": lambda *_: Told("draft", NO, YES),
    "DemilestonedEvent": lambda event, _: Told("milestone", was=_milestone(event)),
    "DisconnectedEvent": lambda event, accounts: Told("connected", was=_place(event.connected, accounts.source)),
    "HeadRefForcePushedEvent": lambda event, _: Told("force_push", _oid(event.before_commit), _oid(event.after_commit)),
    "IssueTypeAddedEvent": lambda event, _: Told("type", now=_named(event.issue_type)),
    "IssueTypeChangedEvent": lambda event, _: Told("type", _named(event.prev_issue_type), _named(event.issue_type)),
    "IssueTypeRemovedEvent": lambda event, _: Told("type", was=_named(event.issue_type)),
    "LabeledEvent": lambda event, _: Told("labels", now=_named(event.label)),
    "MilestonedEvent": lambda event, _: Told("milestone", now=_milestone(event)),
    "ParentIssueAddedEvent": lambda event, accounts: Told("parent", now=_place(event.parent, accounts.source)),
    "ParentIssueRemovedEvent": lambda event, accounts: Told("parent", was=_place(event.parent, accounts.source)),
    "ProjectV2ItemStatusChangedEvent": _status,
    "ReadyForReviewEvent": lambda *_: Told("draft", YES, NO),
    "RemovedFromMergeQueueEvent": lambda *_: Told("merge_queue", YES, NO),
    "RemovedFromProjectV2Event": lambda event, accounts: Told("boards", was=_board(event, accounts.source)),
    "RenamedTitleEvent": lambda event, _: Told(
        "title", Side(None, event.previous_title), Side(None, event.current_title)
    ),
    "ReviewRequestedEvent": lambda event, accounts: Told(
        "review_request", now=_person(event.requested_reviewer, accounts)
    ),
    "ReviewRequestRemovedEvent": lambda event, accounts: Told(
        "review_request", was=_person(event.requested_reviewer, accounts)
    ),
    "SubIssueAddedEvent": lambda event, accounts: Told("sub_issues", now=_place(event.sub_issue, accounts.source)),
    "SubIssueRemovedEvent": lambda event, accounts: Told("sub_issues", was=_place(event.sub_issue, accounts.source)),
    "TransferredEvent": lambda event, accounts: Told("repository", was=_repository(event, accounts.source)),
    "UnassignedEvent": lambda event, accounts: Told("assignees", was=_person(event.assignee, accounts)),
    "UnlabeledEvent": lambda event, _: Told("labels", was=_named(event.label)),
}
