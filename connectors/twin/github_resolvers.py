"""Resolvers: how each field of the schema is answered from the plain dicts of the host's state."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from connectors.twin import github_roots as roots
from connectors.twin.github_access import NEEDED, WRITTEN
from connectors.twin.github_derived import DERIVED, Derive, part_url, timeline
from connectors.twin.github_filters import kept, listing, visible
from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Listing, Page, check_bounds, page, refusal
from connectors.twin.github_roots import Info
from connectors.twin.github_schema import Dialect, github_schema
from connectors.twin.github_state import GitHubHost

Resolver = Callable[..., Any]

CATALOGUES = {"Repository", "Organization", "Team", "User"}
"""Whose connections can be long and are asked in an order."""
BLANK: Mapping[str, Any] = {"Boolean": False, "Int": 0, "String": "", "GitObjectID": "0" * 40}
"""What a non-null scalar answers where the state says nothing. A missing date is an error: it is never made up."""
FALLBACK: Mapping[str, Derive] = {
    "updatedAt": lambda _, node: node.get("submittedAt") or node.get("createdAt"),
    "url": lambda host, node: f"{host.web}/{node['login']}" if "login" in node else part_url(host, node),
}
"""Fields that many types have and that follow from others."""


@cache
def executable_schema(*, dialect: Dialect, nullable: frozenset[str]) -> GraphQLSchema:
    """The schema of that dialect with a resolver on every field."""
    schema = github_schema(dialect=dialect, nullable=nullable)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = permitted(f"{kind.name}.{name}", resolver(kind.name, name, field))
    return schema


def permitted(place: str, resolve: Resolver) -> Resolver:
    """The resolver, behind the permission that its field needs."""
    permission, write = NEEDED.get(place) or WRITTEN.get(place), place in WRITTEN
    if permission is None:
        return resolve

    def guarded(source: Node, info: Info, **asked: Any) -> Any:
        access = info.context.access
        if access.lacks(info.context.host, permission, write=write):
            raise refusal("FORBIDDEN", f"Resource not accessible by {access.kind}")
        return resolve(source, info, **asked)

    return guarded


def resolver(kind: str, name: str, field: GraphQLField) -> Resolver:
    """The way to answer this field."""
    held = get_named_type(field.type)
    if kind.endswith("Connection"):
        return PAGE[name]
    if f"{kind}.{name}" in roots.ROOTS:
        return roots.ROOTS[f"{kind}.{name}"]
    if held.name.endswith("Connection"):
        return connection(kind, name)
    if is_composite_type(held):
        return composite(kind, name, many=is_list_type(getattr(field.type, "of_type", field.type)))
    return scalar(kind, name, blank=BLANK.get(held.name) if is_non_null_type(field.type) else None)


def scalar(kind: str, name: str, *, blank: Any) -> Resolver:
    """A value: as stated, as derived, or blank."""
    derive = DERIVED.get(f"{kind}.{name}") or FALLBACK.get(name)

    def stated(source: Node, info: Info, **_: Any) -> Any:
        value = source.get(name)
        if value is None and derive and name not in source:
            value = derive(info.context.host, source)
        return blank if value is None else value

    return stated


def composite(kind: str, name: str, *, many: bool) -> Resolver:
    """An object, or a plain list of them; a node id is looked up, and what is gone is null."""
    derive = DERIVED.get(f"{kind}.{name}")

    def one(source: Node, info: Info, **__: Any) -> Any:
        host = info.context.host
        value = derive(host, source) if derive and name not in source else source.get(name)
        return host.node(value) if isinstance(value, str) else value

    def several(source: Node, _: Info, **__: Any) -> Any:
        return source.get(name) or []

    return several if many else one


def connection(kind: str, name: str) -> Resolver:
    """A page of the objects the state lists under that name."""
    derive = DERIVED.get(f"{kind}.{name}")

    def resolve(source: Node, info: Info, **asked: Any) -> Page:
        bounds = {bound: asked.pop(bound, None) for bound in ("first", "last", "after", "before")}
        bounded = bounds["first"] is not None or bounds["last"] is not None
        check_bounds(name, first=bounds["first"], last=bounds["last"], listed=not bounded and _listed(info))
        host = info.context.host
        values = timeline(source) if name == "timelineItems" else _values(host, source, name, derive)

        def arranged() -> Listing:
            order, filters = asked.get("orderBy"), {k: v for k, v in asked.items() if k != "orderBy"}
            nodes = kept(host, visible(host, values), filters)
            return listing(nodes, field=name, order=order, catalogue=kind in CATALOGUES)

        rows = host.view((source["id"], name, repr(asked)), arranged) if kind in CATALOGUES else arranged()
        # A timeline counts all its items in `totalCount`, those of the asked types in `filteredCount`.
        return page(rows, **bounds, total=len(values) if name == "timelineItems" else None)

    return resolve


def _values(host: GitHubHost, source: Node, name: str, derive: Derive | None) -> Any:
    return derive(host, source) if derive and name not in source else source.get(name) or ()


LISTS = {"nodes", "edges", "pageInfo"}


def _listed(info: Info) -> bool:
    """Whether the query reads more of the connection than its count."""
    return any(_lists(node.selection_set, info) for node in info.field_nodes)


def _lists(selected: SelectionSetNode | None, info: Info) -> bool:
    for selection in selected.selections if selected else ():
        if isinstance(selection, FieldNode):
            found = selection.name.value in LISTS
        else:
            found = _lists(_fragment(selection, info), info)
        if found:
            return True
    return False


def _fragment(selection: Any, info: Info) -> SelectionSetNode:
    spread = isinstance(selection, FragmentSpreadNode)
    fragment = info.fragments[selection.name.value] if spread else selection
    return fragment.selection_set


def _nodes(source: Page, info: Info) -> list[Node]:
    return [_whole(info.context.host, node) for node in source.nodes()]


def _edges(source: Page, info: Info) -> list[Node]:
    return [{**edge, "node": _whole(info.context.host, edge["node"])} for edge in source.edges()]


def _whole(host: GitHubHost, node: Node) -> Node:
    return host.completed(node) if node.get("__typename") in ("Issue", "PullRequest") else node


def _updated(source: Page, _: Info) -> Any:
    dates = [str(n.get("createdAt") or n.get("submittedAt") or "") for n in source.nodes()]
    return max(dates, default="") or None


PAGE: Mapping[str, Resolver] = {
    "nodes": _nodes,
    "edges": _edges,
    "pageInfo": lambda source, _: source.info(),
    "totalCount": lambda source, _: source.total,
    "filteredCount": lambda source, _: source.filtered,
    "pageCount": lambda source, _: source.end - source.start,
    "updatedAt": _updated,
}
