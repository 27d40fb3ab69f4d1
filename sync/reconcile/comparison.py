"""This period against the one before: every figure that a test can judge, as one family (metrics.md §7.2–7.3)."""

from collections.abc import Iterator, Mapping, Sequence

from sync.reconcile.alignment.stretches import before
from sync.reconcile.change import (
    SMALLEST_SIDE,
    Change,
    Comparison,
    Tally,
    family,
    of_allocation,
    of_counts,
    of_shares,
    of_times,
)
from sync.reconcile.control_chart import ControlChart
from sync.reconcile.control_charts import signals
from sync.reconcile.data_changes import data_changes
from sync.reconcile.days import date_of, number_of
from sync.reconcile.delivery import Finished, finished, left_out, one_by_one
from sync.reconcile.effort.buckets import buckets
from sync.reconcile.effort.moved import moved
from sync.reconcile.effort.population import Span
from sync.reconcile.facts import Facts
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import Period, quarter_of, week_of
from sync.reconcile.periods import period as named_period
from sync.reconcile.scopes import Scopes
from sync.reconcile.stats import seed
from sync.reconcile.thresholds import Thresholds

TIMES = {"lead": "Lead time p50", "cycle": "Cycle time p50"}


def preceding(period: Period) -> Period:
    """The period of the same kind that ended when this one began."""
    days = before(period)
    first_on, until_on = date_of(days.first_day), date_of(days.until_day)
    span = Period(text=f"{first_on}..{until_on}", zone=period.zone, first_on=first_on, until_on=until_on)
    named = (
        week_of(first_on, zone=span.zone),
        *(_named(text, span) for text in (f"{first_on:%Y-%m}", quarter_of(first_on))),
    )
    return next((each for each in named if (each.first_on, each.until_on) == (first_on, until_on)), span)


def _named(text: str, span: Period) -> Period:
    return named_period(text, zone=span.zone)


def comparison(facts: Facts, scopes: Scopes, charts: Sequence[ControlChart], *, config_version: str = "") -> Comparison:
    """What changed. Nothing is compared where one of the periods is not wholly known (§0.5, §0.7)."""
    period, earlier = scopes.period, preceding(scopes.period)
    seen = tuple(signals(charts, period, material_ratio=facts.thresholds.material_ratio))
    if period.partial(scopes.as_of) or scopes.begun_at > earlier.start_at:
        return Comparison(before=None, data_changes=(), lines=(), tests=0, false_alarms=0.0, signals=seen)
    done = finished(scopes.flow, scopes.members, period=earlier, as_of=scopes.as_of, since=scopes.begun_at)
    every = (*_of_effort(facts, period, config_version), *_lines(scopes, done, earlier, facts.thresholds))
    lines = family(every, rate=facts.thresholds.false_discovery_rate)
    tests = sum(line.test is not None for line in lines)
    return Comparison(
        before=earlier.text,
        data_changes=data_changes(facts, earlier=earlier, later=period),
        lines=lines,
        tests=tests,
        false_alarms=tests * facts.thresholds.false_discovery_rate,
        signals=seen,
    )


def _of_effort(facts: Facts, period: Period, config_version: str) -> Iterator[Change]:
    """Nothing where a period has too few people for a figure of them (§10.2)."""
    told = moved(
        facts.ledger,
        buckets(facts.tags),
        earlier=before(period),
        later=Span(number_of(period.first_on), number_of(period.until_on)),
        smallest=SMALLEST_SIDE,
        seed=seed("allocation", ALL, f"{facts.as_of:%Y-%m-%dT%H:%M:%SZ}", config_version),
    )
    if told is not None:
        blank = Change(id="allocation", scope=ALL, title="Effort by objective", unit="ratio")
        yield of_allocation(blank, told, thresholds=facts.thresholds)


def _lines(
    scopes: Scopes, done: Mapping[str, Sequence[Finished]], earlier: Period, thresholds: Thresholds
) -> Iterator[Change]:
    days = ((earlier.until_on - earlier.first_on).days, (scopes.period.until_on - scopes.period.first_on).days)
    for scope in scopes.names:
        was, now = done.get(scope, ()), scopes.done.get(scope, ())
        delivered = Change(id="throughput", scope=scope, title="Delivered", unit="items")
        given_up = Change(id="abandonment", scope=scope, title="Abandonment", unit="ratio")
        yield of_counts(delivered, len(one_by_one(was)), len(one_by_one(now)), days=days, thresholds=thresholds)
        yield of_shares(given_up, _given_up(was), _given_up(now), thresholds=thresholds)
        for name, title in TIMES.items():
            times = Change(id=f"{name}_time_p50", scope=scope, title=title, unit="days")
            yield of_times(times, _times_us(was, name), _times_us(now, name), thresholds=thresholds)


def _given_up(done: Sequence[Finished]) -> Tally:
    """Of all that was finished, but in bulk."""
    single = [item for item in done if not item.in_bulk]
    return Tally(sum(item.outcome == "discarded" for item in single), len(single))


def _times_us(done: Sequence[Finished], name: str) -> list[int]:
    delivered = [item for item in done if item.outcome == "delivered" and left_out(item, of=name) is None]
    return [getattr(item, f"{name}_us") for item in delivered]
