"""What PyGithub makes for an App: its tokens. Blocking, so for a thread."""

from datetime import datetime
from urllib.parse import urlsplit

import httpx
import msgspec
from github import Auth, BadAttributeException, GithubException, GithubIntegration
from jwt import PyJWTError
from requests import RequestException

from connectors.errors import Malformed, Refused, Retry, SourceError
from connectors.exchange import Answer, http_date
from connectors.github import api
from connectors.github.app import App, InstallationToken

TIMEOUT_S = 15
URL_HINT = "Check `url`, the network and the proxy settings."
INSTALLATION_HINT = "Look at the App's installation there: it may be suspended, or other than `installations` says."
APP_HINT = "Check the App's `id` and private key, and this machine's clock: GitHub bears a minute between the two."


def made_token(app: App, *, owner: str, url: str, now: datetime) -> InstallationToken:
    """A new token. Blocking, so for a thread."""
    auth = _auth(app)
    try:
        with GithubIntegration(auth=auth, base_url=url, timeout=TIMEOUT_S, retry=None, per_page=100) as github:
            made = github.get_access_token(_installation_id(github, app, owner))
            at = http_date(str(made.raw_headers.get("date", ""))) or now  # when it ends is told by GitHub's clock
            return InstallationToken(made.token, made.expires_at - at, dict(made.permissions or {}))
    except GithubException as error:
        raise _refusal(error, owner=owner, now=now) from error
    except RequestException as error:
        raise Retry(f"{urlsplit(url).netloc} cannot be reached ({type(error).__name__})", hint=URL_HINT) from error
    except (AssertionError, BadAttributeException, LookupError, RuntimeError, TypeError, ValueError) as error:
        # What PyGithub makes of an answer of another shape, or of a redirect to another host.
        raise Malformed(
            f"no token for {owner} is in GitHub's answer ({type(error).__name__})", hint=URL_HINT
        ) from error


def _auth(app: App) -> Auth.AppAuth:
    try:
        auth = Auth.AppAuth(app.id, app.private_key)
        auth.create_jwt()
    except (AssertionError, PyJWTError, TypeError, ValueError):  # its words may hold the key
        raise Refused("the App's private key is no RSA key in PEM", hint=APP_HINT) from None
    return auth


def _installation_id(github: GithubIntegration, app: App, owner: str) -> int:
    """Where the owner, an organisation or a person, has installed the App."""
    told = {name.casefold(): number for name, number in app.installations.items()}
    if owner.casefold() in told:
        return told[owner.casefold()]
    for installation in github.get_installations():
        if installation.account and (installation.account.login or "").casefold() == owner.casefold():
            return installation.id
    hint = f"Install it there, or take {owner}'s repositories out of `repositories`."
    raise Refused(f"the App is not installed at {owner}", hint=hint)


def _refusal(error: GithubException, *, owner: str, now: datetime) -> SourceError:
    """What it means that GitHub gives no token: a limit, a bad moment, or the App or its installation is at fault."""
    body = msgspec.json.encode(error.data if isinstance(error.data, dict) else {})
    answer = Answer(status=error.status, headers=httpx.Headers(error.headers or {}), body=body, server_at=now)
    meant = api.failure(answer)
    if isinstance(meant, Retry):
        return meant
    words = api.message(answer)
    if error.status == 401:
        return Refused(f"GitHub does not accept the App ({words})", hint=APP_HINT)
    return Refused(f"GitHub gives the App no token for {owner} ({words})", hint=INSTALLATION_HINT)
