"""What nobody planned, week by week (metrics.md §5.2a)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.stretches import weeks
from sync.reconcile.alignment.view import Stretch
from sync.reconcile.days import date_of, day_numbers, week_numbers
from sync.reconcile.effort.population import Span, days
from sync.reconcile.effort.work import unplanned_items
from sync.reconcile.periods import micros, start_of

if TYPE_CHECKING:
    import ibis.expr.types as ir


def unplanned_weeks(told: Reckoning) -> tuple[Stretch, ...]:
    """The last complete weeks of the period's end, the latest last: each by what came up in it. Nothing of a group
    that is too small for its effort to be shown, nor of weeks that began before effort is known."""
    known = told.daily.span
    count = told.facts.thresholds.series_weeks
    spans = [span for span in weeks(told.span.until_day, count=count) if span.first_day >= known.first_day]
    if told.hidden or not spans:
        return ()
    spent = _spent(told, spans)
    return tuple(_stretch(span, spent.get(span.first_day, 0), scores.observed(told.over(span))) for span in spans)


def _stretch(span: Span, effort: int, observed: int) -> Stretch:
    return Stretch(starts_on=date_of(span.first_day), effort_days=days(effort), share=scores.ratio(effort, observed))


def _spent(told: Reckoning, spans: Sequence[Span]) -> dict[int, int]:
    """Monday → the effort of its week on what was created in it, in units."""
    facts, whole = told.facts, Span(spans[0].first_day, spans[-1].until_day)
    since, until = (start_of(date_of(day), zone=facts.zone) for day in whole)
    items = unplanned_items(
        facts.snapshot["work_items"], start_us=micros(since), until_us=micros(until), thresholds=facts.thresholds
    )
    came = week_numbers(day_numbers(items.created_us, zone=facts.zone, since=since, until=until))
    spent = told.ledger.spent.filter(whole.holds(told.ledger.spent.day))
    done = spent.select("ref", "effort", week=week_numbers(spent.day)).semi_join(
        items.select("ref", week=came), ["ref", "week"]
    )
    return _summed(done)


def _summed(done: "ir.Table") -> dict[int, int]:
    summed = done.group_by("week").agg(effort=done.effort.sum().cast("decimal(38, 0)"))
    return {row["week"]: int(row["effort"]) for row in summed.to_pyarrow().to_pylist()}
