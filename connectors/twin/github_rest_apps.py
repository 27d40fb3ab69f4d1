"""What an App asks about itself, signed by itself, and the tokens its installations are given."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Positions
from connectors.twin.github_rest_bodies import Bodies
from connectors.twin.github_terms import App, Installation
from connectors.twin.github_wire import Answer, Call, Endpoint, Refusal

UNSIGNED = "A JSON web token could not be decoded"
SINCE = "2026-01-01T00:00:00Z"


def about(call: Call) -> Answer:
    """The App."""
    app = _app(call)
    names = {
        "slug": app.slug,
        "name": app.slug.capitalize(),
        "description": None,
        "external_url": "https://example.org",
    }
    dates = {"created_at": SINCE, "updated_at": SINCE}
    return Answer(
        body={
            "id": app.id,
            "client_id": app.client_id,
            "node_id": f"A_{app.id}",
            "owner": Bodies(call.host, call.api).account(call.host.account(app.owner) or {"login": app.owner}),
            "html_url": f"{call.host.web}/apps/{app.slug}",
            "permissions": dict(app.installations[0].permissions) if app.installations else {},
            "events": [],
            **names,
            **dates,
        }
    )


def installations(call: Call) -> Answer:
    """Where the App is installed."""
    return call.rows(Positions(_app(call).installations), shown=lambda each: _body(call, each))


def installation(call: Call) -> Answer:
    """One installation, by its id."""
    return Answer(body=_body(call, _installation(call)))


def token(call: Call) -> Answer:
    """A token for an installation, good for an hour."""
    found = _installation(call)
    if found.suspended:
        raise Refusal(403, "This installation has been suspended")
    return Answer(body=call.door.token_for(found), status=201)


def installed_on(covers: Callable[[Call, Installation], bool]) -> Endpoint:
    """The installation that covers what the path names."""

    def find(call: Call) -> Answer:
        found = next((each for each in _app(call).installations if covers(call, each)), None)
        return Answer(body=_body(call, found)) if found else call.nothing()

    return find


def _on_account(call: Call, found: Installation) -> bool:
    return found.account.lower() == str(call.named["login"]).lower()


def _on_repository(call: Call, found: Installation) -> bool:
    repository = call.host.repository(call.named["owner"], call.named["name"])
    return repository is not None and found.covers(repository)


def _app(call: Call) -> App:
    if call.host.app is None or not call.access.is_app:
        raise Refusal(401, UNSIGNED)
    return call.host.app


def _installation(call: Call) -> Installation:
    found = next((each for each in _app(call).installations if each.id == call.named["installation"]), None)
    return found or call.nothing()


def _body(call: Call, found: Installation) -> Node:
    app, account = _app(call), call.host.account(found.account) or {"login": found.account}
    shown: Any = Bodies(call.host, call.api).account(account)
    url = f"{call.api}/app/installations/{found.id}"
    return {
        "id": found.id,
        "account": shown,
        "app_id": app.id,
        "app_slug": app.slug,
        "client_id": app.client_id,
        "target_id": shown["id"] or 0,
        "target_type": shown["type"],
        "repository_selection": "selected" if found.repositories is not None else "all",
        "permissions": dict(found.permissions),
        "events": [],
        "single_file_name": None,
        "created_at": SINCE,
        "updated_at": SINCE,
        "suspended_at": SINCE if found.suspended else None,
        "suspended_by": None,
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{call.api}/installation/repositories",
        "html_url": f"{call.host.web}/organizations/{found.account}/settings/installations/{found.id}",
    }


ROUTES: Mapping[str, Endpoint] = {
    "/app": about,
    "/app/installations": installations,
    "/app/installations/{installation:int}": installation,
    "/orgs/{login}/installation": installed_on(_on_account),
    "/users/{login}/installation": installed_on(_on_account),
    "/repos/{owner}/{name}/installation": installed_on(_on_repository),
}
WRITES: Mapping[tuple[str, str], Endpoint] = {("POST", "/app/installations/{installation:int}/access_tokens"): token}
