"""Polls of a stand-in, stored as simply as can be."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.jira import Jira, Token, connect
from connectors.records import Batch, ItemRef, Record, WorkItem
from connectors.twin.faults import Faults, Injection, Requests
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.contract import Stored
from tests.connectors.jira.sites import keys


@dataclass
class Stand:
    """An application that can be put in another's place while it is served."""

    inner: Any

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.inner(scope, receive, send)


@dataclass
class Reader:
    """Someone who reads one site, poll after poll."""

    site: JiraSite
    url: str
    requests: Requests
    options: dict[str, Any]
    clock: FakeClock
    app: Stand
    stored: Stored = field(default_factory=Stored)

    def poll(self, **options: Any) -> list[Record]:
        """The records that a poll brought; what it missed is in `stored.gaps`."""
        return asyncio.run(self._poll(self.source(**options)))

    def fetch(self, *refs: str) -> Batch:
        """These items, as they are now."""

        async def fetch(source: Jira) -> Batch:
            try:
                return await source.fetch([ItemRef.parse(ref) for ref in refs], self.stored.memory)
            finally:
                await source.close()

        return asyncio.run(fetch(self.source()))

    def batches(self) -> list[Batch]:
        """The batches of a poll, stored."""

        async def batches(source: Jira) -> list[Batch]:
            try:
                found = [batch async for batch in source.poll(self.stored.memory)]
            finally:
                await source.close()
            for batch in found:
                self.stored.apply(batch)
            return found

        return asyncio.run(batches(self.source()))

    def asked(self, path: str = "") -> int:
        """How many requests for this path since they were counted last."""
        count = self.requests.count(path)
        self.requests.seen.clear()
        return count

    @property
    def items(self) -> dict[str, WorkItem]:
        """What is stored, by key."""
        return {record.key: record for record in self.stored.records.values() if isinstance(record, WorkItem)}

    def changes(self, key: str, name: str) -> list[tuple[str | None, str | None]]:
        """The texts from and to which a field of this item changed, oldest first."""
        rows = self.stored.children[self.items[key].ref, "changes"].rows
        return [(row.from_text, row.to_text) for row in rows if row.field == name]

    def source(self, **options: Any) -> Jira:
        """What reads the site, to be closed by who asks for it."""
        named = {
            "name": "jira",
            "url": self.url,
            "projects": keys(self.site),
            "since": None,
            "sign_in": Token(token="t"),
        }
        return connect(**{**named, **self.options, **options}, clock=self.clock, jitter=random.Random(1))

    async def _poll(self, source: Jira) -> list[Record]:
        found: list[Record] = []
        try:
            async for batch in source.poll(self.stored.memory):
                self.stored.apply(batch)
                found += batch.records
        finally:
            await source.close()
        return found


@contextmanager
def reader(
    site: JiraSite, *plan: Injection, projects: Sequence[str] | None = None, since: date | None = None
) -> Iterator[Reader]:
    stand = Stand(jira_app(site))
    faults = Faults(stand, plan)
    options = {
        "projects": projects or keys(site),
        "since": since,
        "sign_in": Token(email=site.email, token=site.token or "t"),
    }
    with serving({"jira": faults}) as urls:
        yield Reader(site, urls["jira"] + site.context, faults.requests, options, FakeClock(site.now()), stand)
