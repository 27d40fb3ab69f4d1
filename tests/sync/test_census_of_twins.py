"""Deleted, transferred, hidden and lost, told apart over HTTP: on a stand-in of GitHub, and on one of Jira."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from connectors import github, jira
from connectors.census import CensusKind
from connectors.source import Source
from connectors.twin import github_edits as edits
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.jira_visibility import Curtain
from connectors.twin.serve import serving
from sync.census import take
from sync.passes import Pass
from sync.poll import poll
from sync.store.register import entries
from sync.store.tables import PROJECTS, REPOSITORIES, TOMBSTONES
from tests.connectors.github.hosts import DEV, NOW, host_of, issue, pull, repository
from tests.connectors.jira.sites import EMAIL, cloud_site, keys
from tests.stores import new_store

LATER = "2026-11-20T18:00:00Z"


@dataclass
class Clock:
    """Goes on only when it is wound; nobody waits by it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@dataclass
class Reader:
    """Who reads a stand-in into a store."""

    connected: Callable[[], Any]
    kind: str
    engine: Engine
    clock: Clock

    def poll(self) -> Pass:
        return self._with(
            lambda source: poll(source, kind=self.kind, engine=self.engine, holder="me", clock=self.clock)
        )

    def census(self, kind: CensusKind = "all", *, hours: float = 2) -> Pass:
        """Taken so many hours later."""
        self.clock.at += timedelta(hours=hours)
        return self._with(lambda source: take(source, kind=kind, engine=self.engine, holder="me", clock=self.clock))

    def graves(self) -> dict[str, str]:
        """By id, why each is gone."""
        with self.engine.begin() as connection:
            rows = connection.execute(select(TOMBSTONES.c.ref, TOMBSTONES.c.reason)).all()
        return {ref.rpartition(":")[2]: reason for ref, reason in rows}

    def _with(self, use: Callable[[Source], Awaitable[Pass]]) -> Pass:
        async def run() -> Pass:
            source = self.connected()
            try:
                return await use(source)
            finally:
                await source.close()

        return asyncio.run(run())


@contextmanager
def github_reader(host: GitHubHost, folder: Path) -> Iterator[Reader]:
    clock = Clock()
    host.now = clock.now
    with serving({"github": github_app(host)}) as urls:
        yield Reader(
            lambda: github.connect(
                name="github",
                url=urls["github"],
                token="right",
                repositories=["acme/shop", "acme/web"],
                clock=clock,
                jitter=random.Random(1),
            ),
            "github",
            new_store(folder),
            clock,
        )


@contextmanager
def jira_reader(site: JiraSite, folder: Path) -> Iterator[Reader]:
    clock, projects = Clock(site.now()), keys(site)
    site.now = clock.now
    with serving({"jira": jira_app(site)}) as urls:
        yield Reader(
            lambda: jira.connect(
                name="jira",
                url=urls["jira"],
                sign_in=jira.Token(email=EMAIL, token="right"),
                projects=projects,
                clock=clock,
                jitter=random.Random(1),
            ),
            "jira",
            new_store(folder),
            clock,
        )


class TestGitHub:
    @pytest.fixture
    def host(self) -> GitHubHost:
        shop = repository(issues=[issue(n) for n in range(1, 8)], pullRequests=[pull(9)])
        return host_of(shop, repository("web", issues=[issue(11)]))

    @pytest.fixture
    def reader(self, host: GitHubHost, tmp_path: Path) -> Iterator[Reader]:
        with github_reader(host, tmp_path) as reader:
            assert reader.poll().verdict == "complete"
            yield reader

    def test_nothing_is_wrong(self, reader: Reader) -> None:
        done = reader.census()
        assert str(done) == "github: complete, census of all: 9 called, 0 read, 0 gone"

    def test_deleted_and_transferred_are_told_apart(self, host: GitHubHost, reader: Reader) -> None:
        edits.delete(host, host.numbered["R_shop", 1])
        moved = edits.transfer(host, host.numbered["R_shop", 2], host.by_id["R_web"], at=LATER, by=DEV)
        done = reader.census()
        assert (done.verdict, reader.graves()) == ("complete", {"I_1": "deleted", "I_2": "transferred"})
        assert moved["id"] in entries(reader.engine, "github", kind="issue", scope="acme/web")

    def test_a_change_that_no_date_tells_of_is_found_by_looking_at_all_that_is_open(
        self, host: GitHubHost, reader: Reader
    ) -> None:
        """github.md §1c: a new parent leaves `updatedAt` as it was."""
        above, below = host.numbered["R_shop", 3], host.numbered["R_shop", 4]
        edits.set_parent(host, below, above, at=LATER, by=DEV, touches=False)
        reader.census("open")
        with reader.engine.connect() as connection:
            told = connection.exec_driver_sql("SELECT parent_ref FROM work_items WHERE ref = 'github:issue:I_4'")
            assert told.scalar() == "github:issue:I_3"

    def test_of_a_repository_that_is_not_to_be_seen_nobody_is_buried(self, host: GitHubHost, reader: Reader) -> None:
        web = host.by_id["R_web"]
        edits.hide_repository(host, web)
        for _ in range(3):
            reader.poll()
            reader.census()
        assert reader.graves() == {}
        assert lost(reader, "acme/web")
        edits.show_repository(host, web)
        reader.poll()
        assert not lost(reader, "acme/web")


class TestJira:
    @pytest.fixture
    def site(self) -> JiraSite:
        return cloud_site()

    @pytest.fixture
    def reader(self, site: JiraSite, tmp_path: Path) -> Iterator[Reader]:
        with jira_reader(site, tmp_path) as reader:
            assert reader.poll().verdict == "complete"
            yield reader

    def test_who_is_gone_is_gone_once_he_was_looked_for_twice(self, site: JiraSite, reader: Reader) -> None:
        gone = next(iter(site.issues.values()))
        site.delete(gone.key)
        first = reader.census()
        assert (first.verdict, reader.graves()) == ("complete", {})
        reader.census()
        assert reader.graves() == {gone.id: "deleted_or_hidden"}

    def test_who_is_hidden_and_shown_again_is_back(self, site: JiraSite, reader: Reader) -> None:
        hidden = next(iter(site.issues.values()))
        project = hidden.project["key"]
        curtain = Curtain(site=site)
        curtain.hide(hidden.key)
        reader.census()
        reader.census()
        assert hidden.id not in entries(reader.engine, "jira", kind="issue", scope=project)
        curtain.lift()
        reader.census()
        assert hidden.id in entries(reader.engine, "jira", kind="issue", scope=project)

    def test_of_a_project_that_is_not_to_be_seen_nobody_is_buried(self, site: JiraSite, reader: Reader) -> None:
        project = keys(site)[0]
        held = entries(reader.engine, "jira", kind="issue", scope=project)
        curtain = Curtain(site=site)
        curtain.hide_project(project)
        for _ in range(3):
            assert reader.census(hours=25).verdict == "incomplete"
            reader.poll()
        assert reader.graves() == {}
        assert entries(reader.engine, "jira", kind="issue", scope=project) == held
        assert lost(reader, project)
        curtain.lift()
        reader.clock.at += timedelta(hours=25)
        reader.poll()
        assert not lost(reader, project)


def lost(reader: Reader, scope: str) -> bool:
    """Whether the project or repository is known to be out of sight."""
    table, name = (REPOSITORIES, REPOSITORIES.c.name) if "/" in scope else (PROJECTS, PROJECTS.c.key)
    with reader.engine.begin() as connection:
        return connection.execute(select(table.c.lost_us).where(name == scope)).scalar() is not None
