"""What the weights of signals decide: the same days split by others (metrics.md §4.6)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sync.reconcile.effort.buckets import in_buckets
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.population import Key, Span, Vector, stated
from sync.reconcile.effort.split import ONE_DAY, Weights, weighed

if TYPE_CHECKING:
    import ibis.expr.types as ir

VARIANTS: Mapping[str, Weights] = {
    "equal": Weights(1, 1, 1),
    "usual": Weights(4, 2, 1),
    "code": Weights(8, 2, 1),
    "review": Weights(4, 4, 1),
}


def by_weights(ledger: Ledger, buckets: "ir.Table", states: "ir.Table", span: Span) -> dict[str, Vector]:
    """What everybody spent in these days, by each variant."""
    split = ledger.split
    signs = split.signs.filter(span.holds(split.signs.day))
    entered = split.entered.filter(span.holds(split.entered.day))
    same = entered.select(*ONE_DAY, "subject", **dict.fromkeys(VARIANTS, entered.effort))
    told = weighed(signs, split.rest, VARIANTS).select(*same.columns).union(same)
    named = told.inner_join(ledger.subjects.numbers, "subject")
    parts = stated(in_buckets(named, buckets, efforts=tuple(VARIANTS)), states)
    total = parts.group_by("bucket", "state", "is_own").agg(**{name: parts[name].sum() for name in VARIANTS})
    rows = total.mutate(**{name: total[name].cast("decimal(38, 0)") for name in VARIANTS}).to_pyarrow().to_pylist()
    vectors: dict[str, Counter[Key]] = defaultdict(Counter)
    for row in rows:
        for name in VARIANTS:
            vectors[name][row["bucket"], row["state"], row["is_own"]] += int(row[name])
    return {name: dict(vectors[name]) for name in VARIANTS}
