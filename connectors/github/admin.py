"""What PyGithub is good for here: looking at the sign-in. Blocking, so for a thread and never for reading in bulk."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from github import Auth, Github, GithubException
from requests import RequestException

from connectors.exchange import http_date
from connectors.github.api import TOKEN_HINT
from connectors.skew import apart_s
from connectors.source import Check

TIMEOUT_S = 15
URL_HINT = "Check `url`, the network and the proxy settings."
CLOCK_HINT = "Set this machine's clock by a time server: an App's sign-in fails where it is a minute wrong."
VERSION_HINT = "Enterprise Server is read from 3.17 on; with an older one what it lacks is missing."
OLDEST_SERVER = (3, 17)
SOON = timedelta(days=14)
SIGN_IN, TOKEN, LIMIT = "sign-in", "token", "rate limit"
NEEDED = (SIGN_IN, TOKEN, LIMIT)  #: without these nothing more can be looked at


class Shown(NamedTuple):
    """What came for a path; the body is of any shape."""

    status: int
    headers: Mapping[str, Any]
    body: Any


def sign_in(*, url: str, token: str, app: str | None, now: datetime) -> list[Check]:
    """Whose token it is and until when, how much of the hour's quotas is left, and whether the clocks agree.

    `app`: the name of the installation that the token is for, which is nobody's; None for a person's token.
    """
    base = url.rstrip("/")
    with Github(
        base_url=base, auth=Auth.Token(token), timeout=TIMEOUT_S, retry=None, per_page=100, lazy=True
    ) as github:
        try:
            shown = _shown(github, "/rate_limit" if app else "/user")
        except RequestException as error:
            found = f"{urlsplit(url).netloc} cannot be reached ({type(error).__name__})"
            return [Check(subject=SIGN_IN, ok=False, found=found, hint=URL_HINT)]
        who = _who(shown, app)
        if not who.ok:
            return [who]
        return [who, *_end(shown, now), *_clock(shown, now), *_version(shown), _limits(github)]


def _shown(github: Github, path: str) -> Shown:
    try:
        headers, body = github.requester.requestJsonAndCheck("GET", path)
    except GithubException as error:
        return Shown(error.status, error.headers or {}, error.data)
    return Shown(200, headers, body)


def _who(shown: Shown, app: str | None) -> Check:
    words = _text(shown.body, "message") or f"status {shown.status}"
    if shown.status == 401:
        return Check(subject=TOKEN, ok=False, found=f"GitHub does not accept it ({words})", hint=TOKEN_HINT)
    if app and shown.status in (200, 404):  # of the limits: where there are none, there is no such page
        return Check(subject=TOKEN, ok=True, found=f"signed in as {app}")
    if shown.status == 403 and "by integration" in words:  # GITHUB_TOKEN of a workflow
        return Check(subject=TOKEN, ok=True, found="signed in as an App, which is nobody")
    if shown.status == 403:
        return Check(subject=SIGN_IN, ok=False, found=words, hint="It says why.")
    login = _text(shown.body, "login")
    if not login:
        return Check(subject=SIGN_IN, ok=False, found="no GitHub API answers at this address", hint=URL_HINT)
    return Check(subject=TOKEN, ok=True, found=f"signed in as {login} ({_kind(shown.headers)})")


def _kind(headers: Mapping[str, Any]) -> str:
    """Only classic tokens have scopes, though it may be none."""
    if "x-oauth-scopes" not in headers:
        return "fine-grained token"
    return f"classic token, scopes: {headers['x-oauth-scopes'] or 'none'}"


def _end(shown: Shown, now: datetime) -> Iterator[Check]:
    """Until when the token is good, where GitHub tells it."""
    told = str(shown.headers.get("github-authentication-token-expiration", ""))
    try:
        at = datetime.strptime(told.replace("UTC", "+0000"), "%Y-%m-%d %H:%M:%S %z")  # it has been both
    except ValueError:
        return
    yield Check(subject="token ends", ok=at - now > SOON, found=f"on {at:%Y-%m-%d}", hint=TOKEN_HINT)


def _clock(shown: Shown, now: datetime) -> Iterator[Check]:
    at = http_date(str(shown.headers.get("date", "")))
    if at is None:
        return
    skew_s = apart_s(at, ours=now)
    side = "behind" if (skew_s or 0) > 0 else "ahead of"
    found = "agrees with GitHub's" if skew_s is None else f"{abs(skew_s):,.0f} s {side} GitHub's"
    yield Check(subject="clock", ok=skew_s is None, found=found, hint=CLOCK_HINT)


def _version(shown: Shown) -> Iterator[Check]:
    """Of an Enterprise Server; github.com and GHE.com have none."""
    version = str(shown.headers.get("x-github-enterprise-version", ""))
    if not version:
        return
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    yield Check(subject="Enterprise Server", ok=numbers >= OLDEST_SERVER, found=version, hint=VERSION_HINT)


def _limits(github: Github) -> Check:
    """How much is left; Enterprise Server may have no limits and no such page."""
    try:
        body = _shown(github, "/rate_limit").body
    except RequestException:
        body = {}
    resources = body.get("resources") if isinstance(body, dict) else None
    left = {name: one for name, one in (resources or {}).items() if name in ("graphql", "core") and _is_limit(one)}
    if not left:
        return Check(subject=LIMIT, ok=True, found="none")
    told = [f"{one['remaining']} of {one['limit']} of {name}" for name, one in sorted(left.items(), reverse=True)]
    spent = any(one["remaining"] == 0 for one in left.values())
    hint = "It fills up again by the hour; another program that uses the same account may be using it up."
    return Check(subject=LIMIT, ok=not spent, found=f"{', '.join(told)} left this hour", hint=hint)


def _is_limit(one: Any) -> bool:
    """Enterprise Server without limits may say 0 of 0 (apache/devlake#8020)."""
    return isinstance(one, dict) and "remaining" in one and bool(one.get("limit"))


def _text(body: Any, name: str) -> str:
    said = body.get(name) if isinstance(body, dict) else None
    return " ".join(said.split())[:200] if isinstance(said, str) else ""
