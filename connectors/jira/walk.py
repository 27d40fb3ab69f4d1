"""The walk over a site's issues, in passes that can be broken off anywhere and gone on with.

A pass reads every issue that was updated since its floor, in slices of `created`, which never changes: a slice starts
where the last page ended, so that no page drifts while issues change under it (jira.md §2, §3.5). The floor of the next
pass is when this one *began*, by the source's clock, less an overlap; never the newest `updated` seen (jira.md §3.2).
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from connectors.errors import Malformed
from connectors.jira import api, wire
from connectors.jira.dates import from_millis, millis
from connectors.jira.dialect import Dialect, Page, Reading
from connectors.jira.holes import Hole
from connectors.jira.paging import Tokens, portions
from connectors.jira.parse import stamps

SECOND_MS, MINUTE_MS = 1_000, 60_000
DAY = timedelta(days=1)
#: Once a day a pass looks back so far, at what the index told late and at what never moves `updated` (jira.md §3.6).
WIDE_S = 26 * 3600
#: An overlap is so many times as long after a pass that missed something, or met a bulk change (jira.md §3.2).
WIDENED = 3
MANY = 50  # issues changed between two polls: somebody edits in bulk, and the index falls behind
SLICE_ROWS = 10  # pages may be as small as one issue; a slice is not
LEDGER = 1_000


class Position(Struct, frozen=True, kw_only=True):
    """How far the walk has come: the durable watermark. `_ms`: UTC epoch milliseconds by the source's clock."""

    projects: tuple[str, ...]
    since_ms: int | None  #: where the backfill starts
    floor_ms: int | None  #: this pass reads what was updated since; None: everything
    backfill: bool = True
    began_ms: int | None = None  #: when the pass got its first answer
    created_ms: int | None = None  #: all that was created before is read; the slice to go on with starts there
    complete: bool = False
    ledger: dict[str, int] = {}  #: id → updated, of issues stored that the next pass is shown again by its overlap
    owed: tuple[str, ...] = ()  #: ids of issues that could not be read, to be tried again
    holes: tuple[Hole, ...] = ()  #: where issues are missing that cannot be named, to be tried again
    is_wide: bool = False  #: looks back far, and reads again what is stored
    wide_ms: int | None = None  #: by our clock, when the last pass that did so was opened, the backfill too
    is_shaken: bool = False  #: something was missed, or changed in bulk

    @classmethod
    def start(cls, *, projects: Sequence[str], since_ms: int | None) -> "Position":
        return cls(projects=tuple(sorted(projects)), since_ms=since_ms, floor_ms=since_ms)

    def held_to(self, start: "Position") -> "Position":
        """This position, where a walk from that start would find nothing more; else the start.

        A project that was added, or an earlier day, lets the backfill begin anew; one that was left out is left out.
        """
        earlier = self.since_ms is not None and (start.since_ms is None or start.since_ms < self.since_ms)
        if earlier or not set(start.projects) <= set(self.projects):
            return start
        return replace(self, projects=start.projects, since_ms=start.since_ms)

    def next_pass(self, *, overlap_s: int, now: datetime) -> "Position":
        """Where the pass after this one starts. `now`: by our clock, to tell whether a day has gone by."""
        began_ms = self.began_ms or 0
        is_wide = self.wide_ms is None or now - from_millis(self.wide_ms) >= DAY
        usual_s = overlap_s * (WIDENED if self.is_shaken else 1)
        return Position(
            projects=self.projects,
            since_ms=self.since_ms,
            floor_ms=began_ms - (max(usual_s, WIDE_S) if is_wide else usual_s) * 1000,
            backfill=False,
            ledger=self.ledger,
            owed=self.owed,
            holes=self.holes,
            is_wide=is_wide,
            wide_ms=self.wide_ms,
        )

    @property
    def known_until(self) -> datetime | None:
        """What happened before was read by earlier passes; None while there was none."""
        if self.backfill or self.floor_ms is None:
            return None
        return from_millis(self.floor_ms)


class Walk:
    """One pass. `position` is true as soon as the readings given so far are stored."""

    def __init__(self, dialect: Dialect, position: Position, *, read_at: datetime) -> None:
        self.position = position
        self.read_at = read_at  #: the source's clock at its last page; ours before the first
        self._opened_at = read_at
        self._dialect = dialect
        self._owed_before = position.owed
        self._holes_before = position.holes
        self._slice = _Slice(start_ms=position.created_ms, before=frozenset())
        self._stored: dict[str, int] = {}
        self._shown = 0
        self._fresh: list[wire.Issue] = []
        self._open: Hole | None = None

    async def readings(self) -> AsyncIterator[Reading]:
        """The issues in portions, and an empty reading at the end, when the pass is complete."""
        async for reading in self._news():
            yield reading
        for owed in portions(self._owed_before, self._dialect.portion):
            reading = await self._dialect.fetch(owed)
            self.position = replace(self.position, owed=tuple(sorted({*self.position.owed} - {*owed})))
            yield reading
        for hole in self._holes_before:
            self.position = replace(self.position, holes=tuple(one for one in self.position.holes if one != hole))
            async for reading in self._look_into(hole):
                yield reading
        yield self._end()

    async def _news(self) -> AsyncIterator[Reading]:
        """What was updated since the floor, slice after slice."""
        # Whoever goes on from a slice has many issues before him; a fresh look has few, content and all in one page.
        whole = not self.position.backfill and self.position.created_ms is None
        after, tokens = None, Tokens()
        while True:
            page = await self._dialect.find(self._query(), after=after, whole=whole)
            async for reading in self._portions(page):
                yield reading
            after = tokens.next(page.next, brought=len(page.found) + len(page.missed))
            if after is None:
                return
            if self._slice.may_end:
                self._slice = _Slice(start_ms=self._slice.reached_ms, before=frozenset(self._slice.ids))
                after, tokens, whole = None, Tokens(), False

    async def _look_into(self, hole: Hole) -> AsyncIterator[Reading]:
        """All that was created in between, among it an issue that could not be read before."""
        query = hole.query(self.position.projects)
        after, tokens, is_open = None, Tokens(), False
        while True:
            page = await self._dialect.find(query, after=after, whole=True)
            if page.hole and not is_open:
                is_open = True
                self.position = replace(self.position, holes=(*self.position.holes, hole))
                yield Reading(holes=[hole.told(page.hole)])
            if page.missed:
                yield Reading(missed=dict(page.missed))
            if page.found:
                yield await self._dialect.read(page.found)
            after = tokens.next(page.next, brought=len(page.found) + len(page.missed))
            if after is None:
                return

    def _end(self) -> Reading:
        """An empty reading, with which the pass is complete."""
        lacks = bool(self.position.owed or self.position.holes)
        renews = self.position.is_wide or self.position.backfill
        self.position = replace(
            self.position,
            complete=True,
            ledger=self._ledger(),
            wide_ms=millis(self._opened_at) if renews else self.position.wide_ms,
            is_shaken=lacks or (not renews and self._shown >= MANY),
        )
        return Reading()

    def owe(self, ids: Iterable[str]) -> None:
        """Notes issues that could not be read, so that the next pass tries them again."""
        unread = set(ids)
        self._stored = {identity: at for identity, at in self._stored.items() if identity not in unread}
        self.position = replace(self.position, owed=tuple(sorted({*self.position.owed, *unread})))

    def _query(self) -> str:
        return api.jql(self.position.projects, updated_ms=self.position.floor_ms, created_ms=self._slice.start_ms)

    async def _portions(self, page: Page) -> AsyncIterator[Reading]:
        self.read_at = page.server_at
        if self.position.began_ms is None:
            self.position = replace(self.position, began_ms=millis(page.server_at))
        if page.missed:
            yield Reading(missed=dict(page.missed))
        if page.hole and self._open is None:
            self._open = Hole(created_ms=self._slice.reached_ms, updated_ms=self.position.floor_ms)
            if not any(hole.covers(self._open) for hole in self.position.holes):
                self.position = replace(self.position, holes=(*self.position.holes, self._open))
                yield Reading(holes=[self._open.told(page.hole)])
        admitted = [issue for issue in page.found if self._slice.admits(str(issue.id)) and not self._held(issue)]
        self._fresh += admitted
        while len(self._fresh) >= (self._dialect.least if page.next else 1):
            size = self._dialect.portion  # it learns from what it reads
            portion, self._fresh = self._fresh[:size], self._fresh[size:]
            self._shown += len(portion)
            reading = await self._dialect.read(portion)
            reading.since = self.position.known_until
            self._advance([str(issue.id) for issue in portion], reading)
            yield reading

    def _held(self, issue: wire.Issue) -> bool:
        """Whether this very state is stored: an overlap shows again what the pass before it has read."""
        known_ms = self.position.ledger.get(str(issue.id))
        if known_ms is None or self.position.is_wide or issue.bare or _stamps_ms(issue)[1] != known_ms:
            return False
        self._note(str(issue.id), known_ms)
        return True

    def _advance(self, ids: Sequence[str], reading: Reading) -> None:
        """Moves the position to the newest of the portion, given in the order found."""
        stamps_ms = {str(entry.issue.id): _stamps_ms(entry.issue) for entry in reading.found}
        for identity, (_, updated_ms) in stamps_ms.items():
            self._note(identity, updated_ms)
        told = (stamps_ms[identity][0] for identity in ids if identity in stamps_ms)
        created_ms = [at for at in told if at is not None]
        self._slice.reach(created_ms)
        self.position = replace(self.position, created_ms=self._slice.reached_ms)
        if self._open is not None and created_ms:
            self._close(self._open, until_ms=max(created_ms))

    def _close(self, hole: Hole, *, until_ms: int) -> None:
        """What came after the hole bounds it: rows are shown by `created`."""
        holes = (replace(one, until_ms=until_ms + MINUTE_MS) if one == hole else one for one in self.position.holes)
        self.position = replace(self.position, holes=tuple(holes))
        self._open = None

    def _note(self, identity: str, updated_ms: int | None) -> None:
        """Notes a state that is settled: within a second it may change again and say the same instant."""
        if updated_ms is not None and self._next_floor_ms() <= updated_ms < millis(self.read_at) - SECOND_MS:
            self._stored[identity] = updated_ms

    def _ledger(self) -> dict[str, int]:
        newest = sorted(self._stored.items(), key=lambda entry: (-entry[1], entry[0]))[:LEDGER]
        return dict(sorted(newest))

    def _next_floor_ms(self) -> int:
        return (self.position.began_ms or 0) - WIDENED * self._dialect.overlap_s * 1000


class _Slice:
    """The part of a walk from one instant of `created` on, and what it has shown so far."""

    def __init__(self, *, start_ms: int | None, before: frozenset[str]) -> None:
        self.start_ms = start_ms
        self.reached_ms = start_ms  #: the minute up to which all is read: whole, as a site may compare no finer
        self.ids: set[str] = set()
        self._before = before  # what the slice before this one has shown: the two share a minute
        self._newest_ms = start_ms or 0
        self._in_order = True

    def admits(self, identity: str) -> bool:
        """Whether the issue is seen for the first time; from now on it is not."""
        if identity in self.ids or identity in self._before:
            return False
        self.ids.add(identity)
        return True

    def reach(self, created_ms: Sequence[int]) -> None:
        """Notes what was read, in the order found. Out of order, it proves nothing about what is still to come."""
        rows = [self._newest_ms, *created_ms]
        self._in_order = self._in_order and rows == sorted(rows)
        self._newest_ms = rows[-1]
        if not self._in_order:
            self.reached_ms = self.start_ms
        elif created_ms:
            self.reached_ms = max(rows[-1] // MINUTE_MS * MINUTE_MS, self.start_ms or 0)

    @property
    def may_end(self) -> bool:
        """Whether it is long enough, and the next one would start later than it."""
        return len(self.ids) >= SLICE_ROWS and self.reached_ms != self.start_ms


def _stamps_ms(issue: wire.Issue) -> tuple[int, int] | tuple[None, None]:
    """When the issue was created and updated; nothing where it does not say: the parser will say that."""
    try:
        created_at, updated_at = stamps(issue)
    except Malformed:
        return None, None
    return millis(created_at), millis(updated_at)
