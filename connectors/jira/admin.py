"""Set-up checks: whom the sign-in is, what that account may read, and which fields were taken for what.

By the package `jira`, in a thread; never in the path of data.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from jira.exceptions import JIRAError
from requests import RequestException

from connectors.errors import SourceError
from connectors.jira import api, wire
from connectors.jira.address import addresses
from connectors.jira.client import client, said
from connectors.jira.fields import CHOSEN, roles
from connectors.jira.survey import Scope
from connectors.jira.webhook import Hooks
from connectors.sign_in import Signature
from connectors.skew import apart_s
from connectors.source import Check, Mirror
from connectors.transport import Clock, Transport

FAILURES = (JIRAError, RequestException, ValueError)

URL_HINT = "Check `url` (for Data Center with its context path), the network and the proxy settings."
SIGN_IN_HINT = "Check `token` and, on Cloud, that `email` is the account that made it; tokens expire."
PASSING = (429, 500, 502, 503, 504)  #: what no sign-in can help
DOWN_HINT = "It passes by itself, or the site is down: look again in a while."
PROJECT_HINT = "Check `projects`: each is the key of a project that exists and that the account may browse."
CLOCK_HINT = "Set this machine's clock by a time server. What was read is dated by Jira's clock."
BOARDS_HINT = (
    "Sprints and boards stay unread. Give the token the scopes read:board-scope:jira-software,"
    " read:sprint:jira-software, read:issue-details:jira, read:project:jira and read:jql:jira."
)


class Doctor:
    """Looks at one source's site."""

    def __init__(
        self,
        transport: Transport,
        *,
        scope: Scope,
        signature: Signature,
        hooks: Hooks,
        mirror: Mirror | None,
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._scope = scope
        self._signature = signature
        self._hooks = hooks
        self._mirror = mirror
        self._clock = clock

    async def checks(self) -> list[Check]:
        """The site, the sign-in, and then the rest, one by one; the first two end it where they fail."""
        scope, first = self._scope, None
        try:
            authorization = await self._signature.authorization()
            tried = addresses(self._transport, url=scope.url, gateway=scope.gateway, oauth=scope.oauth, known=None)
            async for base in tried:
                found = await self._at(base, authorization)
                if all(check.ok for check in found[:2]):
                    return found
                first = first or found
        except SourceError as error:
            return first or [Check(subject="sign-in", ok=False, found=str(error), hint=error.hint)]
        return first or []

    async def _at(self, base: str, authorization: str) -> list[Check]:
        """As far as the address takes the sign-in."""
        site = client(base, authorization=authorization)
        found = [await asyncio.to_thread(_site, site, base)]
        if found[-1].ok:
            found.append(await asyncio.to_thread(_account, site))
        if not all(check.ok for check in found):
            return found
        found += [*await self._clocks(base), *await asyncio.to_thread(self._rest, site)]
        return [*found, hooks_check(self._hooks)]

    def _rest(self, site: Any) -> list[Check]:
        projects = [check for key in self._scope.projects for check in _project(site, key, mirror=self._mirror)]
        return [*projects, *_fields(site, self._scope), _boards(site)]

    async def _clocks(self, base: str) -> list[Check]:
        request = api.get(base, "/rest/api/2/serverInfo", label="site")
        try:
            _, server_at = await self._transport.send(request, api.dated(wire.ServerInfo, request))
        except SourceError as error:  # the package follows where a token is not to be taken: to another host
            return [Check(subject="address", ok=False, found=str(error), hint=error.hint)]
        return [clock_check(server_at, ours=self._clock.now())]


def clock_check(server_at: datetime, *, ours: datetime) -> Check:
    """Whether the site's clock and ours agree."""
    skew_s = apart_s(server_at, ours=ours)
    if skew_s is None:
        return Check(subject="clock", ok=True, found="agrees with Jira's")
    side = "ahead of" if skew_s > 0 else "behind"
    return Check(subject="clock", ok=False, found=f"Jira's is {abs(skew_s):.0f} s {side} ours", hint=CLOCK_HINT)


def hooks_check(hooks: Hooks) -> Check:
    """What is said of webhooks, without which nothing is wrong."""
    if hooks.unsigned:
        hint = "Whoever knows their address may send them: let it be one that nobody can guess."
        return Check(subject="webhooks", ok=True, found="unsigned ones are taken, as hints", hint=hint)
    if hooks.secrets:
        return Check(subject="webhooks", ok=True, found="signed ones are taken")
    hint = "An administrator of Jira registers one with a secret; put it into `hook_secrets`."
    return Check(subject="webhooks", ok=True, found="none: changes are seen at the next poll", hint=hint)


def _site(site: Any, url: str) -> Check:
    try:
        info = site.server_info()
    except FAILURES as error:
        return Check(subject=url, ok=False, found=said(error), hint=URL_HINT)
    return Check(subject=url, ok=True, found=f"Jira {info.get('deploymentType', '')} {info.get('version', '')}")


def _account(site: Any) -> Check:
    """Whom the sign-in is. The site itself answers anybody, and proves nothing."""
    try:
        me = site.myself()
    except FAILURES as error:
        hint = DOWN_HINT if getattr(error, "status_code", 0) in PASSING else SIGN_IN_HINT
        return Check(subject="sign-in", ok=False, found=said(error), hint=hint)
    if not isinstance(me, dict) or not (me.get("accountId") or me.get("key") or me.get("name")):
        return Check(subject="sign-in", ok=False, found="Jira takes us for a stranger", hint=SIGN_IN_HINT)
    zone = me.get("timeZone")
    return Check(subject="sign-in", ok=True, found=f"{me.get('displayName')}, {f'zone {zone}' if zone else 'no zone'}")


def _project(site: Any, key: str, *, mirror: Mirror | None) -> Iterator[Check]:
    subject = f"project {key}"
    wanted = {"BROWSE_PROJECTS": "Browse Projects"}
    if mirror:
        wanted |= {"EDIT_ISSUES": "Edit Issues", "ADMINISTER_PROJECTS": "Administer Projects"}
    try:
        held = site.my_permissions(projectKey=key, permissions=",".join(wanted))["permissions"]
    except (*FAILURES, KeyError, TypeError) as error:
        yield Check(subject=subject, ok=False, found=said(error), hint=PROJECT_HINT)
        return
    missing = [name for word, name in wanted.items() if not held.get(word, {}).get("havePermission")]
    if "Browse Projects" in missing:
        hint = "Give the account the permission Browse Projects."
        yield Check(subject=subject, ok=False, found="may not be browsed", hint=hint)
        return
    yield Check(subject=subject, ok=True, found="may be browsed")
    if mirror:
        hint = f"For `write_back`, give the account the permission {' and '.join(missing)}." if missing else ""
        found = "may not be written to unheard" if missing else "may be written to"
        yield Check(subject=f"write-back to {key}", ok=not missing, found=found, hint=hint)


def _fields(site: Any, scope: Scope) -> Iterator[Check]:
    """Which fields play which part, and who says so (jira.md §1.4)."""
    try:
        fields = msgspec.convert(site.fields(), list[wire.Field], strict=False)
    except (*FAILURES, msgspec.ValidationError) as error:
        hint = "Without the list, sprints, points and parents stay unread."
        yield Check(subject="fields", ok=False, found=said(error), hint=hint)
        return
    names = {field.id: field.name or field.id for field in fields}
    playing = roles(fields, chosen=scope.field_ids)
    for role in CHOSEN:
        yield _role(role, getattr(playing, role), names=names, chosen=bool(scope.field_ids.get(role)))


def _role(role: str, ids: Sequence[str], *, names: dict[str, str], chosen: bool) -> Check:
    subject = f"field for {role.replace('_', ' ')}"
    if unknown := [identity for identity in ids if identity not in names]:
        hint = f"Check `fields`: {role} is the id of a field, such as customfield_10016."
        return Check(subject=subject, ok=False, found=f"Jira shows no field {', '.join(unknown)}", hint=hint)
    told = ", ".join(f"{identity} ({names[identity]})" for identity in ids) or "none"
    by = "by `fields`" if chosen else "by its kind"
    hint = ""
    if len(ids) > 1 and not chosen:
        hint = f"The first that holds a value counts; name one as `{role}` in `fields` where that is wrong."
    return Check(subject=subject, ok=True, found=f"{told}, {by}" if ids else told, hint=hint)


def _boards(site: Any) -> Check:
    try:
        site.boards(maxResults=1)
    except JIRAError as error:
        if error.status_code == 404:
            return Check(subject="boards", ok=True, found="there is no Jira Software here")
        return Check(subject="boards", ok=False, found=said(error), hint=BOARDS_HINT)
    except (RequestException, ValueError, KeyError) as error:
        return Check(subject="boards", ok=False, found=said(error), hint=BOARDS_HINT)
    return Check(subject="boards", ok=True, found="may be read")
