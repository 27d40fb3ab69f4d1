"""The configured sources, connected."""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Engine

from connectors.census import CensusKind
from connectors.progress import SILENT, Progress
from connectors.source import Mirror, Source, Writer
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


class Connected(Source, Writer, Protocol):
    """A source that may be written to, where that is asked for."""


def censuses_due(said: JiraConfig | GitHubConfig) -> Mapping[CensusKind, timedelta]:
    """How often each census of such a source is due."""
    if isinstance(said, JiraConfig):
        from connectors.jira.census import DUE
    else:
        from connectors.github.census import DUE
    return DUE


@asynccontextmanager
async def connected(name: str, *, config: Config, means: Means) -> AsyncIterator[Connected]:
    """The source of this name, let go of at the end."""
    source = built(name, config=config, means=means)
    try:
        yield source
    finally:
        await source.close()


def built(name: str, *, config: Config, means: Means) -> Connected:
    """The source of this name; whoever asks it anything closes it."""
    said, mirror = config.sources[name], config.mirrors.get(name)
    return _jira(name, said, mirror, means) if isinstance(said, JiraConfig) else _github(name, said, mirror, means)


def _jira(name: str, said: JiraConfig, mirror: Mirror | None, means: Means) -> Connected:
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
        field_ids={role: (identity,) for role, identity in said.fields if identity},
        comments=said.comments,
        development=said.development,
        hook_secrets=_hook_secrets(said),
        unsigned_hooks=said.unsigned_hooks,
        mirror=mirror,
        clock=means.clock,
        jitter=means.jitter,
        gates=means.gate,
        progress=means.progress,
    )


def _github(name: str, said: GitHubConfig, mirror: Mirror | None, means: Means) -> Connected:
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
        hook_secrets=_hook_secrets(said),
        mirror=mirror,
        clock=means.clock,
        jitter=means.jitter,
        gates=means.gate,
        progress=means.progress,
    )


def _hook_secrets(said: JiraConfig | GitHubConfig) -> list[str]:
    return [secret.get_secret_value() for secret in said.hooks]
