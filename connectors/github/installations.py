"""A GitHub App as a source: each owner's repositories are read through the installation there."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from connectors.census import CensusKind, Confirmed, Roll
from connectors.delivery import Delivery, Notice
from connectors.errors import SourceError
from connectors.github.gather import joined
from connectors.records import Batch, Gap, ItemRef
from connectors.source import Check, Memory, Writing, Written

if TYPE_CHECKING:
    from connectors.github import GitHub


NEVER = datetime.min.replace(tzinfo=UTC)


class Installations:
    """One source of several, each with its own sign-in, limits and memory. Where one fails the others are read."""

    def __init__(self, *, name: str, parts: Mapping[str, "GitHub"]) -> None:
        """`parts`: by owner, at least one."""
        self.name = name
        self._parts = parts

    async def discover(self) -> list[Check]:
        return [
            replace(check, subject=f"{owner}: {check.subject}")
            for owner, part in self._parts.items()
            for check in await part.discover()
        ]

    async def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        """All that changed, owner by owner. Raises at the end what the first that failed had raised."""
        failed: SourceError | None = None
        for owner, part in self._parts.items():
            try:
                async for batch in part.poll(_of(owner, memory)):
                    yield _kept_for(owner, batch)
            except SourceError as error:
                failed = failed or error
        if failed:
            raise failed

    async def fetch(self, refs: Sequence[ItemRef], memory: Memory) -> Batch:
        """The named items. A ref does not say whose it is, so one owner after another is asked for what is left."""
        left, batches = list(refs), []
        failed: SourceError | None = None
        for owner, part in self._parts.items():
            try:
                batch, left = await _fetched(part, left, _of(owner, memory))
            except SourceError as error:
                failed = failed or error
                continue
            batches.append(batch)
            if not left:
                break
        if failed and not batches:
            raise failed
        why = str(failed) if failed else "no installation of the App shows it"
        return self._joined(batches, gaps=[Gap(stream="items", cause=why, ref=str(ref)) for ref in left])

    async def census(self, kind: CensusKind, memory: Memory) -> AsyncIterator[Roll]:
        """The rolls of all, owner by owner. Raises at the end what the first that failed had raised."""
        failed: SourceError | None = None
        for owner, part in self._parts.items():
            try:
                async for roll in part.census(kind, _of(owner, memory)):
                    yield roll
            except SourceError as error:
                failed = failed or error
        if failed:
            raise failed

    async def confirm(self, missing: Mapping[ItemRef, str], memory: Memory) -> Confirmed:
        """What became of these: each is looked for by whoever reads the owner that its key names."""
        first = next(iter(self._parts))
        theirs: dict[str, dict[ItemRef, str]] = {}
        for ref, key in missing.items():
            owner = key.partition("/")[0].casefold()
            theirs.setdefault(owner if owner in self._parts else first, {})[ref] = key
        parts = [await self._parts[owner].confirm(those, _of(owner, memory)) for owner, those in theirs.items()]
        fates = tuple(fate for part in parts for fate in part.fates)
        return Confirmed(fates=fates, batch=self._joined([part.batch for part in parts]))

    def verify(self, delivery: Delivery) -> None:
        """Returns if it is the App's own; all installations have the one hook."""
        next(iter(self._parts.values())).verify(delivery)

    def accept(self, delivery: Delivery) -> Notice:
        """What it says to whichever owner's part reads that repository."""
        notices = [part.accept(delivery) for part in self._parts.values()]
        return next((notice for notice in notices if notice.handling == "handled"), notices[0])

    async def redeliver(self, memory: Memory, *, path: str, since: datetime) -> int:
        """Those of each installation's repositories and of their owner. The App's own webhook is nobody's of these.

        Raises at the end what the first that failed had raised.
        """
        asked, failed = 0, None
        for owner, part in self._parts.items():
            try:
                asked += await part.redeliver(_of(owner, memory), path=path, since=since)
            except SourceError as error:
                failed = failed or error
        if failed:
            raise failed
        return asked

    async def plan(self, tags: Mapping[str, str | None], memory: Memory) -> list[Writing]:
        """What is to be written. A ref does not say whose it is: each part leaves out what it does not see."""
        plans = [await part.plan(tags, _of(owner, memory)) for owner, part in self._parts.items()]
        return [writing for plan in plans for writing in plan]

    async def write(self, writings: Sequence[Writing], memory: Memory) -> list[Written]:
        """How each went, owner by owner."""
        done: list[Written] = []
        for owner, theirs in by_owner([writing.key for writing in writings]).items():
            those = [writing for writing in writings if writing.key in theirs]
            if part := self._parts.get(owner):
                done += await part.write(those, _of(owner, memory))
            else:
                done += [Written(writing=writing, error=f"no installation of the App at {owner}") for writing in those]
        return done

    async def close(self) -> None:
        for part in self._parts.values():
            await part.close()

    def _joined(self, batches: Sequence[Batch], *, gaps: Sequence[Gap] = ()) -> Batch:
        read_at = min((batch.read_at for batch in batches), default=NEVER)
        return joined(batches, source=self.name, read_at=read_at, gaps=gaps)


def by_owner(repositories: Sequence[str]) -> dict[str, list[str]]:
    """The names of repositories by owner, however that is spelled."""
    owners: dict[str, list[str]] = {}
    for name in repositories:
        owners.setdefault(name.partition("/")[0].casefold(), []).append(name)
    return owners


async def _fetched(part: "GitHub", asked: list[ItemRef], memory: Memory) -> tuple[Batch, list[ItemRef]]:
    """What this part shows of the items, and which of them are left for the others."""
    batch = await part.fetch(asked, memory)
    theirs = _answered(batch, asked)
    if len(theirs) < len(asked):  # ask for theirs alone: what is missing then is missing there
        batch = await part.fetch(theirs, memory)
    return batch, [ref for ref in asked if ref not in theirs]


def _answered(batch: Batch, asked: Sequence[ItemRef]) -> list[ItemRef]:
    """Those that are shown. An id of the older form is answered by the newer: where nothing is said of it, it was."""
    shown, missed = {record.ref for record in batch.records}, {gap.ref for gap in batch.gaps}
    return [ref for ref in asked if str(ref) in shown or str(ref) not in missed]


def _of(owner: str, memory: Memory) -> Memory:
    """What was written down for this owner's part, before anything that was once written down without an owner."""
    return Memory(watermarks=_named(owner, memory.watermarks), capabilities=_named(owner, memory.capabilities))


def _named(owner: str, held: Mapping[str, str]) -> dict[str, str]:
    ending = f"@{owner}"
    return dict(held) | {name.removesuffix(ending): value for name, value in held.items() if name.endswith(ending)}


def _kept_for(owner: str, batch: Batch) -> Batch:
    return replace(
        batch,
        watermarks={f"{name}@{owner}": value for name, value in batch.watermarks.items()},
        capabilities={f"{name}@{owner}": value for name, value in batch.capabilities.items()},
    )
