"""Looks at everything that reading needs: sign-in, limits, clock, the configured names, and each permission."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from connectors.errors import SourceError
from connectors.github import api, permissions
from connectors.github.reader import Reader
from connectors.github.scope import Resolved, resolve
from connectors.github.sign_in import Bearer, Installation
from connectors.source import Check


async def examined(*, url: str, sign_in: Bearer, reader: Reader, asked: Sequence[str], now: datetime) -> list[Check]:
    """The checks, one by one; a sign-in that fails ends them, and so does a spent quota: nobody waits an hour here."""
    from connectors.github import admin  # PyGithub takes a while to import

    try:
        token = await sign_in.token()
        app = sign_in.described(await sign_in.current()) if isinstance(sign_in, Installation) else None
    except SourceError as error:
        return [Check(subject="sign-in", ok=False, found=str(error), hint=error.hint)]
    checks = await asyncio.to_thread(admin.sign_in, url=url, token=token, app=app, now=now)
    if any(check.subject in admin.NEEDED and not check.ok for check in checks):
        return checks
    return checks + await _reach(reader, asked)


async def _reach(reader: Reader, asked: Sequence[str]) -> list[Check]:
    """Which of the configured names can be read, and what of one repository of each owner."""
    try:
        resolved = await resolve(reader, asked)
    except SourceError as error:
        return [Check(subject="repositories", ok=False, found=str(error), hint=error.hint)]
    found = f"{len(resolved.repositories)} repositories"
    checks = [Check(subject="repositories", ok=bool(resolved.repositories), found=found, hint=api.ACCESS_HINT)]
    unseen = resolved.hidden | resolved.unknown
    checks += [Check(subject=name, ok=False, found=why, hint=api.ACCESS_HINT) for name, why in unseen.items()]
    for repository in _one_of_each_owner(resolved):
        checks += await permissions.checks(reader, repository)
    return checks


def _one_of_each_owner(resolved: Resolved) -> list[str]:
    """A token has the same permissions in all repositories that it was given."""
    names = sorted(repository.name_with_owner for repository in resolved.repositories.values())
    return list({name.partition("/")[0]: name for name in reversed(names)}.values())[::-1]
