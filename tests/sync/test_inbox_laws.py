"""Whatever happens to the deliveries, the store ends in the source's state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from connectors import delivery
from connectors.github import GitHub
from connectors.records import Batch, ItemRef, Tombstone
from connectors.source import Memory
from connectors.twin import github_edits as edits
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving
from sync.inbox import take
from sync.store.apply import apply
from sync.store.memory import recall
from sync.store.tables import PULL_REQUESTS, WORK_ITEMS
from tests.clocks import FakeClock
from tests.connectors.github.hosts import DEV, NOW, REVIEWER, commit, host_of, issue, pull, repository
from tests.stores import new_store
from tests.sync.deliveries import SECRET, Site, standing

Node = dict[str, Any]
Edit = Callable[[GitHubHost, Node, int, dict[str, Any]], object]

#: What may happen to an item. The number is one that nothing had before.
TO_ANY: dict[str, Edit] = {
    "retitle": lambda host, item, number, told: edits.edit(host, item, title=f"Title {number}", **told),
    "label": lambda host, item, number, told: edits.label(host, item, f"label {number}", **told),
    "unlabel": lambda host, item, _, told: [
        edits.unlabel(host, item, label["name"], **told) for label in item.get("labels", ())[:1]
    ],
    "close": lambda host, item, _, told: not item.get("closedAt") and edits.close(host, item, **told),
    "reopen": lambda host, item, _, told: (
        item.get("closedAt") and not item.get("mergedAt") and edits.reopen(host, item, **told)
    ),
    "assign": lambda host, item, _, told: edits.assign(host, item, REVIEWER, **told),
    "comment": lambda host, item, _, told: edits.comment(host, item, **told),
}
TO_ISSUES: dict[str, Edit] = {
    "delete": lambda host, item, _, told: edits.delete(host, item, by=told["by"]),
    "transfer": lambda host, item, _, told: edits.transfer(host, item, _other_place(host, item), **told),
}
TO_PULLS: dict[str, Edit] = {
    "push": lambda host, item, number, told: edits.push(host, item, [_commit(number)], **told),
    "force push": lambda host, item, number, told: edits.push(host, item, [_commit(number)], force=True, **told),
    "review": lambda host, item, _, told: edits.review(host, item, **told),
    "merge": lambda host, item, number, told: (
        not item.get("closedAt") and edits.merge(host, item, oid=f"{number:040x}", **told)
    ),
}
TO_REPOSITORIES: dict[str, Edit] = {
    "open issue": lambda host, shop, number, told: edits.open_issue(host, shop, title=f"Wish {number}", **told),
    "open pull": lambda host, shop, number, told: edits.open_pull_request(
        host, shop, title=f"Change {number}", commits=[commit(number)], **told
    ),
}
EDITS = {
    "issues pullRequests": TO_ANY,
    "issues": TO_ISSUES,
    "pullRequests": TO_PULLS,
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted({**TO_ANY, **TO_ISSUES, **TO_PULLS, **TO_REPOSITORIES}))
        | st.sampled_from(["deliver", "crash", "lose", "poll", "break off"]),
        st.integers(0, 9),
    ),
    min_size=8,
    max_size=25,
)


def _other_place(host: GitHubHost, item: Node) -> Node:
    return next(place for place in host.repositories if place["id"] != item["repository"])


def _commit(number: int) -> Node:
    made: Node = commit(number)["commit"]
    return made


class Crash(Exception):
    """The process ends."""


class Crashing:
    """The source, whose process ends once it has answered and before anything is kept."""

    def __init__(self, source: GitHub) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    async def fetch(self, refs: Any, memory: Memory) -> Batch:
        await self._source.fetch(refs, memory)
        raise Crash


@dataclass
class Story:
    """A host that is edited, a store that follows it, and the deliveries that are under way."""

    host: GitHubHost
    site: Site
    told: int = 0  #: deliveries of the host's that are on their way, or were
    under_way: list[delivery.Delivery] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(500))

    def step(self, word: str, number: int) -> None:
        self.site.clock.wind(61)
        match word:
            case "deliver":
                self._deliver(number)
            case "crash":
                self._crash()
            case "lose":
                self.under_way = self.under_way[number:]
            case "poll":
                self.site.poll()
            case "break off":
                self.site.poll(at_most=number + 1)
            case _:
                self._edit(word, number)
                self._tell()

    def _tell(self) -> None:
        """What GitHub sends, some of it twice."""
        new, self.told = self.host.deliveries[self.told :], len(self.host.deliveries)
        at = self.site.clock.now()
        sent = [delivery.Delivery(headers=one.headers(SECRET), body=one.body, received_at=at) for one in new]
        self.under_way += sent + sent[:1]

    def _deliver(self, seed: int) -> None:
        """Up to four of them, in any order."""
        Random(seed).shuffle(self.under_way)
        part, self.under_way = self.under_way[:4], self.under_way[4:]
        self.site.take(*part)

    def _crash(self) -> None:
        """What was not acknowledged stays under way."""

        async def crashing(source: GitHub) -> None:
            await take(self.under_way[:4], source=Crashing(source), engine=self.site.engine, clock=self.site.clock)

        with suppress(Crash):
            self.site.with_source(crashing)

    def _edit(self, word: str, number: int) -> None:
        told = {"at": self.site.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "by": DEV}
        if word in TO_REPOSITORIES:
            TO_REPOSITORIES[word](self.host, self.host.repositories[0], next(self.numbers), told)
            return
        kinds, named = next((kinds.split(), named) for kinds, named in EDITS.items() if word in named)
        items = [item for place in self.host.repositories for kind in kinds for item in place[kind]]
        if items:
            named[word](self.host, items[number % len(items)], next(self.numbers), told)

    def census(self) -> None:
        """Every item that is held and not called is asked after."""

        async def call(source: GitHub) -> None:
            memory = recall(self.site.engine, source.name)
            called = {(roll.kind, one) async for roll in source.census("all", memory) for one in roll.called}
            missing = {ref: key for ref, key in held(self.site.engine).items() if (ref.kind, ref.id) not in called}
            confirmed = await source.confirm(missing, memory)
            gone = [
                Tombstone(ref=fate.ref, at=fate.at, reason=fate.word, evidence=fate.evidence)
                for fate in confirmed.fates
                if fate.word in ("deleted", "transferred")
            ]
            batch = confirmed.batch
            apply(self.site.engine, Batch(source=batch.source, read_at=batch.read_at, tombstones=tuple(gone)))

        self.site.with_source(call)


def held(engine: Engine) -> dict[ItemRef, str]:
    with engine.begin() as connection:
        rows = [
            row for table in (WORK_ITEMS, PULL_REQUESTS) for row in connection.execute(select(table.c.ref, table.c.key))
        ]
        return {ItemRef.parse(row.ref): row.key for row in rows}


def of_items(stands: dict[str, set[tuple[Any, ...]]]) -> dict[str, set[tuple[Any, ...]]]:
    """Without labels, which the stand-in defines by their use and which are read once a day."""
    return {name: rows for name, rows in stands.items() if name != "labels"}


@contextmanager
def beginning(folder: Path) -> Iterator[Story]:
    clock = FakeClock(NOW)
    items = {"issues": [issue(1), issue(2)], "pullRequests": [pull(3)]}
    host = host_of(repository(**items), repository("web"))
    host.now = clock.now
    engine = new_store(folder, "followed.db")
    with serving({"github": github_app(host)}) as urls:
        yield Story(host=host, site=Site(url=urls["github"], engine=engine, clock=clock))
    engine.dispose()


def afresh(story: Story, folder: Path) -> dict[str, set[tuple[Any, ...]]]:
    """What stands in a store that was filled just now."""
    engine = new_store(folder, "fresh.db")
    Site(url=story.site.url, engine=engine, clock=story.site.clock).poll()
    stands = standing(engine)
    engine.dispose()
    return stands


@settings(max_examples=8)
@given(steps=STEPS)
def test_lost_doubled_reordered_or_broken_off_it_ends_in_the_sources_state(
    tmp_path_factory: Any, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("story")
    with beginning(folder) as story:
        for word, number in steps:
            story.step(word, number)
        story.site.clock.wind(61)
        story.site.poll()
        story.census()
        story.site.poll()
        assert of_items(standing(story.site.engine)) == of_items(afresh(story, folder))
