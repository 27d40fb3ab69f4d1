"""One pass over a stand-in into a store, as the scheduled job makes it, and what webhooks and a census add."""

import asyncio
import logging
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

import httpx
import structlog
from sqlalchemy import Engine, make_url

from benchmarks.edits import SECRET, Told
from benchmarks.sites import EMAIL, TOKEN
from connectors import github
from connectors.delivery import Delivery
from connectors.github import GitHub
from connectors.github.sign_in import HEADERS as GITHUB_HEADERS
from connectors.github.sign_in import Token as GitHubToken
from connectors.jira import GATEWAY, Jira, OAuth, SignIn, Token
from connectors.jira import connect as connect_jira
from connectors.jira.sign_in import HEADERS as JIRA_HEADERS
from connectors.jira.sign_in import TokenSignature
from connectors.jira.survey import Scope
from connectors.source import Source
from connectors.transport import Clock, Governor, Transport
from connectors.twin.company.site import URL
from sync import census, inbox
from sync.cli.terminal import SystemClock
from sync.passes import Pass
from sync.poll import poll
from sync.store.database import connect

CLOCK: Clock = SystemClock()
HOLDER = "benchmark"
T = TypeVar("T")

#: A source at that URL, of those projects or repositories, for the store at that URL.
Connect: TypeAlias = Callable[[str, tuple[str, ...], str], Source]


def jira_cloud(url: str, projects: tuple[str, ...], _: str) -> Source:
    return _jira(url, projects, sign_in=Token(email=EMAIL, token=TOKEN))


def jira_data_center(url: str, projects: tuple[str, ...], _: str) -> Source:
    return _jira(url, projects, sign_in=Token(token=TOKEN))


def jira_oauth(url: str, projects: tuple[str, ...], store: str) -> Source:
    """`url` is the gateway's; the refresh token lives beside the store."""
    file = Path(make_url(store).database or "").with_name("refresh-token")
    if not file.exists():
        file.write_text("refresh-0\n", encoding="utf-8")
    app = OAuth(client_id="app", client_secret="app-secret", refresh_token_file=file, address=f"{url}/oauth/token")
    return _jira(URL, projects, sign_in=app, gateway=url)


def github_token(url: str, repositories: tuple[str, ...], _: str) -> Source:
    return github.connect(
        name="github",
        url=url,
        token=TOKEN,
        repositories=repositories,
        hook_secrets=[SECRET],
        clock=CLOCK,
        jitter=random.Random(1),
    )


def recorded_jira(answers: httpx.AsyncBaseTransport, projects: tuple[str, ...]) -> Source:
    """A Cloud site's answers from something else than the network."""
    signature = TokenSignature(Token(email=EMAIL, token=TOKEN))
    scope = Scope(source="jira", url="https://recorded.example", projects=projects)
    client = httpx.AsyncClient(transport=answers, auth=signature)
    transport = Transport(
        source="jira",
        client=client,
        headers=JIRA_HEADERS,
        governor=Governor(clock=CLOCK, paces={}),
        clock=CLOCK,
        jitter=random.Random(1),
    )
    return Jira(scope=scope, since=None, signature=signature, transport=transport, clock=CLOCK)


def recorded_github(answers: httpx.AsyncBaseTransport, repositories: tuple[str, ...]) -> Source:
    sign_in = GitHubToken(TOKEN)
    transport = Transport(
        source="github",
        client=httpx.AsyncClient(transport=answers, auth=sign_in),
        headers=GITHUB_HEADERS,
        governor=Governor(clock=CLOCK, paces={}),
        clock=CLOCK,
        jitter=random.Random(1),
    )
    return GitHub(
        name="github",
        url="https://recorded.example",
        sign_in=sign_in,
        repositories=repositories,
        since=None,
        transport=transport,
        clock=CLOCK,
    )


def read(connected: Connect, url: str, scope: tuple[str, ...], store: str) -> None:
    """A poll of everything that is new."""
    _complete(lambda: connected(url, scope, store), _poll, store)


def read_recorded(connected: Callable[[], Source], store: str) -> None:
    _complete(connected, _poll, store)


def call_all(connected: Connect, url: str, scope: tuple[str, ...], store: str) -> None:
    """A census of all ids."""

    async def take(source: Source, engine: Engine) -> Pass:
        return await census.take(source, kind="all", engine=engine, holder=HOLDER, clock=CLOCK)

    _complete(lambda: connected(url, scope, store), take, store)


def take(connected: Connect, url: str, scope: tuple[str, ...], store: str, *, told: Told) -> None:
    """Deliveries that came together. Raises where one of them was not handled, or an item could not be read."""
    deliveries = [Delivery(headers=headers, body=body, received_at=CLOCK.now()) for headers, body in told]

    async def look(source: Source, engine: Engine) -> inbox.Taken:
        return await inbox.take(deliveries, source=source, engine=engine, clock=CLOCK)

    taken = _run(lambda: connected(url, scope, store), look, store)
    if taken.gaps or any(outcome.word != "handled" for outcome in taken.outcomes):
        raise RuntimeError(str(taken))


def only_warnings() -> None:
    """Must be said before anything takes a logger."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def _jira(url: str, projects: tuple[str, ...], *, sign_in: SignIn, gateway: str = GATEWAY) -> Source:
    return connect_jira(
        name="jira",
        url=url,
        sign_in=sign_in,
        projects=projects,
        hook_secrets=[SECRET],
        clock=CLOCK,
        jitter=random.Random(1),
        gateway=gateway,
    )


async def _poll(source: Source, engine: Engine) -> Pass:
    return await poll(source, kind=source.name, engine=engine, holder=HOLDER, clock=CLOCK)


def _complete(connected: Callable[[], Source], work: Callable[[Source, Engine], Awaitable[Pass]], store: str) -> None:
    """Raises where anything was left unread: there is no number for half a pass."""
    done = _run(connected, work, store)
    if done.verdict != "complete":
        raise RuntimeError(str(done))


def _run(connected: Callable[[], Source], work: Callable[[Source, Engine], Awaitable[T]], store: str) -> T:
    only_warnings()
    engine = connect(store)

    async def run() -> T:
        source = connected()
        try:
            return await work(source, engine)
        finally:
            await source.close()

    done = asyncio.run(run())
    engine.dispose()
    return done
