"""Which objectives get next to nothing of what they should (metrics.md §5.2)."""

from collections.abc import Sequence

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.daily import is_exempt_from_starving, silent_days
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.stretches import before
from sync.reconcile.effort.population import CURRENT, Span
from sync.reconcile.periods import Period

FAIR = 4  #: times less than an even share of all current objectives, where nothing is planned


def starved(told: Reckoning, *, has_plan: bool) -> frozenset[str]:
    """The objectives that starve by the two latest complete periods, or in silence."""
    spans = [told.span, before(told.period)]
    if told.period.partial(told.facts.as_of):
        spans = [before(told.period), _before_that(told.period)]
    least = told.facts.thresholds.starved_days
    return frozenset(
        scope
        for scope in told.map.objectives
        if can_starve(told, scope)
        and (silence(told, scope) >= least or is_starving(told, scope, spans, has_plan=has_plan))
    )


def can_starve(told: Reckoning, scope: str) -> bool:
    """Whether it has been current for long enough."""
    least = told.facts.thresholds.starved_days
    return not is_exempt_from_starving(told.map, scope, until_day=told.span.until_day, least=least)


def silence(told: Reckoning, scope: str) -> int:
    """For how many working days up to the end of what is known it had no effort."""
    return silent_days(told.daily, scope, until_day=told.span.until_day)


def is_starving(told: Reckoning, scope: str, spans: Sequence[Span], *, has_plan: bool) -> bool:
    """Whether it got too little in each of the spans."""
    return all(_is_below(told, scope, span, has_plan=has_plan) for span in spans)


def _is_below(told: Reckoning, scope: str, span: Span, *, has_plan: bool) -> bool:
    sums, thresholds = told.over(span), told.facts.thresholds
    if not has_plan:
        part = scores.share_on_plan(sums, scope)
        return part is not None and part < fair_share(told, span)
    wanted = told.map.planned(span).get(scope, 0.0)
    reached = scores.attainment(sums, scope, wanted)
    return wanted >= thresholds.starved_share and reached is not None and reached < thresholds.starved_attainment


def fair_share(told: Reckoning, span: Span) -> float:
    """The least share that a current objective has to get where nothing is planned."""
    current = [name for name in told.map.objectives if told.map.state(name, span.until_day - 1) == CURRENT]
    return 1 / (FAIR * max(1, len(current)))


def _before_that(period: Period) -> Span:
    last = before(period)
    return Span(2 * last.first_day - last.until_day, last.first_day)
