"""Which objects of a connection its arguments let through, and in which order GitHub lists them."""

from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller
from typing import Any

from connectors.twin.github_derived import DERIVED
from connectors.twin.github_objects import Node, snake
from connectors.twin.github_paging import Listing, Ordered, Positions
from connectors.twin.github_state import GitHubHost

Test = Callable[[GitHubHost, Node, Any], bool]

By = Callable[[Node], Any]


def stated(field: str) -> By:
    """The value an object states of that field."""
    return methodcaller("get", field)


def tagged_at(ref: Node) -> Any:
    """The date of an annotated tag, or of the commit a plain one leads to."""
    target = ref.get("target") or {}
    return (target.get("tagger") or target.get("committer") or {}).get("date")


ORDERED_BY: Mapping[str, By] = {
    "CREATED_AT": stated("createdAt"),
    "UPDATED_AT": stated("updatedAt"),
    "PUSHED_AT": stated("pushedAt"),
    "NAME": stated("name"),
    "ALPHABETICAL": stated("name"),
    "TAG_COMMIT_DATE": tagged_at,
    "NUMBER": stated("number"),
    "TITLE": stated("title"),
    "LOGIN": stated("login"),
    "DUE_DATE": stated("dueOn"),
}
# Without `orderBy`, as the web shows them.
NATURAL_ORDER: Mapping[str, By] = {
    "issues": stated("number"),
    "pullRequests": stated("number"),
    "milestones": stated("number"),
    "repositories": stated("name"),
    "teams": stated("name"),
}


def state(host: GitHubHost, node: Node) -> str:
    """What the object says of its state, or what follows from its dates."""
    return str(node.get("state") or DERIVED[f"{node['__typename']}.state"](host, node))


def names(nodes: Sequence[Node] | None) -> set[str]:
    """The names of labels."""
    return {n["name"] for n in nodes or ()}


def passes_issue_filter(host: GitHubHost, node: Node, asked: Mapping[str, Any]) -> bool:
    """`filterBy` of a repository's issues; `since` includes its own instant."""
    return all(
        (
            str(node.get("updatedAt")) >= asked.get("since", ""),
            not asked.get("states") or state(host, node) in asked["states"],
            not asked.get("labels") or bool(names(node.get("labels")) & set(asked["labels"])),
        )
    )


TESTS: Mapping[str, Test] = {
    "author": lambda _, node, login: bool((node.get("author") or {}).get("login") == login),
    "baseRefName": lambda _, node, name: bool(node.get("baseRefName") == name),
    "environments": lambda _, node, wanted: node.get("environment") in wanted,
    "filterBy": passes_issue_filter,
    "headRefName": lambda _, node, name: bool(node.get("headRefName") == name),
    "includeArchived": lambda _, node, asked: asked or not node.get("isArchived"),
    "includeClosedPrs": lambda host, node, asked: asked or state(host, node) == "OPEN",
    "isArchived": lambda _, node, asked: bool(node.get("isArchived")) == asked,
    "isFork": lambda _, node, asked: bool(node.get("isFork")) == asked,
    "itemTypes": lambda _, node, wanted: snake(node["__typename"]).upper() in wanted,
    "labels": lambda _, node, wanted: bool(names(node.get("labels")) & set(wanted)),
    # All members of the stand-in's teams are immediate ones.
    "membership": lambda _, __, asked: asked != "CHILD_TEAM",
    "minPermissionLevel": lambda _, __, level: level == "READ",
    "privacy": lambda _, node, asked: node.get("privacy", "VISIBLE") == asked,
    "query": lambda _, node, text: text.lower() in str(node.get("title")).lower(),
    "refPrefix": lambda _, node, prefix: bool(node.get("prefix", "refs/heads/") == prefix),
    "role": lambda _, node, role: node.get("role", "MEMBER") == role,
    "since": lambda _, node, since: str(_dated(node)) >= since,
    "states": lambda host, node, wanted: state(host, node) in wanted,
    "until": lambda _, node, until: str(_dated(node)) <= until,
}


def _dated(node: Node) -> Any:
    committed = ((node.get("commit") or node).get("committer") or {}).get("date")
    return node.get("createdAt") or node.get("submittedAt") or committed


def visible(host: GitHubHost, values: Sequence[Any]) -> list[Node]:
    """The objects, with ids looked up; GitHub leaves out those that are gone or hidden."""
    found = (host.seen(v) if isinstance(v, str) else v for v in values)
    return [node for node in found if node is not None]


def kept(host: GitHubHost, nodes: list[Node], filters: Mapping[str, Any]) -> list[Node]:
    """The objects that pass every filter."""
    tests = [(TESTS[name], asked) for name, asked in filters.items() if asked is not None]
    return [n for n in nodes if all(test(host, n, asked) for test, asked in tests)] if tests else nodes


def listing(nodes: list[Node], *, field: str, order: Mapping[str, Any] | None, catalogue: bool) -> Listing:
    """The objects in the asked order; what lies inside an item, and a project, keeps the order it has."""
    by = ORDERED_BY.get((order or {}).get("field", "")) or NATURAL_ORDER.get(field)
    if not catalogue or by is None:
        return Positions(nodes)
    return Ordered(nodes, by=by, descending=(order or {}).get("direction") == "DESC")
