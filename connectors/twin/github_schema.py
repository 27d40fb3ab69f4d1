"""The GraphQL schema a GitHub host serves: our reduced copy, as github.com or as an Enterprise Server has it."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    NonNullTypeNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    get_named_type,
    is_composite_type,
    parse,
)

Dialect = Literal["github.com", "ghes"]

N = TypeVar("N", bound=Node)

MARKS = frozenset({"newer", "cloud"})


@cache
def sdl() -> DocumentNode:
    """The schema file as it stands, with its marks."""
    return parse((files("connectors.twin") / "schema.graphql").read_text(encoding="utf-8"), no_location=True)


@cache
def github_schema(*, dialect: Dialect = "github.com", nullable: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The schema of that dialect; `nullable` names fields (`PullRequest.createdAt`) that a dump cannot always fill."""
    absent = MARKS if dialect == "ghes" else frozenset[str]()
    gone = {_name(d) for d in sdl().definitions if _marked(d) & absent}
    served = (
        _definition(d, absent=absent, gone=gone, nullable=nullable)
        for d in sdl().definitions
        if not isinstance(d, DirectiveDefinitionNode) and _name(d) not in gone
    )
    return build_ast_schema(DocumentNode(definitions=tuple(served)))


@cache
def composite_fields() -> Mapping[str, Mapping[str, str]]:
    """For each type, its fields that hold objects, and the name of what they hold; a connection holds its nodes."""
    return {
        name: {
            field: _held(definition.type)
            for field, definition in kind.fields.items()
            if is_composite_type(get_named_type(definition.type))
        }
        for name, kind in github_schema().type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
    }


def _held(field_type: Any) -> str:
    kind = get_named_type(field_type)
    if kind.name.endswith("Connection"):
        return str(get_named_type(kind.fields["nodes"].type).name)
    return str(kind.name)


def _definition(
    definition: DefinitionNode, *, absent: frozenset[str], gone: set[str], nullable: frozenset[str]
) -> DefinitionNode:
    """The definition without marks, without members the dialect lacks, and with the named fields made nullable."""
    changes: dict[str, Any] = {"directives": ()}
    if isinstance(definition, UnionTypeDefinitionNode):
        changes["types"] = tuple(t for t in definition.types or () if t.name.value not in gone)
    for part in ("fields", "values"):
        if members := getattr(definition, part, None):
            kept = (m for m in members if not _marked(m) & absent)
            changes[part] = tuple(_member(m, optional=f"{_name(definition)}.{_name(m)}" in nullable) for m in kept)
    return _copy(definition, changes)


def _member(member: Any, *, optional: bool) -> Any:
    changes: dict[str, Any] = {"directives": ()}
    if optional and isinstance(member, FieldDefinitionNode) and isinstance(member.type, NonNullTypeNode):
        changes["type"] = member.type.type
    return _copy(member, changes)


def _copy(node: N, changes: Mapping[str, Any]) -> N:
    return type(node)(**{key: changes.get(key, getattr(node, key)) for key in node.keys if key != "loc"})


def _name(node: Any) -> str:
    return node.name.value if getattr(node, "name", None) else ""


def _marked(node: Any) -> set[str]:
    return {d.name.value for d in node.directives or ()} if "directives" in node.keys else set()
