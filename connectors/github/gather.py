"""Items as they were found, made into the records of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import Malformed
from connectors.github.accounts import Accounts
from connectors.github.deployments import unfinished
from connectors.github.found import Found
from connectors.github.parse import Parsed
from connectors.github.streams import Stream
from connectors.records import Batch, Gap, ItemRef


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A batch without its watermark, and what is still to be done about it."""

    batch: Batch
    missed: Mapping[str, str]  #: by id, why; worth another try
    longer: tuple[str, ...]  #: ids of items of which the answer held only a part
    ended: bool  #: nothing further is newer than `since`
    newest_at: datetime | None  #: the latest instant among them
    unfinished_at: datetime | None  #: the oldest item that is still going to change without showing it


def gathered(found: Found, *, stream: Stream, source: str, name: str, since: datetime | None, at: datetime) -> Gathered:
    """The records of what moved since then. `name` is the repository's; `at` serves where no answer told the time."""
    new = [item for item in found.items if since is None or stream.moved_at(item) >= since]
    moved = {item.id for item in new}
    accounts = Accounts(source)
    parsed: list[Parsed] = []
    missed = dict(found.missed)
    for item in new:
        try:
            parsed.append(stream.parse(item, accounts))
        except Malformed as error:
            missed[item.id] = str(error)
    batch = Batch(
        source=source,
        read_at=found.server_at or at,
        records=(*accounts.met, *(one.record for one in parsed)),
        children=tuple(child for one in parsed for child in one.children),
        gaps=tuple(Gap(stream=f"{name} {stream.name}", cause=cause) for cause in found.hidden),
    )
    return Gathered(
        batch=batch,
        missed=missed,
        longer=tuple(dict.fromkeys(row.item.id for row in found.longer if row.item.id in moved)),
        ended=found.cursor is None or len(new) < len(found.items),
        newest_at=max(map(stream.moved_at, new), default=None),
        unfinished_at=min((stream.moved_at(item) for item in new if unfinished(item, at=at)), default=None),
    )


def gaps_of(missed: Mapping[str, str], *, stream: Stream, source: str, name: str) -> tuple[Gap, ...]:
    """One gap for each item that could not be read."""
    return tuple(
        Gap(stream=f"{name} {stream.name}", cause=why, ref=str(ItemRef(source, stream.kind, one)))
        for one, why in missed.items()
    )
