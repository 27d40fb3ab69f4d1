"""Both sources, edited while they are served; a store that follows them; and all that may go wrong in between."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from connectors import github, jira
from connectors.delivery import Delivery
from connectors.jira import Token
from connectors.source import Source
from connectors.twin.faults import Faults
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira import jira_app
from connectors.twin.jira_hooks import Webhook
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from mappings.load import read
from sync import census, poll
from sync.config import Config
from sync.files import Files, read_files
from sync.inbox import Outcome, take
from sync.store.database import connect
from tests.clocks import FakeClock
from tests.connectors.github.hosts import NOW, host_of, issue, pull, repository
from tests.connectors.twin.sites import cloud, with_issues
from tests.sync.deliveries import SECRET
from tests.sync.happenings import AT_GITHUB, at_github, at_jira

T = TypeVar("T")

SOURCES = ("github", "jira")
LEASE_OVER_S = 61  # a process that died holds its source for a minute
CONFIG = """\
store: sqlite:///followed.db
sources:
  jira: {type: jira, url: "https://jira.test", token: "${TOKEN}", projects: [PAY, WEB]}
  github: {type: github, token: "${TOKEN}", repositories: ["acme/*"]}
"""
STRATEGY = "objectives: [{id: a, name: A}, {id: b, name: B}]\n"
#: Maps that take each other's place.
MAPS = (
    "rules: [{id: first, when: {project: PAY}, objective: a}]\n",
    "rules: [{id: some, when: {labels: [label0, label1]}, objective: b}, {id: rest, when: {source: github},"
    " objective: a}]\n",
    "exempt: [{id: titled, when: {title: {regex: '^Title'}}, reason: Tried}]\n",
)


class Crash(BaseException):
    """The process ends: nothing that it would still have done is done."""


class Mortal:
    """Ends whoever uses the engine before its nth statement or commit, and every one after."""

    def __init__(self, engine: Engine) -> None:
        self._left: int | None = None
        event.listen(engine, "before_cursor_execute", self._counted)
        event.listen(engine, "commit", self._counted)

    @contextmanager
    def after(self, statements: int) -> Iterator[None]:
        self._left = statements
        try:
            with suppress(Crash):
                yield
        finally:
            self._left = None

    def _counted(self, *_: Any) -> None:
        if self._left is None:
            return
        if self._left == 0:
            raise Crash
        self._left -= 1


@dataclass
class World:
    """What happens next is told by the methods; nothing happens by itself."""

    folder: Path
    host: GitHubHost
    site: JiraSite
    faults: dict[str, Faults]  #: what stands before each
    urls: dict[str, str]
    clock: FakeClock
    engine: Engine
    mortal: Mortal
    hook: Webhook
    under_way: dict[str, list[Delivery]] = field(default_factory=lambda: {name: [] for name in SOURCES})
    told: int = 0  #: of the host's deliveries, those that were sent
    numbers: Iterator[int] = field(default_factory=lambda: count(500))

    def happen(self, word: str, number: int) -> None:
        """Something at GitHub or at Jira; what its webhooks say of that is under way."""
        at = self.clock.now()
        if word in AT_GITHUB:
            at_github(self.host, word, number, at=at.strftime("%Y-%m-%dT%H:%M:%SZ"), numbers=self.numbers)
            new, self.told = self.host.deliveries[self.told :], len(self.host.deliveries)
            self._send("github", *((one.headers(SECRET), one.body) for one in new))
        elif sent := at_jira(self.site, self.hook, word.removeprefix("jira "), next(self.numbers) + number, at=at):
            self._send("jira", (sent.headers, sent.body))

    def _send(self, name: str, *sent: tuple[dict[str, str], bytes]) -> None:
        """The first of them twice."""
        made = [Delivery(headers=headers, body=body, received_at=self.clock.now()) for headers, body in sent]
        self.under_way[name] += made + made[:1]

    def deliver(self, name: str, *, seed: int) -> None:
        """Up to four of what is under way, in any order; what was not acknowledged is sent again."""
        waiting = self.under_way[name]
        Random(seed).shuffle(waiting)
        self.take(name, *waiting[:4])
        del waiting[:4]

    def forge(self, name: str) -> list[Outcome]:
        """What becomes of deliveries whose words were changed on the way."""
        forged = [
            Delivery(headers=one.headers, body=one.body + b" ", received_at=one.received_at)
            for one in self.under_way[name][:2]
        ]
        return self.take(name, *forged)

    def take(self, name: str, *deliveries: Delivery) -> list[Outcome]:
        def taking(source: Any) -> Any:
            return take(deliveries, source=source, engine=self.engine, clock=self.clock)

        return list(self.with_source(name, taking).outcomes)

    def poll(self, name: str, *, broken_off: bool = False) -> str:
        """The verdict; broken off, it reads one batch."""
        until = self.clock.now() if broken_off else None

        def polling(source: Any) -> Any:
            return poll.poll(source, kind=name, engine=self.engine, holder="us", clock=self.clock, until=until)

        return str(self.with_source(name, polling).verdict)

    def census(self, name: str) -> str:
        def calling(source: Any) -> Any:
            return census.take(source, kind="all", engine=self.engine, holder="us", clock=self.clock)

        return str(self.with_source(name, calling).verdict)

    def with_source(self, name: str, act: Callable[[Source], Awaitable[T]]) -> T:
        async def acting() -> T:
            source = self._source(name)
            try:
                return await act(source)
            finally:
                await source.close()

        return asyncio.run(acting())

    def _source(self, name: str) -> Source:
        common: Any = {"clock": self.clock, "jitter": random.Random(1), "hook_secrets": [SECRET]}
        if name == "github":
            common |= {"token": "right", "repositories": ["acme/*"]}
            return github.connect(name=name, url=self.urls[name], **common)
        return jira.connect(name=name, url=self.urls[name], projects=["PAY", "WEB"], sign_in=Token(token="t"), **common)

    def settle(self) -> None:
        """Everything is read, and everything is called."""
        self.clock.wind(LEASE_OVER_S)
        for name in SOURCES:
            assert self.poll(name) == "complete"
            assert self.census(name) == "complete"
            assert self.poll(name) == "complete"

    def draw(self, number: int) -> None:
        """Another map."""
        (self.folder / "mappings.yaml").write_text(MAPS[number % len(MAPS)], encoding="utf-8")

    @property
    def config(self) -> Config:
        return read(CONFIG, "fingerpost.yaml", Config, context={"environment": {"TOKEN": "t"}, "folder": self.folder})

    @property
    def files(self) -> Files:
        return read_files(self.config, folder=self.folder)

    @contextmanager
    def beside(self, path: Path) -> Iterator["World"]:
        """The same sources, and another store."""
        engine = connect(f"sqlite:///{path}")
        yield World(**{**vars(self), "engine": engine, "mortal": Mortal(engine)})
        engine.dispose()

    @contextmanager
    def afresh(self) -> Iterator["World"]:
        """The same sources, and a store that was filled just now."""
        with self.beside(self.folder / "fresh.db") as fresh:
            for name in SOURCES:
                assert fresh.poll(name) == "complete"
            yield fresh


@contextmanager
def world(folder: Path) -> Iterator[World]:
    clock = FakeClock(NOW)
    host = host_of(repository(issues=[issue(1), issue(2)], pullRequests=[pull(3)]), repository("web"))
    site = with_issues(cloud(), 3)
    host.now = clock.now
    site.now = clock.now
    (folder / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    engine = connect(f"sqlite:///{folder}/followed.db")
    with ExitStack() as stack:
        faults = {"github": Faults(github_app(host)), "jira": Faults(jira_app(site))}
        urls = stack.enter_context(serving(faults))
        stack.callback(engine.dispose)
        hook = Webhook(site=site, secret=SECRET)
        made = World(folder, host, site, faults, urls, clock, engine, Mortal(engine), hook)
        made.draw(0)
        yield made
