"""The configured sources, connected."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from connectors.progress import SILENT, Progress
from connectors.source import Source
from connectors.transport import Clock, Gate
from sync.config import Config, GitHubConfig, JiraConfig
from sync.store.gates import StoreGate


@dataclass(frozen=True, kw_only=True)
class Means:
    """What reading takes beside the source: the store in which limits are shared, the time, and who is told."""

    engine: Engine
    clock: Clock
    progress: Progress = SILENT

    def gate(self, credential: str) -> Gate:
        """Where all processes tell each other of this credential's limits."""
        return StoreGate(self.engine, credential, self.clock)

    @property
    def jitter(self) -> random.Random:
        """Only spreads out the waiting."""
        return random.Random()  # noqa: S311


@asynccontextmanager
async def connected(name: str, *, config: Config, means: Means) -> AsyncIterator[Source]:
    """The source of this name, let go of at the end."""
    said = config.sources[name]
    source = _jira(name, said, means) if isinstance(said, JiraConfig) else _github(name, said, means)
    try:
        yield source
    finally:
        await source.close()


def _jira(name: str, said: JiraConfig, means: Means) -> Source:
    from connectors import jira

    sign_in: jira.SignIn = (
        jira.OAuth(
            client_id=said.oauth.client_id,
            client_secret=said.oauth.client_secret.get_secret_value(),
            refresh_token_file=said.oauth.refresh_token_file,
        )
        if said.oauth
        else jira.Token(email=said.email, token=said.secret)
    )
    return jira.connect(
        name=name,
        url=said.url,
        sign_in=sign_in,
        projects=said.projects,
        since=said.since,
        clock=means.clock,
        jitter=means.jitter,
    )


def _github(name: str, said: GitHubConfig, means: Means) -> Source:
    from connectors import github

    app = None
    if said.app:
        key = said.app.key.get_secret_value()
        app = github.App(id=said.app.id, private_key=key, installations=said.app.installations)
    return github.connect(
        name=name,
        url=said.url,
        token=None if app else said.secret,
        app=app,
        repositories=said.repositories,
        since=said.since,
        clock=means.clock,
        jitter=means.jitter,
        gates=means.gate,
        progress=means.progress,
    )
