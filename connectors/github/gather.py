"""Items as they were found, made into the records of a batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import Malformed
from connectors.github.accounts import Accounts
from connectors.github.found import Found
from connectors.github.issues import unread
from connectors.github.items import Item, PullRequest
from connectors.github.parse import Parsed, connections
from connectors.github.pull_requests import unknown_reviews
from connectors.github.streams import Stream
from connectors.records import Account, Batch, Gap, ItemRef

PERSONS = ("assignees",)  #: rows of nobody but people: one who is not to be seen is no gap (apache/devlake#3491)
#: GitHub counts no files at all then, and says null without an error (anthropics/claude-code-action#1587).
UNCOMPARED = "GitHub shows none of its files, as where they are too many to compare"


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A batch without its watermark, and what is still to be done about it."""

    batch: Batch
    missed: Mapping[str, str]  #: by id, why; worth another try
    lacking: tuple[str, ...]  #: ids of items of which the answer held only a part
    ended: bool  #: nothing further is newer than `since`
    newest_at: datetime | None  #: the latest instant among them


def gathered(
    found: Found, *, stream: Stream, source: str, name: str, since: datetime | None = None, at: datetime
) -> Gathered:
    """The records of a page, as far as they moved since then. What the page shows only in part is left for a second
    look, so that a part is never taken for the whole. `name` is the repository's; `at` serves where no answer told the
    time.
    """
    new = [item for item in found.items if since is None or stream.moved_at(item) >= since]
    shown_in_part = {*found.partial, *_withheld(found.items), *(one for one, _ in _wanting(found))}
    shown_in_part.update(row.item.id for row in found.longer)
    parsed, missed, met = _parsed([item for item in new if item.id not in found.partial], stream, source)
    hidden = tuple(Gap(stream=f"{name} {stream.name}", cause=cause) for cause in found.hidden)
    return Gathered(
        batch=_batch(parsed, met, source=source, at=found.server_at or at, gaps=hidden),
        missed=dict(found.missed) | missed,
        lacking=tuple(item.id for item in new if item.id in shown_in_part or unread(item)),
        ended=found.cursor is None or len(new) < len(found.items),
        newest_at=max(map(stream.moved_at, new), default=None),
    )


def again(found: Found, *, stream: Stream, source: str, name: str, at: datetime) -> tuple[Batch, Mapping[str, str]]:
    """The records of items that were asked for by their ids, with a gap for each of which something is missing, and
    which of them are worth another try.
    """
    parsed, missed, met = _parsed(found.items, stream, source)
    missed = dict(found.missed) | missed
    told = [*missed.items(), *found.partial.items(), *found.unseen.items(), *_wanting(found)]
    gaps = tuple(
        Gap(stream=f"{name} {stream.name}", cause=why, ref=str(ItemRef(source, stream.kind, one))) for one, why in told
    )
    return _batch(parsed, met, source=source, at=found.server_at or at, gaps=gaps), missed


def joined(batches: Sequence[Batch], *, source: str, read_at: datetime, gaps: Sequence[Gap] = ()) -> Batch:
    """What several readings of items brought, as one batch; `gaps` are beside theirs."""
    return Batch(
        source=source,
        read_at=read_at,
        records=tuple(record for batch in batches for record in batch.records),
        children=tuple(child for batch in batches for child in batch.children),
        gaps=(*(gap for batch in batches for gap in batch.gaps), *gaps),
    )


def _parsed(
    items: Sequence[Item], stream: Stream, source: str
) -> tuple[list[Parsed], dict[str, str], tuple[Account, ...]]:
    """The items parsed, why others could not be, and who was met in them."""
    accounts = Accounts(source)
    parsed: list[Parsed] = []
    missed: dict[str, str] = {}
    for item in items:
        try:
            parsed.append(stream.parse(item, accounts))
        except Malformed as error:
            missed[item.id] = str(error)
    return parsed, missed, accounts.met


def _batch(
    parsed: Sequence[Parsed], met: Sequence[Account], *, source: str, at: datetime, gaps: tuple[Gap, ...]
) -> Batch:
    return Batch(
        source=source,
        read_at=at,
        records=(*met, *(one.record for one in parsed)),
        children=tuple(child for one in parsed for child in one.children),
        gaps=gaps,
    )


def _wanting(found: Found) -> Iterator[tuple[str, str]]:
    """Items of which GitHub counts more than it shows, or keeps something without a word, or says what is not
    understood; and what of.
    """
    for item in found.items:
        for name, connection in connections(item).items():
            if connection.short:
                yield item.id, f"GitHub shows {len(connection.nodes or ())} of its {connection.total_count} {name}"
            elif connection.blanks and name not in PERSONS and item.id not in found.partial:
                yield item.id, f"GitHub leaves out {connection.blanks} of its {name} without a reason"
        if isinstance(item, PullRequest) and item.files is None and item.id not in found.partial:
            yield item.id, UNCOMPARED
        if isinstance(item, PullRequest) and (states := unknown_reviews(item)):
            yield item.id, f"GitHub knows review states that fingerpost does not: {', '.join(states)}"


def _withheld(items: Sequence[Item]) -> set[str]:
    """Items that lack a whole connection which others among them show: what is null without an error is a value
    (GraphQL §6.4.4), but may be a bad moment too, and is asked for once more.
    """
    shown = {item.id: {name for name, each in connections(item).items() if each.nodes is not None} for item in items}
    every = set[str]().union(*shown.values())
    return {one for one, names in shown.items() if names < every}
