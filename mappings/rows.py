"""A few plain rows as an Ibis table."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir


def as_table(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, str]) -> "ir.Table":
    """The table of this schema, column → Ibis type: null where a row is silent, without what it has besides."""
    import ibis
    import pyarrow as pa

    return ibis.memtable(pa.Table.from_pylist(list(rows), schema=ibis.schema(dict(schema)).to_pyarrow()))


def of_refs(refs: Iterable[str]) -> "ir.Table":
    """A table of these refs, to join with."""
    return as_table(({"ref": ref} for ref in refs), {"ref": "string"})
