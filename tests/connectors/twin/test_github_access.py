"""Who may see what of the stand-in, and for how long: Apps, permissions, single sign-on, limits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from github import Auth, GithubIntegration

from connectors.twin import github_edits as edits
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_terms import App, Installation, Secondary
from connectors.twin.serve import serving
from tests.connectors.twin.apps import assertion

Opening = Callable[[GitHubHost], httpx.Client]

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
OPENED = "2026-10-01T09:00:00Z"
DEV = {"__typename": "User", "login": "payments-dev-1"}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def two_owners(clock: Callable[[], datetime] = lambda: NOW, **fields: Any) -> GitHubHost:
    """`acme/shop` and `apex/site`, both private, with one issue each; the App 7 is installed on both accounts."""
    places = [("acme", "shop"), ("apex", "site")]
    repositories = [{"owner": {"login": owner}, "name": name, "isPrivate": True} for owner, name in places]
    installations = [Installation(id=n, account=owner) for n, (owner, _) in enumerate(places, start=70)]
    host = GitHubHost(now=clock, repositories=repositories, app=App(id=7, installations=installations), **fields)
    for repository in host.repositories:
        edits.open_issue(host, repository, title="Wish", at=OPENED, by=DEV)
    return host


@pytest.fixture
def opening() -> Iterator[Opening]:
    """A client of a host; it follows no redirect."""
    with ExitStack() as stack:

        def open_host(host: GitHubHost) -> httpx.Client:
            url = stack.enter_context(serving({"github": github_app(host)}))["github"]
            return stack.enter_context(httpx.Client(base_url=url))

        yield open_host


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def token_of(client: httpx.Client, installation: int) -> Any:
    answer = client.post(f"/app/installations/{installation}/access_tokens", headers=bearer(assertion(7)))
    assert answer.status_code == 201
    return answer.json()


def ask(client: httpx.Client, query: str, headers: dict[str, str] | None = None) -> Any:
    answer = client.post("/graphql", json={"query": query}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


WISHES = """{ acme: repository(owner: "acme", name: "shop") { issues(first: 5) { totalCount } }
              apex: repository(owner: "apex", name: "site") { issues(first: 5) { totalCount } } }"""


def test_an_installation_sees_its_own_account_alone(opening: Opening) -> None:
    client = opening(two_owners())
    headers = bearer(token_of(client, 70)["token"])
    answered = ask(client, WISHES, headers)
    assert answered["data"] == {"acme": {"issues": {"totalCount": 1}}, "apex": None}
    assert [(e["type"], e["path"]) for e in answered["errors"]] == [("NOT_FOUND", ["apex"])]
    listed = client.get("/installation/repositories", headers=headers).json()
    assert [r["full_name"] for r in listed["repositories"]] == ["acme/shop"]
    assert client.get("/repos/apex/site/issues", headers=headers).status_code == 404
    assert client.get("/user", headers=headers).json()["message"] == "Resource not accessible by integration"


def test_each_installation_has_an_hour_of_its_own(opening: Opening) -> None:
    client = opening(two_owners(hourly_limit=2))
    first, second = (bearer(token_of(client, number)["token"]) for number in (70, 71))
    one = "{ rateLimit { remaining } }"
    assert [ask(client, one, h)["data"]["rateLimit"]["remaining"] for h in (first, first, second)] == [1, 0, 1]
    assert ask(client, one, first)["errors"][0]["type"] == "RATE_LIMITED"


def test_an_installations_token_ends_after_an_hour_by_the_hosts_clock(opening: Opening) -> None:
    clock = Clock()
    client = opening(two_owners(clock))
    given = token_of(client, 70)
    assert given["expires_at"] == "2026-11-20T19:00:00Z"
    assert client.get("/repos/acme/shop", headers=bearer(given["token"])).status_code == 200
    clock.pass_s(3600)
    lapsed = client.get("/repos/acme/shop", headers=bearer(given["token"]))
    assert (lapsed.status_code, lapsed.json()["message"]) == (401, "Bad credentials")
    again = token_of(client, 70)["token"]
    assert client.get("/repos/acme/shop", headers=bearer(again)).status_code == 200


@pytest.mark.parametrize(
    "given",
    [assertion(8), assertion(7, lasts_s=3600), assertion(7, issued=1), "not.a.token"],
    ids=["another App's", "too long", "lapsed", "garbage"],
)
def test_an_app_that_signs_wrongly_is_refused(opening: Opening, given: str) -> None:
    host = two_owners()
    assert host.app is not None
    host.app.by_clock = True
    client = opening(host)
    right = assertion("Iv1.fingerpost", issued=int(NOW.timestamp()) - 60)
    assert client.get("/app", headers=bearer(right)).json()["slug"] == "fingerpost"
    assert client.get("/app", headers=bearer(given)).status_code == 401
    assert client.get("/app").status_code == 401


def test_pygithub_finds_installations_and_gets_tokens(opening: Opening, rsa_key: str) -> None:
    client = opening(two_owners())
    url = str(client.base_url).rstrip("/")
    integration = GithubIntegration(auth=Auth.AppAuth(7, rsa_key), base_url=url, seconds_between_requests=0, retry=None)
    assert [each.id for each in integration.get_installations()] == [70, 71]
    assert integration.get_org_installation("apex").id == 71
    assert integration.get_repo_installation("acme", "shop").id == 70
    token = integration.get_access_token(71)
    assert token.expires_at == NOW + timedelta(hours=1)
    assert client.get("/repos/apex/site", headers=bearer(token.token)).status_code == 200


@pytest.fixture(scope="module")
def rsa_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return made.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()


def test_a_permission_that_is_missing_costs_its_kind_alone(opening: Opening) -> None:
    host = two_owners(token="github_pat_x", denied={"pull_requests", "deployments", "members"})
    client = opening(host)
    client.headers["authorization"] = "Bearer github_pat_x"
    answered = ask(
        client,
        """{ repository(owner: "acme", name: "shop") {
             name issues(first: 1) { totalCount } pullRequests(first: 1) { totalCount } } }""",
    )
    assert answered["data"] == {"repository": None}  # the connection may not be null, so that its repository is
    assert [(e["type"], e["path"], e["message"]) for e in answered["errors"]] == [
        ("FORBIDDEN", ["repository", "pullRequests"], "Resource not accessible by personal access token")
    ]
    refused = client.get("/repos/acme/shop/pulls")
    assert (refused.status_code, refused.headers["x-accepted-github-permissions"]) == (403, "pull_requests=read")
    assert client.get("/repos/acme/shop/issues").status_code == 200


def test_who_may_only_read_may_not_write(opening: Opening) -> None:
    client = opening(two_owners(token="github_pat_x", denied={"issues:write"}))
    client.headers["authorization"] = "Bearer github_pat_x"
    assert client.get("/repos/acme/shop/issues/1/labels").json() == []
    refused = client.post("/repos/acme/shop/issues/1/labels", json={"labels": ["bug"]})
    assert (refused.status_code, refused.headers["x-accepted-github-permissions"]) == (403, "issues=write")
    assert client.get("/repos/acme/shop/issues/1/labels").json() == []


def test_a_single_sign_on_that_was_not_made_is_a_partial_answer(opening: Opening) -> None:
    client = opening(two_owners(token="ghp_x", sso={"apex"}))
    client.headers["authorization"] = "Bearer ghp_x"
    answered = ask(client, WISHES)
    assert answered["data"] == {"acme": {"issues": {"totalCount": 1}}, "apex": None}
    assert [(e["type"], e["extensions"]) for e in answered["errors"]] == [("FORBIDDEN", {"saml_failure": True})]
    refused = client.get("/repos/apex/site")
    assert refused.status_code == 403
    assert refused.headers["x-github-sso"].startswith("required; url=")
    listed = client.get("/user/repos")
    assert [r["full_name"] for r in listed.json()] == ["acme/shop"]
    assert listed.headers["x-github-sso"].startswith("partial-results; organizations=")


def test_a_token_tells_when_it_ends_and_what_it_may(opening: Opening) -> None:
    ends = NOW + timedelta(days=3)
    clock = Clock()
    host = two_owners(clock, token="ghp_x", token_expires_at=ends, scopes="repo, read:org")
    client = opening(host)
    client.headers["authorization"] = "Bearer ghp_x"
    answer = client.get("/user")
    assert answer.headers["github-authentication-token-expiration"] == "2026-11-23 18:00:00 UTC"
    assert answer.headers["x-oauth-scopes"] == "repo, read:org"
    clock.pass_s(3 * 86400)
    assert client.get("/user").status_code == 401


def test_a_repository_out_of_sight_takes_all_that_is_in_it_along(opening: Opening) -> None:
    host = two_owners(token="ghp_x")
    shop = host.repositories[0]
    wish = shop["issues"][0]["id"]
    client = opening(host)
    client.headers["authorization"] = "Bearer ghp_x"
    edits.hide_repository(host, shop)
    answered = ask(client, f'{{ node(id: "{wish}") {{ id }} }}')
    assert [e["type"] for e in answered["errors"]] == ["NOT_FOUND"]
    for path in ("/repos/acme/shop", f"/repositories/{shop['databaseId']}", "/repos/acme/shop/issues/1"):
        assert client.get(path).status_code == 404
    edits.show_repository(host, shop)
    assert client.get("/repos/acme/shop/issues/1").json()["node_id"] == wish
    assert ask(client, f'{{ node(id: "{wish}") {{ id }} }}')["data"]["node"] == {"id": wish}


def test_a_minute_too_full_of_work_is_refused_until_it_has_passed(opening: Opening) -> None:
    clock = Clock()

    def take(points: int) -> float:
        clock.pass_s(20)
        return 20.0 * points

    host = two_owners(clock, token="ghp_x", secondary=Secondary(takes=take, graphql_cpu_s=45.0, retry_after_s=90))
    client = opening(host)
    client.headers["authorization"] = "Bearer ghp_x"
    answers = [client.post("/graphql", json={"query": WISHES}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 403]
    assert answers[2].headers["retry-after"] == "90"
    assert "secondary rate limit" in answers[2].json()["message"]
    clock.pass_s(90)
    assert client.post("/graphql", json={"query": WISHES}).status_code == 200


def test_a_minute_too_full_of_requests_is_refused_by_endpoint(opening: Opening) -> None:
    client = opening(two_owners(token="ghp_x", secondary=Secondary(rest_points=2, retry_after_s=None)))
    client.headers["authorization"] = "Bearer ghp_x"
    answers = [client.get("/repos/acme/shop") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 403]
    assert "retry-after" not in answers[2].headers
    assert client.get("/repos/apex/site").status_code == 200


def test_a_server_without_limits_may_say_so_in_zeros(opening: Opening) -> None:
    """apache/devlake#8020."""
    client = opening(two_owners(token="ghp_x", hourly_limit=0))
    client.headers["authorization"] = "Bearer ghp_x"
    answer = client.get("/user")
    assert (answer.status_code, answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == (
        200,
        "0",
        "0",
    )
    assert ask(client, "{ rateLimit { limit remaining } }")["data"]["rateLimit"] == {"limit": 0, "remaining": 0}
