"""Which items took the effort of a period: those behind each figure, and those that lead nowhere (metrics.md §5.3)."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sync.reconcile.alignment.scores import REASONS
from sync.reconcile.alignment.view import Misaligned
from sync.reconcile.effort.buckets import in_buckets
from sync.reconcile.effort.population import Span, days, stated
from sync.reconcile.longest import MOST_BEHIND

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_LISTED = 200


@dataclass(frozen=True, kw_only=True)
class Items:
    behind: dict[str | None, tuple[str, ...]]  #: bucket → refs, the most effort first
    by_state: tuple[tuple[str, str], ...]  #: ref and state, the most effort first; each state's first `MOST_BEHIND`
    misaligned: tuple[Misaligned, ...]  #: the most effort first, then by ref
    more: int  #: misaligned ones that are not listed

    def of(self, *states: str) -> tuple[str, ...]:
        """Refs of the items that took the most effort in these states."""
        refs = dict.fromkeys(ref for ref, state in self.by_state if state in states)
        return tuple(islice(refs, MOST_BEHIND))


def items(spent: "ir.Table", buckets: "ir.Table", states: "ir.Table", span: Span, *, conflicts: "ir.Table") -> Items:
    """`spent` as `Ledger.spent`; `conflicts`: ref of the items whose own tag and that of an ancestor differ."""
    import ibis

    told = stated(in_buckets(spent.filter(span.holds(spent.day)), buckets), states)
    summed = told.group_by("ref", "bucket", "state").agg(effort=told.effort.sum().cast("decimal(38, 0)"))
    summed = summed.filter(summed.effort > 0).mutate(leads=~summed.state.isin(list(REASONS)))
    in_order = {"order_by": [summed.effort.desc(), summed.ref]}
    rows = summed.mutate(
        in_part=ibis.row_number().over(ibis.window(group_by=["bucket", "state"], **in_order)),
        in_all=ibis.row_number().over(ibis.window(group_by="leads", **in_order)),
        count=summed.count().over(ibis.window(group_by="leads")),
    )
    wanted = rows.filter((rows.in_part < MOST_BEHIND) | (~rows.leads & (rows.in_all < MOST_LISTED)))
    wanted = wanted.left_join(conflicts.select("ref", conflicting=True), "ref")
    return _items(wanted.order_by(wanted.effort.desc(), "ref", "bucket", "state").to_pyarrow().to_pylist())


def _items(rows: list[dict[str, Any]]) -> Items:
    behind: dict[str | None, dict[str, None]] = defaultdict(dict)
    for row in rows:
        if len(behind[row["bucket"]]) < MOST_BEHIND:
            behind[row["bucket"]][row["ref"]] = None
    astray = [row for row in rows if not row["leads"]]
    listed = [row for row in astray if row["in_all"] < MOST_LISTED]
    return Items(
        behind={bucket: tuple(refs) for bucket, refs in behind.items()},
        by_state=tuple((row["ref"], row["state"]) for row in rows),
        misaligned=tuple(_misaligned(row) for row in listed),
        more=max((row["count"] for row in astray), default=0) - len(listed),
    )


def _misaligned(row: dict[str, Any]) -> Misaligned:
    effort_days = round(days(int(row["effort"])))  # halves to even (§0.6)
    return Misaligned(
        ref=row["ref"], reason=REASONS[row["state"]], effort_days=effort_days, tag_conflict=bool(row["conflicting"])
    )
