"""Jira as a source: Cloud and Data Center."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from connectors.jira import limits
from connectors.jira.address import GATEWAY
from connectors.jira.census import DUE
from connectors.jira.sign_in import HEADERS, OAuth, OAuthSignature, SignIn, Token, TokenSignature
from connectors.jira.source import Jira
from connectors.jira.survey import Scope
from connectors.jira.webhook import Hooks
from connectors.progress import SILENT, Progress
from connectors.sign_in import Signature
from connectors.source import Mirror
from connectors.transport import Clock, Gates, over_network

__all__ = ["DUE", "GATEWAY", "Jira", "OAuth", "SignIn", "Token", "connect"]


def connect(
    *,
    name: str,
    url: str,
    sign_in: SignIn,
    projects: Sequence[str],
    since: date | None = None,
    field_ids: Mapping[str, Sequence[str]] | None = None,
    comments: bool = False,
    development: bool = False,
    hook_secrets: Sequence[str] = (),
    unsigned_hooks: bool = False,
    mirror: Mirror | None = None,
    clock: Clock,
    jitter: random.Random,
    gates: Gates | None = None,
    progress: Progress = SILENT,
    gateway: str = GATEWAY,
) -> Jira:
    """A source that reads over the network. Close it when done.

    `field_ids`: by role (sprint, points, epic_link, parent_link, flagged, team), the fields that play it. `comments`:
    also those of every issue in Cloud's backfill, ten requests more per 1,000. `development`: also what the panel tells
    of pull requests, a request for each issue that changed.
    """

    over_wire = partial(
        over_network,
        source=name,
        url=url,
        headers=HEADERS,
        paces=limits.PACES,
        advise=limits.advice,
        clock=clock,
        jitter=jitter,
        gates=gates,
        progress=progress,
    )
    signature: Signature
    if isinstance(sign_in, OAuth):
        signature = OAuthSignature(sign_in, transport=over_wire(signature=None), clock=clock)
    else:
        signature = TokenSignature(sign_in)
    scope = Scope(
        source=name,
        url=url.rstrip("/"),
        projects=tuple(projects),
        gateway=gateway,
        oauth=isinstance(sign_in, OAuth),
        field_ids={role: tuple(ids) for role, ids in (field_ids or {}).items()},
        comments=comments,
        development=development,
    )
    return Jira(
        scope=scope,
        since=since,
        signature=signature,
        transport=over_wire(signature=signature),
        clock=clock,
        hooks=Hooks(secrets=tuple(hook_secrets), unsigned=unsigned_hooks),
        mirror=mirror,
    )
