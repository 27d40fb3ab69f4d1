"""The REST endpoints: what GraphQL has not, what set-up and `PyGithub` ask, and the lists a plain client walks."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.twin import github_rest_apps, github_rest_comments, github_rest_labels, github_rest_runs
from connectors.twin.github_derived import timeline
from connectors.twin.github_filters import names, state, stated
from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Ordered, Positions
from connectors.twin.github_rest_bodies import Bodies
from connectors.twin.github_wire import Answer, Call, Endpoint, Refusal

EPOCH = "1970-01-01T00:00:00Z"
SORTED_BY = {"created": "createdAt", "updated": "updatedAt"}


def bodies(call: Call) -> Bodies:
    """Bodies for the host and the URL the request came to."""
    return Bodies(call.host, call.api)


def meta(call: Call) -> Answer:
    """What the server says of itself; an Enterprise Server names its version."""
    enterprise = {"installed_version": call.host.version} if call.host.dialect == "ghes" else {}
    return Answer(body={"verifiable_password_authentication": False, **enterprise})


def root(call: Call) -> Answer:
    """The first few of the URLs GitHub lists."""
    return Answer(body={"current_user_url": f"{call.api}/user", "rate_limit_url": f"{call.api}/rate_limit"})


def rate_limit(call: Call) -> Answer:
    """The budgets; where there are none, Enterprise Server says so with a 404."""
    if call.host.hourly_limit is None:
        raise Refusal(404, "Rate limiting is not enabled.")
    resources = {name: call.limits.state(name) for name in ("core", "graphql")}
    return Answer(body={"resources": resources, "rate": resources["core"]})


def user(call: Call) -> Answer:
    """Who the token belongs to; an installation's is nobody's."""
    if call.access.installation or call.access.is_app:
        raise Refusal(403, "Resource not accessible by integration")
    return Answer(body=bodies(call).account(call.host.viewer))


def account(call: Call) -> Answer:
    """A user or an organization."""
    found = call.host.account(call.named["login"])
    return Answer(body=bodies(call).account(found)) if found else call.nothing()


def account_repositories(call: Call) -> Answer:
    """An account's repositories by name."""
    if call.host.account(call.named["login"]) is None:
        call.nothing()
    found = [each for each in call.host.repositories_of(call.named["login"]) if call.sees(each)]
    return call.rows(Ordered(found, by=stated("name"), descending=False), shown=bodies(call).repository)


def viewer_repositories(call: Call) -> Answer:
    """All repositories the token can see; what a single sign-on hides is left out, and the header says so."""
    guarded = {r["owner"]["login"].lower(): r["owner"]["databaseId"] for r in call.host.repositories}
    hidden = [str(guarded[login]) for login in sorted(call.host.sso & guarded.keys())]
    found = [r for r in call.host.repositories if r["owner"]["login"].lower() not in call.host.sso]
    rows = call.rows(Positions(found), shown=bodies(call).repository)
    partial = {"x-github-sso": f"partial-results; organizations={','.join(hidden)}"} if hidden else {}
    return Answer(body=rows.body, headers={**rows.headers, **partial})


def installation_repositories(call: Call) -> Answer:
    """The repositories that the App was given on its installation's account."""
    installation = call.access.installation
    found = [r for r in call.host.repositories if installation is None or installation.covers(r)]
    rows = call.rows(Positions(found), shown=bodies(call).repository)
    return Answer(body={"total_count": len(found), "repositories": rows.body}, headers=rows.headers)


def repository(call: Call) -> Answer:
    """One repository."""
    return Answer(body=bodies(call).repository(call.repository()))


def issue(call: Call) -> Answer:
    """One issue, or the issue side of a pull request; 410 where it was deleted, 301 where it was transferred."""
    return Answer(body=bodies(call).issue(call.item()))


def pull(call: Call) -> Answer:
    """One pull request."""
    return Answer(body=bodies(call).whole_pull(call.item("PullRequest")))


def issues(call: Call) -> Answer:
    """Issues and pull requests, open ones unless asked otherwise, the newest first."""
    holder = call.repository()
    if call.asked.get("since") == EPOCH:
        return Answer(body=[])  # airbytehq/airbyte#85376
    everything = [*holder["issues"], *holder["pullRequests"]]
    return _listed(call, everything, shown=bodies(call).issue, by_cursor=True)


def pulls(call: Call) -> Answer:
    """Pull requests, open ones unless asked otherwise."""
    return _listed(call, call.repository()["pullRequests"], shown=bodies(call).pull)


def reviews(call: Call) -> Answer:
    """A pull request's reviews, oldest first."""
    return call.rows(Positions(call.item("PullRequest").get("reviews") or []), shown=bodies(call).review)


def commits(call: Call) -> Answer:
    """A pull request's commits, oldest first, 250 at most."""
    return call.rows(Positions((call.item("PullRequest").get("commits") or [])[:250]), shown=bodies(call).commit)


def events(call: Call) -> Answer:
    """The timeline of an issue or pull request."""
    return call.rows(Positions(timeline(call.item())), shown=bodies(call).event)


def deployments(call: Call) -> Answer:
    """Deployments, the newest first; what GraphQL does not tell is whether they are to production, or passing."""
    holder = call.repository()
    made = Ordered(holder.get("deployments") or [], by=stated("createdAt"), descending=True)
    return call.rows(made, shown=bodies(call).deployment)


def _listed(call: Call, items: list[Node], *, shown: Callable[[Node], Any], by_cursor: bool = False) -> Answer:
    asked = {name: call.asked.get(name) for name in ("state", "since", "labels", "sort", "direction")}
    field = SORTED_BY.get(asked["sort"] or "created", "createdAt")
    descending = (asked["direction"] or ("desc" if by_cursor or field == "createdAt" else "asc")) == "desc"

    def made() -> Ordered:
        found = [i for i in items if _passes(call, i, asked)]
        return Ordered(found, by=stated(field), descending=descending)

    listing = call.host.view((call.path, repr(asked)), made)
    return call.rows(listing, shown=lambda item: shown(call.host.completed(item)), by_cursor=by_cursor)


def _passes(call: Call, item: Node, asked: Mapping[str, str | None]) -> bool:
    wanted = asked["state"] or "open"
    is_open = state(call.host, item) == "OPEN"
    labels = set(filter(None, (asked["labels"] or "").split(",")))
    return (
        wanted in ("all", "open" if is_open else "closed")
        and str(item.get("updatedAt")) >= (asked["since"] or "")
        and labels <= names(item.get("labels"))
    )


OF_REPOSITORY: Mapping[str, Endpoint] = {
    "": repository,
    "/deployments": deployments,
    "/issues": issues,
    "/issues/{number:int}": issue,
    "/issues/{number:int}/timeline": events,
    "/pulls": pulls,
    "/pulls/{number:int}": pull,
    "/pulls/{number:int}/commits": commits,
    "/pulls/{number:int}/reviews": reviews,
    **github_rest_comments.OF_REPOSITORY,
    **github_rest_labels.OF_REPOSITORY,
    **github_rest_runs.OF_REPOSITORY,
}
PLACES = ("/repos/{owner}/{name}", "/repositories/{id:int}")
ROUTES: Mapping[str, Endpoint] = {
    "/": root,
    "/meta": meta,
    "/rate_limit": rate_limit,
    "/user": user,
    "/user/repos": viewer_repositories,
    "/users/{login}": account,
    "/users/{login}/repos": account_repositories,
    "/orgs/{login}": account,
    "/orgs/{login}/repos": account_repositories,
    "/installation/repositories": installation_repositories,
    **github_rest_apps.ROUTES,
    **{f"{place}{path}": endpoint for place in PLACES for path, endpoint in OF_REPOSITORY.items()},
}
WRITES: Mapping[tuple[str, str], Endpoint] = {
    **github_rest_apps.WRITES,
    **{(m, f"{place}{path}"): each for place in PLACES for (m, path), each in github_rest_labels.WRITES.items()},
}
# What costs nothing of the hour.
FREE = frozenset({"/rate_limit", "/meta"})
# Which permission a path below a repository needs.
NEEDED: Mapping[str, str] = {
    "actions": "actions",
    "deployments": "deployments",
    "issues": "issues",
    "labels": "issues",
    "pulls": "pull_requests",
}


def needed(path: str) -> str | None:
    """The permission that a path needs (`/repos/acme/shop/issues/7`); None where any token will do."""
    kept = re.fullmatch(r"/(?:repos/[^/]+/[^/]+|repositories/\d+)/([^/]+).*", path)
    return NEEDED.get(kept[1]) if kept else None
