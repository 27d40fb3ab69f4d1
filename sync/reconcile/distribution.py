"""Which kinds of work the delivered items are: flow distribution (metrics.md §1.6)."""

from collections.abc import Mapping, Sequence
from math import fsum

from sync.reconcile.delivery import Finished
from sync.reconcile.flow_types import ORDER
from sync.reconcile.flow_view import TypeShare


def distribution(delivered: Sequence[Finished], effort: Mapping[str, int]) -> tuple[TypeShare, ...]:
    """The share of every flow type, of those without items too; each item counts by its weight.

    `effort` is how much went into each flow type; empty where it is not told.
    """
    weights = {kind: fsum(item.weight for item in delivered if item.flow_type == kind) for kind in ORDER}
    total, spent = fsum(weights.values()), sum(effort.values())
    return tuple(
        TypeShare(
            flow_type=kind,
            items=weight,
            ratio=weight / total if total else None,
            effort_ratio=effort.get(kind, 0) / spent if spent else None,
        )
        for kind, weight in weights.items()
    )
