"""The rows of a table as plain mappings, for the few that are left when it is decided."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ibis.expr.types as ir

Row: TypeAlias = dict[str, Any]


def rows_of(table: "ir.Table") -> list[Row]:
    told: list[Row] = table.to_pyarrow().to_pylist()
    return told
