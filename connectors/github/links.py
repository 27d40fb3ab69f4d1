"""Links that GitHub itself states."""

from collections.abc import Iterable

from connectors.github.items import Event, Issue, PullRequest
from connectors.github.parse import key, rows_of
from connectors.github.wire import Place
from connectors.records import ItemRef, StatedLink


def closes(found: PullRequest, ref: str, source: str) -> tuple[StatedLink, ...]:
    """What it closes when it is merged: by keyword, or linked by hand."""
    return _links(rows_of(found.closing_issues_references), "closes", ref, source)


def blocked_by(found: Issue, ref: str, source: str) -> tuple[StatedLink, ...]:
    return _links(rows_of(found.blocked_by), "blocked_by", ref, source)


def duplicates(found: Issue, ref: str, source: str) -> tuple[StatedLink, ...]:
    return _links([found.duplicate_of] if found.duplicate_of else [], "duplicates", ref, source)


def closed_by(events: Iterable[Event], ref: str, source: str) -> tuple[StatedLink, ...]:
    """Pull requests that closed it, those too that had not said so before (github.md §6)."""
    closers = [event.closer for event in events if event.typename == "ClosedEvent" and event.closer]
    return _links(closers, "closed_by", ref, source)


def mentioned_by(events: Iterable[Event], ref: str, source: str) -> tuple[StatedLink, ...]:
    """Issues and pull requests that speak of it: weak, for they may do no more than that."""
    sources = [event.source for event in events if event.typename == "CrossReferencedEvent" and event.source]
    return _links(sources, "mentioned_by", ref, source)


def place_ref(place: Place, source: str) -> str:
    """The ref of an issue or a pull request."""
    return str(ItemRef(source, "pull_request" if place.typename == "PullRequest" else "issue", place.id))


def _links(places: Iterable[Place], kind: str, ref: str, source: str) -> tuple[StatedLink, ...]:
    """One for each that is to be seen, however often it is named."""
    seen = {place.id: place for place in places if place.id}
    return tuple(
        StatedLink(item_ref=ref, id=f"{kind}:{place.id}", kind=kind, to_ref=place_ref(place, source), to_key=key(place))
        for place in seen.values()
    )
