"""On how many of its working days somebody had an item in hand: what flow efficiency cannot tell (metrics.md §1.5)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from mappings.rows import of_refs
from sync.reconcile.delivery import Finished, left_out
from sync.reconcile.facts import Facts
from sync.reconcile.figures import Figure
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import micros, start_of
from sync.reconcile.scopes import Scopes
from sync.reconcile.stats import SMALLEST_DENOMINATOR, Resampling, bootstrap_interval, clusters, seed
from sync.reconcile.working_time import STANDARD, Window, team_windows, windows_table, with_working_time

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Touch(NamedTuple):
    """Of the working days of one item those on which somebody did something for it, and all."""

    touched: int
    dates: int


def touch_ratios(facts: Facts, scopes: Scopes, *, config_version: str) -> dict[str, Figure]:
    """Scope → touched by working days of what was delivered in the period, all items together.

    Touched is a working day of the item's team with an entry of time, code, a review or words for it. What was started
    before the day that effort is known from is left out. Where nothing was touched at all, no source tells of it.
    """
    done = {scope: _timed(scopes.done.get(scope, [])) for scope in scopes.names}
    told = _told(facts, scopes, done[ALL])
    if not any(each.touched for each in told.values()):
        return {scope: _blank(scope, reason="no_data") for scope in done}
    number = seed("touch", ALL, f"{scopes.as_of:%Y-%m-%dT%H:%M:%SZ}", config_version)
    resampling = Resampling(clusters({ref: ref for ref in told}), number, facts.thresholds.bootstrap_replicates)
    return {scope: _ratio(scope, items, told, resampling) for scope, items in done.items()}


def touches(spans: "ir.Table", days: "ir.Table", calendars: Mapping[str, Sequence[Window]]) -> "ir.Table":
    """ref, touched, dates: of the working days that a span of ref, calendar, start_us and end_us meets.

    `days` (ref, day) are those on which somebody did something for an item.
    """
    hours = windows_table(calendars).rename(from_us="start_us", until_us="end_us")
    met = spans.join(days, "ref").join(hours, ["calendar", "day"])
    met = met.filter(met.from_us < met.end_us, met.until_us > met.start_us)
    touched = met.group_by("ref").aggregate(touched=met.day.nunique())
    known = with_working_time(spans, calendars).left_join(touched, "ref")
    return known.select("ref", touched=known.touched.fill_null(0), dates="working_dates")


def touched_days(facts: Facts) -> "ir.Table":
    """ref, day: when somebody did something for a work item, or for a sub-task of it; to hold it is not enough."""
    import ibis

    ledger, items = facts.ledger, facts.snapshot["work_items"]
    told = ledger.signals.told
    is_direct = (told.spent_s > 0) | (told.code > 0) | (told.review > 0) | (told.coord > 0)
    days = told.filter(is_direct).select("subject", "day").distinct()
    days = days.join(ledger.subjects.numbers.select("subject", "ref"), "subject").select("ref", "day")
    parts = items.filter(items.level < 0, items.parent_ref.notnull()).select("parent_ref", part="ref")
    of_parts = days.join(parts, days.ref == parts.part).select("day", ref="parent_ref").select("ref", "day")
    return ibis.union(days, of_parts, distinct=True)


def _timed(done: Sequence[Finished]) -> list[Finished]:
    return [item for item in done if item.outcome == "delivered" and left_out(item, of="cycle") is None]


def _told(facts: Facts, scopes: Scopes, done: Sequence[Finished]) -> dict[str, Touch]:
    """Ref → its days, of the items that were started when effort was known already."""
    if not done:
        return {}
    import ibis

    since_us = micros(start_of(facts.ledger.window.since_on, zone=facts.zone))
    wanted = of_refs(item.ref for item in done)
    spans = facts.flow.semi_join(wanted, "ref").filter(facts.flow.started_us >= since_us)
    spans = spans.select("ref", start_us="started_us", end_us="finished_us").left_join(
        facts.relations.item_teams, "ref"
    )
    longest = timedelta(microseconds=max(item.cycle_us or 0 for item in done))
    bounds = {"since": (scopes.period.start_at - longest).date() - timedelta(days=1), "until": scopes.period.until_on}
    calendars = team_windows(facts.people, zone=facts.zone, **bounds)
    is_known = spans.team.isin([name for name in calendars if name != STANDARD])
    spans = spans.select("ref", "start_us", "end_us", calendar=ibis.ifelse(is_known, spans.team, STANDARD)).cache()
    rows = touches(spans, touched_days(facts), calendars).to_pyarrow().to_pylist()
    return {row["ref"]: Touch(row["touched"], row["dates"]) for row in rows}


def _ratio(scope: str, done: Sequence[Finished], told: Mapping[str, Touch], resampling: Resampling) -> Figure:
    sample = [item.ref for item in done if item.ref in told]
    excluded = {"before_effort": len(done) - len(sample)} if len(sample) < len(done) else {}
    blank = replace(_blank(scope), n=len(sample), excluded=excluded, items=tuple(sample))
    if len(sample) < SMALLEST_DENOMINATOR:
        return replace(blank, reason="small_n" if sample else "no_data")
    inside = set(sample)
    sums = [_summed([told[ref] for ref in cluster if ref in inside]) for cluster in resampling.clusters]
    low, high = bootstrap_interval(sums, _share, seed=resampling.seed, replicates=resampling.replicates)
    value = _share(sums)
    return replace(blank, value=value, low=low, high=high, reason="zero_denominator" if value is None else None)


def _blank(scope: str, *, reason: str | None = None) -> Figure:
    return Figure(id="touch_ratio", scope=scope, title="Touched working days", unit="ratio", reason=reason)


def _summed(parts: Sequence[Touch]) -> Touch:
    return Touch(sum(part.touched for part in parts), sum(part.dates for part in parts))


def _share(parts: Sequence[Touch]) -> float | None:
    touched, dates = _summed(parts)
    return touched / dates if dates else None
