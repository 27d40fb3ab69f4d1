"""Flow week by week, of every scope and, where asked for, of its teams and types of work (metrics.md §1.6, §1.8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING

from mappings.rows import as_table
from sync.reconcile.days import day_numbers, number_of, week_numbers
from sync.reconcile.delivery import TIMES
from sync.reconcile.figures import DAY_US
from sync.reconcile.flow_view import FlowWeek
from sync.reconcile.objectives import WEIGHT
from sync.reconcile.periods import Period
from sync.reconcile.stats import SMALLEST_SAMPLE, rank

if TYPE_CHECKING:
    import ibis.expr.types as ir

EVERY = ""  #: team, or type: all of them together
SLICE = ("scope", "team", "type")
COUNTS = ("arrivals", "delivered", "discarded", "bulk_closed")
UNDER_WAY = {"begun": 1, "over": -1}
SPENT = ("active", "waiting")
MEASURES = (*TIMES, *SPENT)
NOTHING = {f"{name}_days": 0.0 for name in SPENT}  #: what a week without a delivery took
DAYS = 7
MOST_WEEKS = 520  #: ten years


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
    counted, took = _counted(placed, weeks), _percentiles(_ranked(placed))
    told = counted.left_join(took, [*SLICE, "week"])
    sums = {
        name: told[name].fill_null(0) for name in (*(f"{name}_us" for name in SPENT), *(f"{name}_n" for name in TIMES))
    }
    rest = [name for name in took.columns if name not in (*SLICE, "week", *sums)]
    return told.select(*counted.columns, **sums, **{name: told[name] for name in rest}).order_by([*SLICE, "week"])


def flow_weeks(flow: "ir.Table", *, weeks: Sequence[Period], since: datetime) -> tuple[FlowWeek, ...]:
    """The same weeks of all work alone; before the first item nothing is known."""
    import ibis

    every = {name: ibis.literal(EVERY) for name in SLICE}
    placed = _dated(flow, weeks=weeks, since=since).mutate(**every, weight=ibis.literal(1).cast(WEIGHT)).cache()
    brought: dict[int, dict[str, float]] = defaultdict(dict)
    for row in _turned(placed).to_pyarrow().to_pylist():
        brought[row["week"]][row["kind"]] = float(row["weight"])
    if not brought:
        return tuple(FlowWeek(starts_on=week.first_on) for week in weeks)
    first, took = min(brought), _took(placed)
    changes = [
        sum(brought[week].get(kind, 0) * sign for kind, sign in UNDER_WAY.items()) for week in _with_before(weeks)
    ]
    return tuple(
        FlowWeek(starts_on=week.first_on, wip=wip, **_counts(brought[number]), **(NOTHING | took.get(number, {})))
        if (number := number_of(week.first_on)) >= first
        else FlowWeek(starts_on=week.first_on)
        for week, wip in zip(weeks, list(accumulate(changes))[1:], strict=True)
    )


def _counts(brought: Mapping[str, float]) -> dict[str, float]:
    return {kind: brought.get(kind, 0.0) for kind in COUNTS}


def _took(placed: "ir.Table") -> dict[int, dict[str, float]]:
    """Week → the durations of `FlowWeek` that are known of it, in days."""
    ranked = _ranked(placed, ("cycle", "lead", *SPENT))
    rows = ranked.filter((ranked["rank"] == 1) | has_rank(ranked, 50) | has_rank(ranked, 85)).to_pyarrow().to_pylist()
    took: dict[int, dict[str, float]] = defaultdict(dict)
    for row in rows:
        n, measure, of_week = row["n"], row["measure"], took[row["week"]]
        if measure in SPENT:
            of_week[f"{measure}_days"] = row["total"] / DAY_US
            continue
        for percent in (50, 85):
            if row["rank"] == rank(n, percent=percent) and n >= SMALLEST_SAMPLE[percent]:
                of_week[f"{measure}_p{percent}_days"] = row["us"] / DAY_US
    return took


def _with_before(weeks: Sequence[Period]) -> list[int]:
    """The weeks, and the one before them that stands for all that came earlier."""
    return [number_of(weeks[0].first_on) - DAYS, *(number_of(week.first_on) for week in weeks)]


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
    kept = dict.fromkeys(MEASURES, is_cycled) | {"lead": is_timed}
    return flow.select(
        "ref",
        came=week(flow.created_us),
        finished=week(flow.finished_us),
        # What happens at the very end of a week counts for the WIP of that instant (§1.8: S ≤ t < F).
        begun=week(flow.started_us - 1),
        over=ibis.ifelse(flow.started_us.notnull(), week(flow.finished_us - 1), None),
        is_delivered=is_delivered,
        in_bulk=in_bulk,
        **{f"{name}_us": ibis.ifelse(kept[name], flow[f"{name}_us"], None) for name in MEASURES},
    )


def _counted(placed: "ir.Table", weeks: Sequence[Period]) -> "ir.Table":
    """Every week of each slice from its first item on, with its counts and the WIP at its end."""
    import ibis

    turned = _turned(placed)
    kinds = {kind: turned.weight.sum(where=turned.kind == kind) for kind in (*COUNTS, *UNDER_WAY)}
    told = turned.group_by([*SLICE, "week"]).aggregate(**kinds).cache()
    first = told.group_by(SLICE).aggregate(first=told.week.min())
    grid = first.cross_join(as_table(({"week": week} for week in _with_before(weeks)), {"week": "int64"}))
    known = grid.filter(grid.week >= grid["first"]).left_join(told, [*SLICE, "week"])
    so_far = ibis.cumulative_window(group_by=SLICE, order_by="week")
    wip = reduce(add, (known[kind].fill_null(0) * sign for kind, sign in UNDER_WAY.items())).sum().over(so_far)
    counts = {name: known[name].fill_null(0).cast("float64") for name in COUNTS}
    counted = known.select(*SLICE, "week", **counts, wip=wip.cast("float64"))
    return counted.filter(counted.week > _with_before(weeks)[0])


def _turned(placed: "ir.Table") -> "ir.Table":
    """What each week brought to a slice: week, kind, weight."""
    import ibis

    done = ibis.ifelse(placed.is_delivered, "delivered", ibis.ifelse(placed.in_bulk, "bulk_closed", "discarded"))
    kinds = {"came": ibis.literal("arrivals"), "begun": ibis.literal("begun"), "over": ibis.literal("over")}
    kinds["finished"] = done
    every = ibis.union(*(placed.select(*SLICE, "weight", week=placed[week], kind=kind) for week, kind in kinds.items()))
    every = every.filter(every.week.notnull())
    return every.group_by([*SLICE, "week", "kind"]).aggregate(weight=every.weight.sum())


def _ranked(placed: "ir.Table", measures: Sequence[str] = MEASURES) -> "ir.Table":
    """How long each delivered item took: measure, us, its rank among the n of its slice and week, and their total."""
    import ibis

    done, of = placed.filter(placed.is_delivered), [*SLICE, "week", "measure"]
    long = ibis.union(
        *(done.select(*SLICE, week="finished", measure=ibis.literal(name), us=done[f"{name}_us"]) for name in measures)
    )
    long, together = long.filter(long.us.notnull()), ibis.window(group_by=of)
    place = ibis.row_number().over(ibis.window(group_by=of, order_by="us")) + 1
    return long.mutate(rank=place, n=long.count().over(together), total=long.us.sum().over(together).cast("int64"))


def has_rank(ranked: "ir.Table", percent: int) -> "ir.BooleanValue":
    """Whether a row is this percentile of its sample, by the rank rule (§0.8); never where that is small."""
    import ibis

    asked = ibis.greatest((percent * ranked.n + 99) // 100, 1)
    return (ranked["rank"] == asked) & (ranked.n >= SMALLEST_SAMPLE[percent])


def _percentiles(ranked: "ir.Table") -> "ir.Table":
    """One row a slice and week, with the percentiles of its times, and what all was spent together."""
    chosen = {
        f"{name}_p{percent}_us": ranked.us.max(where=(ranked.measure == name) & has_rank(ranked, percent))
        for name in TIMES
        for percent in SMALLEST_SAMPLE
    }
    return ranked.group_by([*SLICE, "week"]).aggregate(
        **{f"{name}_us": ranked.total.max(where=ranked.measure == name).fill_null(0) for name in SPENT},
        **{f"{name}_n": ranked.count(where=ranked.measure == name) for name in TIMES},
        **chosen,
    )
