"""Where reading a repository's history stands: from a commit down to what is held, and what is still to be reached."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from connectors.records import Deployment, GitTag, Record, Release, RepositoryCommit
from connectors.remembered import recalled

MOST_HELD = 5_000


def short(sha: str) -> str:
    """Enough to know it by among a repository's commits, for what is remembered is kept small."""
    return sha[:12]


class Descent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """On the way down from one commit, the latest first. Commits are named by `short`, but for the first."""

    tip: str  #: the whole sha
    beside: bool = False  #: it is not where the default branch ends
    cursor: str | None = None
    pages: int = 0
    failed: bool = False  #: the last page could not be read
    open: tuple[str, ...]  #: what was followed on and was not met yet
    behind: tuple[str, ...] = ()  #: what lies behind that which is held
    passed: tuple[str, ...] = ()  #: what was shipped, and was met

    @classmethod
    def begun(cls, tip: str, *, beside: bool) -> "Descent":
        return cls(tip=tip, beside=beside, open=(short(tip),))

    def met(self, commits: Iterable[RepositoryCommit], *, held: frozenset[str], met: set[str]) -> "Descent":
        """After a page of commits. They come by date, so that what is held and what is new alternate where a branch
        was merged late; `met` are all that were, and takes these in.
        """
        still, behind = set(self.open), set(self.behind)
        for commit in commits:
            name = short(commit.sha)
            (behind if name in held or name in behind else still).update(map(short, commit.parents))
            met.add(name)
        return replace(self, open=tuple(sorted(still - met)), behind=tuple(sorted(behind - met)))

    def onward(self, cursor: str | None, *, passed: Iterable[str]) -> "Descent":
        """At the next page; these were shipped, and were on the last."""
        every = (*self.passed, *map(short, passed))
        return replace(self, cursor=cursor, pages=self.pages + 1, failed=False, passed=every)

    def closed(self, held: frozenset[str]) -> bool:
        """All that is not met lies behind what is held."""
        return held.union(self.behind).issuperset(self.open)

    def stopped(self) -> "Descent":
        """To be gone on with where it stands; from its beginning where that failed before, for a cursor may be lost."""
        return replace(self, cursor=None, failed=False) if self.failed else replace(self, failed=True)


class Stand(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is held of one repository's history."""

    name: str  #: the repository's, which its commits carry
    held: tuple[str, ...] = ()  #: ends of branches and what was shipped, held with all behind them; the latest first
    descent: Descent | None = None

    def reached(self, descent: Descent) -> "Stand":
        """The way down is at its end."""
        held = dict.fromkeys((short(descent.tip), *descent.passed, *self.held))
        return replace(self, held=tuple(held)[:MOST_HELD], descent=None)


class Shipped(Struct, frozen=True, kw_only=True):
    """What was deployed, released or tagged, and whose history is not known to be held: shas, the latest first."""

    name: ClassVar[str] = "shipped"  #: of the capability that it is kept as

    shas: Mapping[str, tuple[str, ...]] = {}  #: by repository's name

    @classmethod
    def recall(cls, written: str | None) -> "Shipped":
        return recalled(written, cls) or cls()

    def of(self, repository: str) -> tuple[str, ...]:
        return self.shas.get(repository, ())

    def seeing(self, records: Sequence[Record]) -> "Shipped":
        """With what these say was shipped."""
        shas = dict(self.shas)
        for record in records:
            if isinstance(record, Deployment | Release | GitTag) and record.sha:
                shas[record.repository] = tuple(dict.fromkeys((*shas.get(record.repository, ()), record.sha)))
        return Shipped(shas=shas)

    def without(self, repository: str, found: Iterable[str]) -> "Shipped":
        """Without those of the repository that need not be looked for any more."""
        done = frozenset(found)
        left = tuple(sha for sha in self.of(repository) if sha not in done)
        return Shipped(shas={name: left if name == repository else shas for name, shas in self.shas.items()})
