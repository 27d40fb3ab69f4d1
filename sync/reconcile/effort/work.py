"""Items beside effort: their kinds, what was delivered, what nobody planned, what is open though its time is over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sync.reconcile.effort.population import Span
from sync.reconcile.effort.subjects import WORK_ITEM
from sync.reconcile.flow_types import OTHER, flow_type
from sync.reconcile.places import by_place
from sync.reconcile.thresholds import Thresholds

if TYPE_CHECKING:
    import ibis.expr.types as ir

DEFECT = "defect"


def unplanned_items(work_items: "ir.Table", *, start_us: int, until_us: int, thresholds: Thresholds) -> "ir.Table":
    """ref, created_us: what was created in this time as a defect or to be expedited (§5.2a)."""
    created = work_items.filter((work_items.created_us >= start_us) & (work_items.created_us < until_us))
    created = created.select("ref", "created_us", "type", "priority", "labels", "project", "repository", "team")
    named = [name.lower() for name in thresholds.expedite]
    labels = created.select("ref", label="labels").unnest("label")
    urgent = labels.filter(labels.label.lower().isin(named)).select("ref").distinct().mutate(is_urgent=True)
    known = created.left_join(urgent, "ref")
    hurries = known.is_urgent.fill_null(False) | known.priority.lower().isin(named).fill_null(False)
    kind = by_place(known, thresholds, "flow_types", lambda kinds: flow_type(known.type, kinds))
    return known.filter((kind == DEFECT) | hurries).select("ref", "created_us")


def by_flow_type(spent: "ir.Table", flow: "ir.Table", span: Span) -> dict[str, int]:
    """Flow type → the effort in the span on counted items of it, in units; what is on no such item is other (§1.6)."""
    import ibis

    known = spent.filter(span.holds(spent.day)).left_join(flow.select("ref", "flow_type"), "ref")
    named = known.select("effort", flow_type=ibis.coalesce(known.flow_type, OTHER))
    summed = named.group_by("flow_type").agg(effort=named.effort.sum().cast("decimal(38, 0)"))
    return {row["flow_type"]: int(row["effort"]) for row in summed.to_pyarrow().to_pylist()}


def delivered(
    flow: "ir.Table", work_items: "ir.Table", day_of: "ir.Value", *, start_us: int, until_us: int
) -> "ir.Table":
    """ref, kind, day and points of what was delivered in the period, closed in bulk or not (§4.1)."""
    import ibis

    done = flow.mutate(day=day_of).filter(
        (flow.outcome == "delivered") & (flow.finished_us >= start_us) & (flow.finished_us < until_us)
    )
    points = work_items.select("ref", "points")
    return done.select("ref", "day").inner_join(points, "ref").mutate(kind=ibis.literal(WORK_ITEM))


def still_open(flow: "ir.Table", buckets: "ir.Table", over: Sequence[str]) -> dict[str, list[str]]:
    """Bucket → refs of the items that were started, are not finished, and serve an objective that is over."""
    going = flow.filter(flow.started_us.notnull() & flow.finished_us.isnull()).select("ref")
    led = buckets.filter(buckets.bucket.isin(list(over))).select("ref", "bucket")
    rows = going.inner_join(led, "ref").select("bucket", "ref").order_by("bucket", "ref").to_pyarrow().to_pylist()
    told: dict[str, list[str]] = {}
    for row in rows:
        told.setdefault(row["bucket"], []).append(row["ref"])
    return told
