"""Reads workflow runs by REST, for GraphQL does not list them: by the hour, every attempt as a record of its own."""

from collections.abc import AsyncIterator, Sequence

from msgspec import Raw

from connectors.errors import Gone, Malformed, TooLarge
from connectors.github import rest
from connectors.github.accounts import Accounts
from connectors.github.harvest import Harvest
from connectors.github.lists import ROWS
from connectors.github.probe import Shown
from connectors.github.streams import Watched
from connectors.github.visit import Visit
from connectors.github.workflow_runs import MOST_FILTERED, Found, Listed, Stand, record, workflow_run
from connectors.records import Batch, ItemRef
from connectors.remembered import recalled, written

HINT = "Actions are off there, or the token may not see them: give it read access to Actions"

Memory = dict[str, Stand]  #: by repository id


class Runs:
    """Every attempt at every run."""

    name = "workflow_runs"
    watched: tuple[Watched, ...] = ()
    kinds = ("workflow_run",)

    async def batches(self, visit: Visit) -> AsyncIterator[Batch]:
        """The runs of each repository that is due; where they may not be read, that is told once."""
        memory = recalled(visit.remembered, Memory) or {}
        due = [shown for shown in visit.shown.values() if _stand(memory, shown).due(visit.now)]
        refused: dict[str, list[str]] = {}
        for shown in due:
            known = _stand(memory, shown).refused
            async for batch in _Reading(visit, shown, memory).batches():
                yield batch
            if (why := memory[shown.id].refused) and not known:
                refused.setdefault(why, []).append(shown.repository.name_with_owner)
        if due:
            harvest = Harvest(visit.source)
            for why, names in refused.items():
                harvest.miss(self.name, f"{why} ({', '.join(names)}): {HINT}")
            yield harvest.batch(now=visit.now, capabilities={self.name: written(memory)})

    async def fetch(self, refs: Sequence[ItemRef], visit: Visit) -> Batch:  # noqa: ARG002 - as every catalogue has it
        """Nothing: no ref tells the repository, without which REST knows no run. A poll reads it within the hour."""
        return Harvest(visit.source).batch(now=visit.now)


class _Reading:
    """One pass over the runs of one repository; where it stands is kept in `memory`."""

    def __init__(self, visit: Visit, shown: Shown, memory: Memory) -> None:
        self._visit = visit
        self._id = shown.id
        self._path = f"/repos/{shown.repository.name_with_owner}/actions/runs"
        self._repository = shown.repository.name_with_owner
        self._stream = f"{self._repository} {Runs.name}"
        self._memory = memory
        self._stand = _stand(memory, shown)

    async def batches(self) -> AsyncIterator[Batch]:
        """Window by window. What goes wrong with one repository is a gap, and is tried again by the next poll."""
        try:
            async for batch in self._windows():
                yield batch
        except (Gone, Malformed, TooLarge) as error:
            harvest = Harvest(self._visit.source)
            harvest.miss(self._stream, str(error))
            yield harvest.batch(now=self._visit.now)

    async def _windows(self) -> AsyncIterator[Batch]:
        before, now = self._stand, self._visit.now
        self._remember(before.begun(now=now, since=self._visit.since))
        while self._stand.left:
            reply = await self._first()
            if reply.status == 304:
                self._remember(before.ended(now))
                return
            if reply.found is None:
                self._remember(self._stand.barred(reply.said, now))
                return
            async for batch in self._window(reply, reply.found):
                yield batch
        self._remember(self._stand.ended(now))

    async def _first(self) -> rest.Reply[Listed]:
        """The first page of the first window, as large as is answered; 304 where it is as it was."""
        created = self._stand.left[0].created
        etag = self._stand.etag if self._stand.asked == created else None

        async def ask(size: int, shrinkable: bool) -> rest.Reply[Listed]:
            params = {"created": created, "per_page": str(size), "exclude_pull_requests": "true"}
            return await self._page(params, etag=etag, shrinkable=shrinkable)

        return await self._visit.reader.sized(Runs.name, ask, most=ROWS)

    async def _window(self, reply: rest.Reply[Listed], listed: Listed) -> AsyncIterator[Batch]:
        """All of the first window that is shown, of which this is the first page."""
        runs: list[Found] = []
        seen, etag = 0, None if reply.onward else reply.etag
        while True:
            harvest = Harvest(self._visit.source)
            harvest.read_at = reply.server_at
            found = [one for raw in listed.workflow_runs for one in self._row(raw, harvest)]
            await self._attempts(found, harvest)
            runs, seen = runs + found, seen + len(listed.workflow_runs)
            if reply.onward is None or seen >= MOST_FILTERED:
                break
            yield harvest.batch(now=self._visit.now)
            reply, before = await self._page(reply.onward), reply.onward
            if reply.found is None or reply.onward == before:
                raise Malformed(f"GitHub lists runs no further: {reply.said or 'its pages stand still'}")
            listed = reply.found
        window, short = self._stand.left[0], seen < listed.total_count
        rest = window.after(runs, now=self._visit.now) if short and listed.total_count >= MOST_FILTERED else ()
        if short and not rest:
            harvest.miss(self._stream, f"it shows {seen} of {listed.total_count} ({window.created})")
        self._remember(self._stand.read(runs, rest=rest, etag=etag))
        yield harvest.batch(now=self._visit.now, capabilities={Runs.name: written(self._memory)})

    async def _page(
        self, params: dict[str, str], *, etag: str | None = None, shrinkable: bool = False
    ) -> rest.Reply[Listed]:
        reader = self._visit.reader
        return await rest.get(
            reader, self._path, Listed, label=Runs.name, params=params, etag=etag, shrinkable=shrinkable
        )

    async def _attempts(self, runs: Sequence[Found], harvest: Harvest) -> None:
        """The attempts before the one that is listed, of runs that were made again since they were read."""
        unread = [(run.id, attempt) for run in runs for attempt in self._stand.unread_attempts(run)]
        for run, attempt in unread:
            reply = await rest.get(self._visit.reader, f"{self._path}/{run}/attempts/{attempt}", Raw, label=Runs.name)
            if reply.found is None:
                harvest.miss(self._stream, f"attempt {attempt} at run {run}: {reply.status} ({reply.said})")
            else:
                self._row(reply.found, harvest)

    def _row(self, raw: Raw, harvest: Harvest) -> list[Found]:
        """The run, taken in; nothing, and a gap, where it makes no sense."""
        found = harvest.row(raw, _parsed, stream=self._stream, kind="workflow_run")
        source, repository = self._visit.source, self._repository
        harvest.records += [record(one, source=source, repository=repository) for one in found]
        return found

    def _remember(self, stand: Stand) -> None:
        self._stand = self._memory[self._id] = stand


def _stand(memory: Memory, shown: Shown) -> Stand:
    """Where reading stands; a repository that was renamed is read anew, so that its runs carry its name."""
    name = shown.repository.name_with_owner
    stand = memory.get(shown.id)
    return stand if stand and stand.name == name else Stand(name=name)


def _parsed(raw: Raw, _: Accounts) -> Found:
    return workflow_run(raw)
