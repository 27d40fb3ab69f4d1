"""The ways into the graph: queries by name, number and id, and what GitHub says when there is nothing there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from connectors.twin import github_boards as boards
from connectors.twin.github_access import SSO, Access
from connectors.twin.github_derived import DERIVED
from connectors.twin.github_filters import kept, listing
from connectors.twin.github_history import commits
from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Page, check_bounds, page, refusal
from connectors.twin.github_state import GitHubHost, written

IDS_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Execution:
    """What the resolvers of one query are given."""

    host: GitHubHost
    access: Access
    rate_limit: Node | None
    """What the query cost and what is left of the hour; None where the host has no limits."""


Info = GraphQLResolveInfo[Execution]


def repository(_: Any, info: Info, *, owner: str, name: str, **asked: Any) -> Node:
    """The repository of that owner and name."""
    host = info.context.host
    found = host.repository(owner, name, follow_renames=asked.get("followRenames", True))
    if found is None or not info.context.access.sees(host, found):
        raise refusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    if refused := unauthorized(host, found):
        raise refused
    return found


def unauthorized(host: GitHubHost, repository: Node) -> GraphQLError | None:
    """The refusal, where the owner asks for a single sign-on that the token has not made."""
    guarded = repository.get("isPrivate") and repository["owner"]["login"].lower() in host.sso
    return refusal("FORBIDDEN", SSO, saml_failure=True) if guarded else None


def found_node(info: Info, node_id: str) -> Node | GraphQLError:
    """The object with that node id, or why it is not to be had."""
    host = info.context.host
    found = host.node(node_id)
    holder = host.by_id[(found or {}).get("repository", node_id)] if found else None
    within = holder if holder and holder["__typename"] == "Repository" else None
    if found is None or (within and not info.context.access.sees(host, within)):
        return refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'.")
    return (within and unauthorized(host, within)) or found


def owned_repository(source: Node, info: Info, *, name: str, **asked: Any) -> Node:
    """The account's repository of that name."""
    return repository(None, info, owner=source["login"], name=name, **asked)


def node(_: Any, info: Info, **asked: Any) -> Node:
    """The object with that node id."""
    found = found_node(info, asked["id"])
    if isinstance(found, GraphQLError):
        raise found
    return found


def nodes(_: Any, info: Info, *, ids: list[str]) -> list[Any]:
    """The objects with those node ids; each that is gone is a null with its own error."""
    if len(ids) > IDS_AT_ONCE:
        # sourcecred/sourcecred#908
        message = f"You may not provide more than {IDS_AT_ONCE} node ids; you provided {len(ids)}."
        raise refusal("ARGUMENT_LIMIT", message)
    return [found_node(info, i) for i in ids]


def account(kind: str, *kinds: str) -> Callable[..., Node]:
    """The account with that login, where it is of one of the kinds; `kind` is the word for it in the refusal."""

    def find(_: Any, info: Info, *, login: str) -> Node:
        found = info.context.host.account(login)
        if found is None or found["__typename"] not in kinds:
            raise refusal("NOT_FOUND", f"Could not resolve to {kind} with the login of '{login}'.")
        if login.lower() in info.context.host.sso:
            raise refusal("FORBIDDEN", SSO, saml_failure=True)
        return found

    return find


def numbered(words: str, *kinds: str) -> Callable[..., Node]:
    """The repository's issue or pull request with that number."""

    def find(source: Node, info: Info, *, number: int) -> Node:
        found = info.context.host.item(source, number)
        if found is None or found["__typename"] not in kinds:
            raise refusal("NOT_FOUND", f"Could not resolve to {words} with the number of {number}.")
        return found

    return find


def listed_by(field: str, argument: str, key: str) -> Callable[..., Node | None]:
    """The one of the source's list `field` whose `key` is the argument; null where there is none."""

    def find(source: Node, info: Info, **asked: Any) -> Node | None:
        derive = DERIVED.get(f"{source['__typename']}.{field}")
        listed = derive(info.context.host, source) if derive and field not in source else source.get(field) or ()
        return next((n for n in listed if n.get(key) == asked[argument]), None)

    return find


def ref(source: Node, _: Info, *, qualifiedName: str) -> Node | None:  # noqa: N803 - GitHub's name
    """The branch or tag of that full or short name."""
    refs = [*(source.get("refs") or ()), *filter(None, [source.get("defaultBranchRef")])]
    return next((r for r in refs if qualifiedName in (r["name"], f"{r.get('prefix', 'refs/heads/')}{r['name']}")), None)


def git_object(source: Node, info: Info, *, oid: str | None = None, **_: Any) -> Node | None:
    """The commit with that id, where the repository has it."""
    return commits(info.context.host, source).get(oid or "")


def field_value(source: Node, info: Info, *, name: str) -> Node | None:
    """The project item's value of the field with that name."""
    host = info.context.host
    for value in source.get("fieldValues") or ():
        field = host.node(value["field"]) if isinstance(value["field"], str) else value["field"]
        if field and field["name"] == name:
            return dict(value)
    return None


def set_field_value(_: Any, info: Info, **asked: Any) -> Node:
    """The item, after its field was given the value of the input, or none; an id that is nothing's is refused."""
    host, given = info.context.host, asked["input"]
    item, field = (_of_board(host, given, name) for name in ("itemId", "fieldId"))
    value = boards.value(field, given["value"]) if "value" in given else None
    if value is None and "value" in given:
        raise refusal("UNPROCESSABLE", f"The value does not fit the field {field['name']}.")
    boards.set_value(host, item, field, value, at=written(host.now()), by=host.viewer)
    return {"clientMutationId": given.get("clientMutationId"), "projectV2Item": item}


def _of_board(host: GitHubHost, given: Mapping[str, Any], name: str) -> Node:
    found = host.node(given[name])
    if found is None or found.get("project") != given["projectId"]:
        raise refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{given[name]}'.")
    return found


def repositories(source: Node, info: Info, **asked: Any) -> Page:
    """The account's repositories."""
    bounds = {name: asked.pop(name, None) for name in ("first", "last", "after", "before")}
    order = asked.pop("orderBy", None)
    check_bounds("repositories", first=bounds["first"], last=bounds["last"], listed=True)
    host = info.context.host
    listed = [r for r in host.repositories_of(source["login"]) if info.context.access.sees(host, r)]
    found = kept(host, listed, asked)
    return page(listing(found, field="repositories", order=order, catalogue=True), **bounds)


def state_reason(source: Node, _: Info, **asked: Any) -> Any:
    """Why the issue is closed; that it is a duplicate is said only when asked for."""
    reason = source.get("stateReason")
    return "NOT_PLANNED" if reason == "DUPLICATE" and not asked.get("enableDuplicate") else reason


ROOTS: Mapping[str, Callable[..., Any]] = {
    "Query.meta": lambda _, __: {"gitHubServicesSha": "0" * 40, "isPasswordAuthenticationVerifiable": False},
    "Query.node": node,
    "Query.nodes": nodes,
    "Query.organization": account("an Organization", "Organization"),
    "Query.rateLimit": lambda _, info: info.context.rate_limit,
    "Query.repository": repository,
    "Query.repositoryOwner": account("an account", "Organization", "User"),
    "Query.user": account("a User", "User"),
    "Query.viewer": lambda _, info: info.context.host.viewer,
    "Issue.stateReason": state_reason,
    "Mutation.clearProjectV2ItemFieldValue": set_field_value,
    "Mutation.updateProjectV2ItemFieldValue": set_field_value,
    "Organization.projectV2": listed_by("projectsV2", "number", "number"),
    "Organization.repositories": repositories,
    "Organization.repository": owned_repository,
    "Organization.team": listed_by("teams", "slug", "slug"),
    "ProjectV2.field": listed_by("fields", "name", "name"),
    "ProjectV2Item.fieldValueByName": field_value,
    "Repository.issue": numbered("an Issue", "Issue"),
    "Repository.issueOrPullRequest": numbered("an issue or pull request", "Issue", "PullRequest"),
    "Repository.label": listed_by("labels", "name", "name"),
    "Repository.milestone": listed_by("milestones", "number", "number"),
    "Repository.object": git_object,
    "Repository.pullRequest": numbered("a PullRequest", "PullRequest"),
    "Repository.ref": ref,
    "Repository.release": listed_by("releases", "tagName", "tagName"),
    "User.projectV2": listed_by("projectsV2", "number", "number"),
    "User.repositories": repositories,
    "User.repository": owned_repository,
}
