"""The configured sources, connected."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.source import Source
from connectors.transport import Clock
from sync.config import Config, JiraConfig


@asynccontextmanager
async def connected(name: str, *, config: Config, clock: Clock) -> AsyncIterator[Source]:
    """The source of this name, let go of at the end."""
    source = _source(name, config=config, clock=clock)
    try:
        yield source
    finally:
        await source.close()


def _source(name: str, *, config: Config, clock: Clock) -> Source:
    said, jitter = config.sources[name], random.Random()  # noqa: S311 - only spreads out the waiting
    if isinstance(said, JiraConfig):
        from connectors import jira

        return jira.connect(
            name=name,
            url=said.url,
            sign_in=jira.Token(email=said.email, token=said.secret),
            projects=said.projects,
            since=said.since,
            clock=clock,
            jitter=jitter,
        )
    from connectors import github

    return github.connect(
        name=name,
        url=said.url,
        token=said.secret,
        repositories=said.repositories,
        since=said.since,
        clock=clock,
        jitter=jitter,
    )
