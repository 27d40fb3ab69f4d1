"""Reads what is new of one stream of one repository, page by page, each safe to stop after."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from connectors.errors import Gone, Malformed
from connectors.github import compare
from connectors.github.api import CursorLost
from connectors.github.gather import again, gathered
from connectors.github.probe import Shown
from connectors.github.reader import Reader
from connectors.github.streams import Stream
from connectors.github.walk import AGAIN_AT_ONCE, Walk
from connectors.records import Batch, Gap

#: The server's clock tells whole seconds: by it, a second look may be no later than the first, which showed a part.
LATER = timedelta(seconds=1)


class Walker:
    """Goes on from where the watermark says that the walk stood."""

    def __init__(
        self,
        *,
        source: str,
        reader: Reader,
        stream: Stream,
        shown: Shown,
        watermark: str | None,
        since: datetime | None,
    ) -> None:
        self._source = source
        self._reader = reader
        self._stream = stream
        self._shown = shown
        self._name = shown.repository.name_with_owner
        self._walk = Walk.recall(watermark, name=self._name, since=since).once_more()

    async def batches(self) -> AsyncIterator[Batch]:
        """Everything that is new, and what was missed before. A hidden stream is a gap, not an end."""
        try:
            async for batch in self._batches():
                yield replace(batch, watermarks={place(self._stream, self._shown.id): self._walk.written()})
        except (Gone, Malformed) as error:
            gap = Gap(stream=f"{self._name} {self._stream.name}", cause=str(error))
            yield Batch(source=self._source, read_at=self._shown.at, gaps=(gap,))

    async def _batches(self) -> AsyncIterator[Batch]:
        head = self._shown.heads.get(self._stream.name)
        if head is None:
            raise Gone("the server shows nothing of them")
        if self._walk.lacking and not self._lacks:
            yield await self._attempt(head)
        while self._walk.again or not self._walk.rests_at(head):
            if self._walk.owes_at(head):
                yield await self._again()
            else:
                self._walk = self._walk.begun(at=self._shown.at, head=head)
                yield await self._page()

    @property
    def _lacks(self) -> bool:
        """The token may not read some fields of them."""
        return any(name.startswith(f"{self._stream.typename}.") for name in self._reader.refused)

    async def _attempt(self, head: str) -> Batch:
        """The first page of a pass over what was read without some fields, which goes on if they may be read now."""
        before = self._walk
        self._walk = before.with_all().begun(at=self._shown.at, head=head)
        batch = await self._page()
        if self._lacks:
            self._walk = before
        return batch

    async def _page(self) -> Batch:
        """The next page. What it shows only in part, or not at all, is still to be read by its id."""
        try:
            found = await self._reader.page(self._stream, self._shown.id, self._walk.cursor)
        except CursorLost:
            if self._walk.cursor is None:
                raise
            self._walk = self._walk.from_the_front()
            return Batch(source=self._source, read_at=self._shown.at)
        since, at = self._walk.since, self._shown.at
        page = gathered(found, stream=self._stream, source=self._source, name=self._name, since=since, at=at)
        cursor = None if page.ended else found.cursor
        owing = self._walk.owing((*page.lacking, *page.missed))
        owing = owing.without() if self._lacks else owing
        self._walk = owing.onward(cursor, newest_at=page.newest_at)
        return page.batch

    async def _again(self) -> Batch:
        """Items by their ids. What cannot be read even so is a gap, and is tried again by the next poll."""
        asked, at = self._walk.again[:AGAIN_AT_ONCE], self._shown.at
        found = (await self._reader.by_id({self._stream: asked}))[self._stream]
        await compare.complete(self._reader, found.items)
        batch, missed = again(found, stream=self._stream, source=self._source, name=self._name, at=at)
        self._walk = self._walk.paid(asked, missed=tuple(missed))
        return replace(batch, read_at=batch.read_at + LATER)


def place(stream: Stream, repository: str) -> str:
    """Under which name the watermark of a repository's stream is kept."""
    return f"{stream.name}:{repository}"
