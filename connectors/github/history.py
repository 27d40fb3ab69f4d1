"""Reads the history of repositories that ship something: the default branch, and whatever was shipped beside it."""

import re
from collections.abc import AsyncIterator, Sequence
from functools import partial

from msgspec.structs import replace

from connectors.github import lists
from connectors.github.commits import ROW, repository_commit
from connectors.github.descent import Descent, Shipped, Stand, short
from connectors.github.harvest import Harvest
from connectors.github.lists import Listing, Page
from connectors.github.probe import Shown
from connectors.github.streams import Watched
from connectors.github.visit import Visit
from connectors.records import Batch, ItemRef, RepositoryCommit
from connectors.remembered import recalled, written

AT_ONCE = 10  # lists in a question: each of its pages costs a point
DEEPEST = 10  # pages of what lies beside the default branch
TOO_DEEP = "{} lies beside the default branch; of its history the latest {:,} commits are read"
SHA = re.compile(r"[0-9a-f]{40,64}")

Memory = dict[str, Stand]  #: by repository id


class History:
    """The commits of each repository that has a deployment, a release or a tag, with what they follow on."""

    name = "history"
    watched: tuple[Watched, ...] = ()
    kinds: tuple[str, ...] = ()

    async def batches(self, visit: Visit) -> AsyncIterator[Batch]:
        """The default branch down to what is held, then what was shipped and not met on the way, the latest first."""
        memory = recalled(visit.remembered, Memory) or {}
        readings = [_Reading(visit, shown, memory) for shown in visit.shown.values()]
        while asked := {one.listing(): one for one in readings if one.goes_on()}:
            pages = lists.read(visit.reader, list(asked), label=self.name, at_once=AT_ONCE, onward=lambda _: False)
            async for together in pages:
                harvest = Harvest(visit.source)
                for page in together:
                    asked[page.listing].take(page, harvest)
                yield harvest.batch(now=visit.now, capabilities=_memory(visit, memory, readings))

    async def fetch(self, refs: Sequence[ItemRef], visit: Visit) -> Batch:  # noqa: ARG002 - as every catalogue has it
        """Nothing: a commit never changes."""
        return Harvest(visit.source).batch(now=visit.now)


class _Reading:
    """One repository's turn; where it stands is kept in `memory`."""

    def __init__(self, visit: Visit, shown: Shown, memory: Memory) -> None:
        self.name = shown.repository.name_with_owner
        self.done: set[str] = set()  #: of what was shipped: held, or not to be had
        self._visit = visit
        self._id = shown.id
        self._head = shown.head
        self._shipped = visit.shipped.of(self.name)
        self._memory = memory
        self._met: set[str] = set()
        self._stopped = False  #: until the next poll

    def goes_on(self) -> bool:
        """Whether anything is left to be asked, which is then the stand's way down."""
        if self._stopped or self._head is None or not (self._shipped or self._id in self._memory):
            return False
        if self._stand.descent is None and (tip := self._next()):
            self._stand = replace(self._stand, descent=Descent.begun(tip, beside=tip != self._head))
        return self._stand.descent is not None

    def listing(self) -> Listing:
        """The next page of it."""
        descent, since = self._descent, self._visit.since
        return Listing(
            node=self._id,
            typename="Repository",
            through=f'object(oid: "{descent.tip}") {{ ... on Commit',
            connection="history",
            arguments=f'since: "{since.isoformat()}"' if since else "",
            row=ROW,
            counted=False,
            after=descent.cursor,
        )

    def take(self, page: Page, harvest: Harvest) -> None:
        """What the page brought, and how far the way down is now."""
        parse = partial(repository_commit, repository=self._id, name=self.name)
        commits = harvest.rows(page, parse, stream=self._stream, kind="commit")
        harvest.records += commits
        if page.at is None:
            self._stopped = True
            self._stand = replace(self._stand, descent=self._descent.stopped())
        elif page.hidden and not page.rows:
            self._give_up()
        else:
            self._go_down(page, commits, harvest)

    def _give_up(self) -> None:
        """The commit is nowhere any more, as after a force push; where the branch ends now, the next poll sees."""
        tip = self._descent.tip
        self.done.add(tip)
        self._stopped = tip == self._head
        self._stand = replace(self._stand, descent=None)

    def _go_down(self, page: Page, commits: Sequence[RepositoryCommit], harvest: Harvest) -> None:
        held = frozenset(self._stand.held)
        passed = tuple(commit.sha for commit in commits if commit.sha in self._shipped)
        self.done.update(passed)
        descent = self._descent.met(commits, held=held, met=self._met).onward(page.cursor, passed=passed)
        deep = descent.beside and descent.pages >= DEEPEST
        if not (page.cursor is None or descent.closed(held) or deep):
            self._stand = replace(self._stand, descent=descent)
            return
        if deep and not descent.closed(held) and page.cursor:
            harvest.miss(self._stream, TOO_DEEP.format(descent.tip, descent.pages * lists.ROWS))
        self.done.add(descent.tip)
        self._stand = self._stand.reached(descent)

    def _next(self) -> str | None:
        """Where the default branch ends, unless that is held; else the latest of what was shipped and is not."""
        held = self._stand.held
        wanted = (self._head or "", *(sha for sha in self._shipped if sha not in self.done))
        self.done |= {sha for sha in wanted if short(sha) in held or not SHA.fullmatch(sha)}
        return next((sha for sha in wanted if sha not in self.done), None)

    @property
    def _stream(self) -> str:
        return f"{self.name} {History.name}"

    @property
    def _stand(self) -> Stand:
        """A repository that was renamed is read anew, so that its commits carry its name."""
        stand = self._memory.get(self._id)
        return stand if stand and stand.name == self.name else Stand(name=self.name)

    @_stand.setter
    def _stand(self, stand: Stand) -> None:
        self._memory[self._id] = stand

    @property
    def _descent(self) -> Descent:
        descent = self._stand.descent
        if descent is None:
            raise AssertionError("nothing is under way")
        return descent


def _memory(visit: Visit, memory: Memory, readings: Sequence[_Reading]) -> dict[str, str]:
    shipped = visit.shipped
    for one in readings:
        shipped = shipped.without(one.name, one.done)
    return {History.name: written(memory), Shipped.name: written(shipped)}
