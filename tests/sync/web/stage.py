"""The application on a small store, asked without a network."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from connectors.progress import SILENT
from sync.config import Config, load_config
from sync.metrics import Counts
from sync.progress import Tally
from sync.web.app import application
from sync.web.intake import Intake
from sync.work.doors import Doors
from sync.work.sources import Means
from tests.clocks import FakeClock
from tests.stores import new_store

ENVIRONMENT = {"TOKEN": "t", "OLD": "old-secret", "NEW": "new-secret", **{name: f"{name}-token" for name in "RKO"}}
CONFIG = """\
store: sqlite:///{folder}/facts.db
sources:
  github: {{type: github, token: "${{TOKEN}}", repositories: ["acme/*"], hook_secrets: ["${{OLD}}", "${{NEW}}"]}}
  jira: {{type: jira, url: "https://j.example.com", token: "${{TOKEN}}", projects: [PAY], hook_secrets: ["${{NEW}}"]}}
  shut: {{type: github, token: "${{TOKEN}}", repositories: ["acme/*"]}}
"""
TOKENS = """\
access:
  tokens:
    - {name: wall, role: reader, token: "${R}"}
    - {name: keeper, role: keeper, token: "${K}"}
    - {name: operator, role: operator, token: "${O}"}
"""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What is asked, and what it keeps."""

    app: FastAPI
    engine: Engine
    config: Config
    clock: FakeClock
    counts: Counts
    told: list[str]  #: the sources of which something new was kept

    def ask(self, method: str, path: str, *, client: str = "127.0.0.1", **parts: Any) -> httpx.Response:
        """The answer to one request from this address."""
        return self.ask_all([(method, path, parts)], client=client)[0]

    def ask_all(self, requests: Sequence[tuple[str, str, dict[str, Any]]], *, client: str) -> list[httpx.Response]:
        """The answers to requests that are sent at once."""

        async def go() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app, client=(client, 1), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8321") as browser:
                return await asyncio.gather(
                    *(browser.request(method, path, **parts) for method, path, parts in requests)
                )

        return asyncio.run(go())


#: Further routes, of a store, a clock and a configuration.
Pages = Callable[[Engine, FakeClock, Callable[[], Config]], Sequence[APIRouter]]


@contextmanager
def site(folder: Path, *, more: str = "", pages: Pages = lambda *_: ()) -> Iterator[Site]:
    """The application with these further lines in its configuration."""
    path = folder / "fingerpost.yaml"
    path.write_text(CONFIG.format(folder=folder) + more)
    config = load_config(path, environment=ENVIRONMENT)
    engine, clock, counts = new_store(folder), FakeClock(), Counts(Tally(SILENT))
    told: list[str] = []
    doors = Doors(lambda: config, Means(engine=engine, clock=clock))
    with Intake(engine, told=told.extend) as intake:
        app = application(
            engine=engine,
            clock=clock,
            current=lambda: config,
            doors=doors,
            intake=intake,
            counts=counts,
            pages=pages(engine, clock, lambda: config),
        )
        yield Site(app=app, engine=engine, config=config, clock=clock, counts=counts, told=told)
    engine.dispose()
