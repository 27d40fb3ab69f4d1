"""The REST endpoints: what GraphQL has not, what set-up and `PyGithub` ask, and the lists a plain client walks."""

from collections.abc import Callable, Mapping
from typing import Any

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
    """Who the token belongs to."""
    return Answer(body=bodies(call).account(call.host.viewer))


def account(call: Call) -> Answer:
    """A user or an organization."""
    found = call.host.account(call.named["login"])
    return Answer(body=bodies(call).account(found)) if found else call.nothing()


def account_repositories(call: Call) -> Answer:
    """An account's repositories by name."""
    if call.host.account(call.named["login"]) is None:
        call.nothing()
    found = call.host.repositories_of(call.named["login"])
    return call.rows(Ordered(found, by=stated("name"), descending=False), shown=bodies(call).repository)


def viewer_repositories(call: Call) -> Answer:
    """All repositories the token can see."""
    return call.rows(Positions(call.host.repositories), shown=bodies(call).repository)


def installation_repositories(call: Call) -> Answer:
    """The repositories of an App's installation: here, all."""
    rows = viewer_repositories(call)
    return Answer(body={"total_count": len(call.host.repositories), "repositories": rows.body}, headers=rows.headers)


def repository(call: Call) -> Answer:
    """One repository."""
    return Answer(body=bodies(call).repository(call.repository()))


def issue(call: Call) -> Answer:
    """One issue, or the issue side of a pull request; 410 where it was deleted, 301 where it was transferred."""
    holder, number = call.repository(), call.named["number"]
    if (holder["id"], number) in call.host.deleted:
        raise Refusal(410, "This issue was deleted")
    if moved := call.host.moved.get((holder["id"], number)):
        target = call.host.by_id[moved["repository"]]
        call.moved(f"/repositories/{target['databaseId']}/issues/{moved['number']}")
    return Answer(body=bodies(call).issue(_item(call)))


def pull(call: Call) -> Answer:
    """One pull request."""
    return Answer(body=bodies(call).whole_pull(_item(call, "PullRequest")))


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
    return call.rows(Positions(_item(call, "PullRequest").get("reviews") or []), shown=bodies(call).review)


def commits(call: Call) -> Answer:
    """A pull request's commits, oldest first, 250 at most."""
    return call.rows(Positions((_item(call, "PullRequest").get("commits") or [])[:250]), shown=bodies(call).commit)


def events(call: Call) -> Answer:
    """The timeline of an issue or pull request."""
    return call.rows(Positions(timeline(_item(call))), shown=bodies(call).event)


def runs(call: Call) -> Answer:
    """Workflow runs, which the state holds as REST bodies."""
    found = call.repository().get("workflowRuns") or []
    rows = call.rows(Positions(found), shown=dict)
    return Answer(body={"total_count": len(found), "workflow_runs": rows.body}, headers=rows.headers)


def _item(call: Call, kind: str | None = None) -> Node:
    found = call.host.item(call.repository(), call.named["number"])
    if found is None or kind not in (None, found["__typename"]):
        call.nothing()
    return found


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
    "/actions/runs": runs,
    "/issues": issues,
    "/issues/{number:int}": issue,
    "/issues/{number:int}/timeline": events,
    "/pulls": pulls,
    "/pulls/{number:int}": pull,
    "/pulls/{number:int}/commits": commits,
    "/pulls/{number:int}/reviews": reviews,
}
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
    **{f"/repos/{{owner}}/{{name}}{path}": endpoint for path, endpoint in OF_REPOSITORY.items()},
    **{f"/repositories/{{id:int}}{path}": endpoint for path, endpoint in OF_REPOSITORY.items()},
}
# What costs nothing of the hour.
FREE = frozenset({"/rate_limit", "/meta"})
