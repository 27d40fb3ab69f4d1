"""Flow week by week, of every scope and, where asked for, of its teams and types of work (metrics.md §1.6, §1.8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sync.reconcile.days import day_numbers, number_of, week_numbers
from sync.reconcile.delivery import TIMES
from sync.reconcile.figures import DAY_US
from sync.reconcile.flow_view import FlowWeek
from sync.reconcile.objectives import WEIGHT
from sync.reconcile.periods import Period
from sync.reconcile.stats import SMALLEST_SAMPLE

if TYPE_CHECKING:
    import ibis.expr.types as ir

EVERY = ""  #: team, or type: all of them together
SLICE = ("scope", "team", "type")
COUNTS = ("arrivals", "delivered", "discarded", "bulk_closed")
SPENT = ("active_us", "waiting_us")
DAYS = 7


def weekly(
    flow: "ir.Table",
    members: "ir.Table",
    *,
    weeks: Sequence[Period],
    since: datetime,
    slices: "ir.Table | None" = None,
) -> "ir.Table":
    """One row a slice and week: scope, team, type, week (its Monday, in days since 1970-01-01), ordered by these.

    Arrivals, delivered, discarded, bulk_closed and the wip at the end of the week are sums of weights; active_us and
    waiting_us add up those of the delivered; cycle, lead and flow have n, p50_us, p85_us and p95_us, null of too few
    (§0.11). A slice begins with its first item. `slices` (ref, team, type) are those of each item, else there is
    but that of `EVERY` team and type. `since` is when the records begin.
    """
    import ibis

    whole = flow.select("ref", team=ibis.literal(EVERY), type=ibis.literal(EVERY)) if slices is None else slices
    placed = _dated(flow, weeks=weeks, since=since).join(whole, "ref").join(members, "ref").drop("ref").cache()
    counted, ranked = _counted(placed, weeks), _ranked(placed)
    told = counted.left_join(ranked, [*SLICE, "week"])
    rest = [name for name in ranked.columns if name not in (*SLICE, "week")]
    return told.select(*counted.columns, *rest).order_by([*SLICE, "week"])


def flow_weeks(told: "ir.Table", weeks: Sequence[Period]) -> tuple[FlowWeek, ...]:
    """The weeks of a table of one slice; before its first row nothing is known."""
    rows = {row["week"]: row for row in told.to_pyarrow().to_pylist()}
    return tuple(_flow_week(week, rows.get(number_of(week.first_on), {})) for week in weeks)


def _flow_week(week: Period, row: Mapping[str, Any]) -> FlowWeek:
    def days(name: str) -> float | None:
        us = row.get(f"{name}_us")
        return None if us is None else us / DAY_US

    return FlowWeek(
        starts_on=week.first_on,
        **{name: row.get(name) for name in (*COUNTS, "wip")},
        cycle_p50_days=days("cycle_p50"),
        cycle_p85_days=days("cycle_p85"),
        lead_p50_days=days("lead_p50"),
        lead_p85_days=days("lead_p85"),
        active_days=days("active"),
        waiting_days=days("waiting"),
    )


def _dated(flow: "ir.Table", *, weeks: Sequence[Period], since: datetime) -> "ir.Table":
    """Each item with the week in which it came and was finished, and those at whose end it was under way, and over.

    What came before the first week counts for the one before it; what comes after the last has none. Durations are
    null where percentiles leave them out.
    """
    import ibis

    zone, first, last = weeks[0].zone, number_of(weeks[0].first_on), number_of(weeks[-1].first_on)

    def week(at_us: "ir.IntegerValue") -> "ir.IntegerValue":
        number = week_numbers(day_numbers(at_us, zone=zone, since=since, until=weeks[-1].end_at))
        return ibis.ifelse(number <= last, ibis.greatest(number, first - DAYS), None)

    in_bulk = flow.flags.contains("bulk_closed")
    is_delivered = (flow.outcome == "delivered") & ~in_bulk
    is_timed = is_delivered & ~flow.flags.contains("no_active")
    is_cycled = is_timed & ~flow.flags.contains("no_history")
    kept = {"lead": is_timed, "cycle": is_cycled, "flow": is_cycled}
    return flow.select(
        "ref",
        came=week(flow.created_us),
        finished=week(flow.finished_us),
        # What happens at the very end of a week counts for the WIP of that instant (§1.8: S ≤ t < F).
        begun=week(flow.started_us - 1),
        over=ibis.ifelse(flow.started_us.notnull(), week(flow.finished_us - 1), None),
        is_delivered=is_delivered,
        in_bulk=in_bulk,
        **{name: ibis.ifelse(kept[name], flow[f"{name}_us"], None) for name in TIMES},
        **{name: ibis.ifelse(is_cycled, flow[name], None) for name in SPENT},
    )


def _counted(placed: "ir.Table", weeks: Sequence[Period]) -> "ir.Table":
    """Every week of each slice from its first item on, with its counts and the WIP at its end."""
    import ibis

    turned = _turned(placed).cache()
    first = turned.group_by(SLICE).aggregate(first=turned.week.min())
    numbers = [number_of(weeks[0].first_on) - DAYS, *(number_of(week.first_on) for week in weeks)]
    grid = first.cross_join(ibis.memtable({"week": numbers}, schema={"week": "int64"}))
    known = grid.filter(grid.week >= grid["first"]).left_join(turned, [*SLICE, "week"])
    so_far = ibis.cumulative_window(group_by=SLICE, order_by="week")
    wip = (known.begun.fill_null(0) - known.over.fill_null(0)).sum().over(so_far)
    told = known.select(
        *(*SLICE, "week"),
        *(known[name].fill_null(0).cast("float64").name(name) for name in COUNTS),
        wip=wip.cast("float64"),
        **{name: known[name].fill_null(0).cast("int64") for name in SPENT},
    )
    return told.filter(told.week > numbers[0])


def _turned(placed: "ir.Table") -> "ir.Table":
    """What each week brought to a slice: one pass over the items for each of the four weeks that an item has."""
    import ibis

    nothing = ibis.literal(0).cast(WEIGHT)
    names = (*COUNTS, "begun", "over", *SPENT)

    def events(week: str, **brought: "ir.Value") -> "ir.Table":
        told = {name: brought.get(name, nothing if name not in SPENT else ibis.literal(0, "int64")) for name in names}
        dated = placed.filter(placed[week].notnull())
        return dated.select(*SLICE, week=dated[week], **told)

    def weight(condition: "ir.BooleanValue") -> "ir.Value":
        return ibis.ifelse(condition, placed.weight, nothing)

    done = {
        "delivered": weight(placed.is_delivered),
        "discarded": weight(~placed.is_delivered & ~placed.in_bulk),
        "bulk_closed": weight(placed.in_bulk),
    }
    every = ibis.union(
        events("came", arrivals=placed.weight),
        events("begun", begun=placed.weight),
        events("over", over=placed.weight),
        events("finished", **done, **{name: placed[name].fill_null(0) for name in SPENT}),
    )
    return every.group_by([*SLICE, "week"]).aggregate(**{name: every[name].sum() for name in names})


def _ranked(placed: "ir.Table") -> "ir.Table":
    """The percentiles of each measure in each week of a slice, by the rank rule in integers (§0.8)."""
    import ibis

    done = placed.filter(placed.is_delivered)
    long = ibis.union(
        *(done.select(*SLICE, week="finished", measure=ibis.literal(name), us=done[name]) for name in TIMES)
    )
    long, of = long.filter(long.us.notnull()), [*SLICE, "week", "measure"]
    ranks = ibis.row_number().over(ibis.window(group_by=of, order_by="us")) + 1
    ranked = long.mutate(rank=ranks, n=long.count().over(ibis.window(group_by=of)))
    chosen = {
        (name, percent): (ranked.measure == name)
        & (ranked.n >= least)
        & (ranked["rank"] == ibis.greatest((percent * ranked.n + 99) // 100, 1))
        for name in TIMES
        for percent, least in SMALLEST_SAMPLE.items()
    }
    return ranked.group_by([*SLICE, "week"]).aggregate(
        **{f"{name}_n": ranked.count(where=ranked.measure == name) for name in TIMES},
        **{f"{name}_p{percent}_us": ranked.us.max(where=where) for (name, percent), where in chosen.items()},
    )
