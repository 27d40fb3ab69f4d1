"""One pass over a stand-in into a store, as the scheduled job makes it."""

import asyncio
import logging
import random
import sys
from collections.abc import Callable

import httpx
import structlog
from sqlalchemy import Engine

from benchmarks.sites import EMAIL, TOKEN
from connectors import github
from connectors.jira import Jira, Token
from connectors.jira import connect as connect_jira
from connectors.jira.sign_in import TokenSignature, headers
from connectors.jira.survey import Scope
from connectors.source import Source
from connectors.transport import Clock, Governor, Transport
from sync.cli.terminal import SystemClock
from sync.poll import Pass, poll
from sync.store.database import connect

CLOCK: Clock = SystemClock()


def read_jira_cloud(url: str, projects: tuple[str, ...], store: str) -> None:
    _read(lambda: _jira(url, projects, email=EMAIL), kind="jira", store=store)


def read_jira_data_center(url: str, projects: tuple[str, ...], store: str) -> None:
    _read(lambda: _jira(url, projects, email=None), kind="jira", store=store)


def read_recorded(answers: httpx.AsyncBaseTransport, projects: tuple[str, ...], store: str) -> None:
    """A Cloud site's answers from something else than the network."""
    _read(lambda: _recorded_jira(answers, projects), kind="jira", store=store)


def read_github(url: str, repositories: tuple[str, ...], store: str) -> None:
    _read(lambda: _github(url, repositories), kind="github", store=store)


def _github(url: str, repositories: tuple[str, ...]) -> Source:
    return github.connect(
        name="github", url=url, token=TOKEN, repositories=repositories, clock=CLOCK, jitter=random.Random(1)
    )


def _jira(url: str, projects: tuple[str, ...], *, email: str | None) -> Source:
    return connect_jira(
        name="jira",
        url=url,
        sign_in=Token(email=email, token=TOKEN),
        projects=projects,
        since=None,
        clock=CLOCK,
        jitter=random.Random(1),
    )


def _recorded_jira(answers: httpx.AsyncBaseTransport, projects: tuple[str, ...]) -> Source:
    signature = TokenSignature(Token(email=EMAIL, token=TOKEN))
    transport = Transport(
        source="jira",
        client=httpx.AsyncClient(transport=answers, auth=signature),
        headers=headers,
        governor=Governor(clock=CLOCK, paces={}),
        clock=CLOCK,
        jitter=random.Random(1),
    )
    scope = Scope(source="jira", url="https://recorded.example", projects=projects)
    return Jira(scope=scope, since=None, signature=signature, transport=transport, clock=CLOCK)


def _read(connected: Callable[[], Source], *, kind: str, store: str) -> None:
    """Raises where anything was left unread: there is no number for half a pass."""
    only_warnings()
    engine = connect(store)
    done = asyncio.run(_poll(connected(), kind=kind, engine=engine))
    engine.dispose()
    if done.verdict != "complete":
        raise RuntimeError(str(done))


async def _poll(source: Source, *, kind: str, engine: Engine) -> Pass:
    try:
        return await poll(source, kind=kind, engine=engine, holder="benchmark", clock=CLOCK)
    finally:
        await source.close()


def only_warnings() -> None:
    """Must be said before anything takes a logger."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
