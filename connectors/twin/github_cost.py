"""What a query costs before it is run: GitHub's points and nodes.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

NODE_LIMIT = 500_000


@dataclass(frozen=True)
class Cost:
    """Requests GitHub would need to fill the connections, and nodes they could hold."""

    requests: int = 0
    nodes: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.requests + other.requests, self.nodes + other.nodes)

    @property
    def points(self) -> int:
        """A hundredth of the requests, rounded to the nearest, one at least."""
        return max(1, (self.requests + 50) // 100)


def cost(document: DocumentNode, operation: str | None, variables: Mapping[str, Any], schema: GraphQLSchema) -> Cost:
    """The cost of the named operation, or of the only one."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        if operation in (None, definition.name.value if definition.name else None):
            defaults = _defaults(definition)
            return _Count(schema, fragments, {**defaults, **variables}).selected(
                definition.selection_set, schema.get_root_type(definition.operation), parents=1
            )
    return Cost()


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    definitions = operation.variable_definitions or ()
    return {d.variable.name.value: value_from_ast_untyped(d.default_value) for d in definitions if d.default_value}


class _Count:
    """A walk over one operation."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self.schema, self.fragments, self.variables = schema, fragments, variables

    def selected(self, selections: SelectionSetNode | None, kind: GraphQLNamedType | None, *, parents: int) -> Cost:
        """The cost of a selection on `parents` objects; of fragments on different types only the dearest counts."""
        always, by_type = Cost(), dict[str, Cost]()
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                always += self.field(selection, kind, parents=parents)
                continue
            found, inner = self.fragment(selection, kind, parents=parents)
            by_type[found] = by_type.get(found, Cost()) + inner
        always += by_type.pop(kind.name if kind else "", Cost())
        return always + max(by_type.values(), key=lambda c: (c.requests, c.nodes), default=Cost())

    def fragment(self, node: Any, kind: GraphQLNamedType | None, *, parents: int) -> tuple[str, Cost]:
        """The type a fragment is for, and its cost."""
        fragment: InlineFragmentNode | FragmentDefinitionNode = (
            self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        )
        condition = fragment.type_condition
        on = self.schema.type_map[condition.name.value] if condition else kind
        return on.name if on else "", self.selected(fragment.selection_set, on, parents=parents)

    def field(self, node: FieldNode, kind: GraphQLNamedType | None, *, parents: int) -> Cost:
        """A connection costs a request for each parent, and multiplies what is inside by its size."""
        definition = getattr(kind, "fields", {}).get(node.name.value)
        if definition is None or node.selection_set is None:
            return Cost()
        held = get_named_type(definition.type)
        size = self.size(node)
        if held.name.endswith("Connection") and size is not None:
            inner = self.selected(node.selection_set, held, parents=parents * size)
            return Cost(requests=parents, nodes=parents * size) + inner
        ids = self.argument(node, "ids")
        if isinstance(ids, list):
            return Cost(nodes=len(ids)) + self.selected(node.selection_set, held, parents=len(ids))
        return self.selected(node.selection_set, held, parents=parents)

    def size(self, node: FieldNode) -> int | None:
        """How many the connection may hold; None for a bare count."""
        asked = [self.argument(node, name) for name in ("first", "last")]
        return next((n for n in asked if isinstance(n, int)), None)

    def argument(self, node: FieldNode, name: str) -> Any:
        """The value of an argument, None where it is left out."""
        found = next((a for a in node.arguments or () if a.name.value == name), None)
        return None if found is None else value_from_ast_untyped(found.value, dict(self.variables))
