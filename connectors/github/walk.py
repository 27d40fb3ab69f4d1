"""Where reading stands, as values: one stream of one repository, and how large a page may be."""

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

OVERLAP = timedelta(minutes=5)  # replicas of the source lag behind each other
EARLIEST = datetime.min.replace(tzinfo=UTC) + OVERLAP
CLEAN_PAGES = 10
SOON_S = 5.0  # half of the time after which GitHub gives an answer up (github.md §2)
AGAIN_AT_ONCE = 20


class Walk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Passes over one stream, always from the latest to the oldest: what moves meanwhile moves to the front, and
    the next pass meets it there. A pass that was broken off goes on at its cursor.
    """

    name: str = ""  #: the repository's name that the items carry
    since: datetime | None = None  #: what is older is held already; None at first
    began_at: datetime | None = None  #: the source's clock when this pass began; None between passes
    cursor: str | None = None
    head: str = ""  #: what the probe showed when this pass, or the last one, began
    newest_at: datetime | None = None  #: the latest instant of any item that was ever read
    lacking: bool = False  #: since `lacking_since` items were read without fields that the token may not read
    lacking_since: datetime | None = None
    again: tuple[str, ...] = ()  #: ids that were not read whole, to be read by themselves before the pass ends
    missed: tuple[str, ...] = ()  #: ids that could not be read at all; tried once more by every poll

    @classmethod
    def recall(cls, written: str | None, *, name: str, since: datetime | None) -> "Walk":
        """Where the walk stood; a new one, back to `since`, if there was none or the repository was renamed."""
        try:
            walk = msgspec.json.decode(written or "", type=cls)
        except msgspec.DecodeError:
            return cls(name=name, since=since)
        return walk if walk.name == name else cls(name=name, since=since)

    def written(self) -> str:
        return msgspec.json.encode(self).decode()

    def rests_at(self, head: str) -> bool:
        """Nothing is new, and no pass is unfinished."""
        return self.began_at is None and self.head == head

    def owes_at(self, head: str) -> bool:
        """Items are to be read again now: enough of them for one question, or nothing else is left to read."""
        return len(self.again) >= AGAIN_AT_ONCE or (bool(self.again) and self.rests_at(head))

    def once_more(self) -> "Walk":
        """What was missed is owed again."""
        return self.owing(self.missed)

    def begun(self, *, at: datetime, head: str) -> "Walk":
        """At the front of a new pass, unless one is under way."""
        return self if self.began_at else replace(self, began_at=at, head=head)

    def without(self) -> "Walk":
        """After a page without fields that the token may not read."""
        reaches = (self.since, self.lacking_since) if self.lacking else (self.since,)
        return replace(self, lacking=True, lacking_since=None if None in reaches else min(filter(None, reaches)))

    def with_all(self) -> "Walk":
        """At the front of a pass over what lacks those fields."""
        return replace(self, since=self.lacking_since, lacking=False, lacking_since=None, began_at=None, cursor=None)

    def from_the_front(self) -> "Walk":
        return replace(self, cursor=None)

    def onward(self, cursor: str | None, *, newest_at: datetime | None = None) -> "Walk":
        """After one page: at the next one, or between passes if that was the last."""
        met = [instant for instant in (self.newest_at, newest_at) if instant]
        walk = replace(self, cursor=cursor, newest_at=max(met, default=None))
        return walk if cursor else walk.finished()

    def finished(self) -> "Walk":
        """Between passes: the next one goes back to when this one began, or to the latest item if that was
        before, as where the clock behind the items is not the one behind the answers; and a little more.
        """
        since = self.since
        if self.began_at and self.newest_at:
            since = max(EARLIEST, min(self.began_at, self.newest_at)) - OVERLAP
        return replace(self, since=since, began_at=None, cursor=None)

    def owing(self, ids: tuple[str, ...]) -> "Walk":
        """These are to be read again."""
        return replace(self, again=tuple(dict.fromkeys((*self.again, *ids))))

    def paid(self, read: tuple[str, ...], *, missed: tuple[str, ...]) -> "Walk":
        """These were read again, or could not be."""
        still = tuple(one for one in self.missed if one not in read)
        return replace(
            self,
            again=tuple(one for one in self.again if one not in read and one not in missed),
            missed=tuple(dict.fromkeys((*still, *missed))),
        )


class PageSize(Struct, frozen=True):
    """How many items a page may have: up to twice as many as long as pages come soon; from the first that was too much
    on halved by each that is, and a quarter more after ten that were not.
    """

    size: int
    clean: int = 0  #: pages in a row that were not too much
    careful: bool = False  #: a page was too much

    def smaller(self) -> "PageSize":
        return PageSize(max(1, self.size // 2), careful=True)

    def after_clean(self, took_s: float, *, most: int) -> "PageSize":
        """What the next page may have, as many as come soon if each takes as long as those that took so long now."""
        if self.size >= most:
            return replace(self, size=most, clean=0)
        if not self.careful:
            soon = int(self.size * min(SOON_S / took_s, 2.0)) if took_s else self.size * 2
            return PageSize(min(most, max(self.size, soon)))
        if self.clean + 1 < CLEAN_PAGES:
            return replace(self, clean=self.clean + 1)
        return replace(self, size=min(most, max(self.size + 1, self.size * 5 // 4)), clean=0)
