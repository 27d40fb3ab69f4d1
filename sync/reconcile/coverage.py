"""Which share of what was delivered leads somewhere on the map (metrics.md §5.2a)."""

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mappings.rows import of_refs
from sync.reconcile.figures import Figure
from sync.reconcile.stats import SMALLEST_DENOMINATOR

if TYPE_CHECKING:
    import ibis.expr.types as ir

OF_ITS_OWN = ("override", "exemption", "rule")


def coverage(tags: "ir.Table", delivered: Sequence[str], *, scope: str) -> Figure:
    """Tagged or exempt by delivered, counted in items until effort is reckoned; not an interval but a band.

    Its lower end counts what the item has of its own, its upper end, which is the value, what it has from a parent or
    a linked item too.
    """
    blank = Figure(id="coverage", scope=scope, title="Serves an objective or is exempt", unit="ratio", n=len(delivered))
    if len(delivered) < SMALLEST_DENOMINATOR:
        return replace(blank, reason="small_n" if delivered else "zero_denominator")
    wanted = of_refs(delivered)
    leading = tags.filter((tags.kind == "work_item") & tags.outcome.isin(["tagged", "exempt"]))
    told = leading.semi_join(wanted, "ref").select("ref", "origin", weight=leading.weight.fill_null(1.0))
    rows = told.order_by(["ref", "weight"]).to_pyarrow().to_pylist()
    own = fsum(row["weight"] for row in rows if row["origin"] in OF_ITS_OWN) / len(delivered)
    every = fsum(row["weight"] for row in rows) / len(delivered)
    return replace(blank, value=every, low=own, high=every, items=tuple(delivered))
