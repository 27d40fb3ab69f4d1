"""What kind of work an item is, whatever its tracker calls it: feature, defect, risk, debt (metrics.md §1.6)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mappings.thresholds import FLOW_TYPES

if TYPE_CHECKING:
    import ibis.expr.types as ir

OTHER = "other"  #: what the map of types does not name
ORDER = (*FLOW_TYPES, OTHER)


def flow_type(item_type: "ir.StringValue", flow_types: Mapping[str, Sequence[str]]) -> "ir.StringValue":
    """The flow type of an item's type, whose case does not count."""
    import ibis

    plain = item_type.fill_null("").lower()
    told = [
        (plain.isin([name.lower() for name in flow_types[kind]]), kind) for kind in FLOW_TYPES if kind in flow_types
    ]
    return ibis.cases(*told, else_=OTHER) if told else ibis.literal(OTHER)
