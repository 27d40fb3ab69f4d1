"""What PyGithub is good for here: looking at the sign-in. Blocking, so for a thread and never for reading in bulk."""

from urllib.parse import urlsplit

from github import Auth, BadCredentialsException, Github, GithubException
from requests import RequestException

from connectors.github.api import TOKEN_HINT
from connectors.source import Check

TIMEOUT_S = 15
URL_HINT = "Check `url`, the network and the proxy settings."


def sign_in(*, url: str, token: str) -> list[Check]:
    """Whose token it is, what it may do, and how much of the hour's quotas is left."""
    with Github(
        base_url=url.rstrip("/"), auth=Auth.Token(token), timeout=TIMEOUT_S, retry=None, per_page=100
    ) as github:
        try:
            login = github.get_user().login
        except BadCredentialsException:
            return [Check(subject="token", ok=False, found="GitHub does not accept it", hint=TOKEN_HINT)]
        except RequestException as error:
            found = f"{urlsplit(url).netloc} cannot be reached ({type(error).__name__})"
            return [Check(subject="sign-in", ok=False, found=found, hint=URL_HINT)]
        except GithubException as error:
            return [Check(subject="sign-in", ok=False, found=_first_line(error), hint=URL_HINT)]
        if not login:
            return [Check(subject="sign-in", ok=False, found="no GitHub API answers at this address", hint=URL_HINT)]
        scopes = ", ".join(github.oauth_scopes or ()) or "fine-grained, or none"
        return [Check(subject="token", ok=True, found=f"signed in as {login} (scopes: {scopes})"), _limits(github)]


def _limits(github: Github) -> Check:
    """How much is left; Enterprise Server may have no limits and no such page."""
    try:
        resources = github.get_rate_limit().resources
    except (GithubException, RequestException):
        resources = None
    left = resources.graphql if resources else None
    if left is None:
        return Check(subject="rate limit", ok=True, found="none")
    found = f"{left.remaining} of {left.limit} points of GraphQL left this hour"
    return Check(subject="rate limit", ok=left.remaining > 0 or left.limit == 0, found=found)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
