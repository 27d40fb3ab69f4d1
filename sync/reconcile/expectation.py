"""The service level expectation: 85 % finish within so many days (metrics.md §1.6)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sync.reconcile.days import DAY_US, whole_days
from sync.reconcile.figures import Figure, percentile_of
from sync.reconcile.longest import longest, place_by
from sync.reconcile.periods import micros, weeks_until

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERCENT = 85


class Sample(NamedTuple):
    """How long the delivered items of one scope took, in whole days of the zone, and how many tell nothing."""

    days: list[int]  #: ascending
    excluded: Mapping[str, int]
    longest: tuple[str, ...] = ()  #: refs of those that took the most days, the slowest first


UNTOLD = Sample([], {})


def samples(
    flow: "ir.Table", members: "ir.Table", *, at: datetime, zone: ZoneInfo, weeks: int, since: datetime
) -> dict[str, Sample]:
    """Scope → what was delivered in the last complete weeks at an instant. `since` is when the records begin."""
    import ibis

    span = weeks_until(at, zone=zone, count=weeks)
    start_us, until_us = micros(span[0].start_at), micros(span[-1].end_at)
    done = flow.filter(flow.outcome == "delivered", flow.finished_us >= start_us, flow.finished_us < until_us)
    why = ibis.cases(
        *((done.flags.contains(flag), flag) for flag in ("bulk_closed", "no_history", "no_active")), else_=None
    )
    days = whole_days(done.started_us, done.finished_us, zone=zone, since=since, until=at)
    told = done.select("ref", why=why, days=days).join(members.select("ref", "scope"), "ref")
    counted = told.mutate(place=place_by(told, "days", of=["scope", "why"])).group_by(["scope", "why", "days"])
    counted = counted.aggregate(count=lambda each: each.count(), refs=longest)
    kept: dict[str, list[int]] = defaultdict(list)
    slow: dict[str, list[str]] = defaultdict(list)
    excluded: dict[str, Counter[str]] = defaultdict(Counter)
    for row in counted.order_by(["scope", "days", "why"]).to_pyarrow().to_pylist():
        if row["why"]:
            excluded[row["scope"]][row["why"]] += row["count"]
        else:
            kept[row["scope"]] += [row["days"]] * row["count"]
            slow[row["scope"]] = [*(row["refs"] or ()), *slow[row["scope"]]]
    return {
        scope: Sample(kept[scope], dict(sorted(excluded[scope].items())), tuple(slow[scope]))
        for scope in kept.keys() | excluded.keys()
    }


def expectation(scope: str, sample: Sample) -> Figure:
    blank = Figure(
        id="expectation",
        scope=scope,
        title="Service level expectation",
        unit="days",
        excluded=dict(sample.excluded),
        items=sample.longest,
    )
    return percentile_of([days * DAY_US for days in sample.days], percent=PERCENT, blank=blank)
