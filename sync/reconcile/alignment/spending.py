"""What each objective and each exemption took, beside its plan and beside other models (metrics.md §4–5)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import fsum
from typing import Literal

from msgspec.structs import replace

from mappings.people import People
from sync.reconcile.alignment import scores
from sync.reconcile.alignment.lags import Following, pick_up_lag, shift_lag
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.starvation import starved
from sync.reconcile.alignment.stretches import months, weeks
from sync.reconcile.alignment.view import Lag, Spending, Stretch
from sync.reconcile.days import date_of
from sync.reconcile.effort.buckets import EXEMPT
from sync.reconcile.effort.population import CURRENT, UNSEEN, Span, days
from sync.reconcile.effort.roster import UNIT
from sync.reconcile.figures import Figure
from sync.reconcile.stats import SMALLEST_DENOMINATOR, wilson

Class = Literal["strategic", "sanctioned"]


def spending(told: Reckoning, *, planned: Mapping[str, float]) -> Iterator[Spending]:
    """The objectives in rank order, then the exemptions by name."""
    starving = frozenset() if told.hidden else starved(told, has_plan=bool(planned))
    for scope in told.scopes:
        yield _spending(told, scope, _planned(told, scope, planned), is_starved=scope in starving)


def _planned(told: Reckoning, scope: str, planned: Mapping[str, float]) -> float | None:
    """Its own share, else those of what lies below it: a branch is planned on one level."""
    if scope in planned:
        return planned[scope]
    below = [share for name, share in planned.items() if scope in told.map.line(name)]
    return fsum(below) if below else None


def _spending(told: Reckoning, scope: str, planned: float | None, *, is_starved: bool) -> Spending:
    class_: Class = "sanctioned" if told.map.is_sanctioned(scope) else "strategic"
    share = _share(told, scope)
    reached = _attainment(told, scope, planned, behind=share.items)
    is_over = reached.value is not None and reached.value > told.facts.thresholds.over_target
    cost, priced = _cost(told, scope, behind=share.items)
    flags = {"starved": is_starved, "over_target": is_over}
    return Spending(
        id=scope,
        title=_title(told, scope),
        class_=class_,
        effort_days=None if told.hidden else days(told.total.get(f"all:{scope}", 0)),
        share=share,
        planned=planned,
        attainment=reached,
        sensitivity=_sensitivity(told, scope),
        by_items=_by_model(told, scope, "share_by_items", "Share of delivered items", points=False),
        by_points=_by_model(told, scope, "share_by_points", "Share of delivered points", points=True),
        cost=cost,
        priced=priced,
        flags=tuple(name for name, holds in flags.items() if holds),
        shift_lag=None if told.hidden else _shift_lag(told, scope),
        pick_up_lag=None if told.hidden else _pick_up_lag(told, scope),
        stale_items=tuple(told.still_open.get(scope, ())),
        weeks=_stretches(told, scope, weeks(told.until_day)),
        months=_stretches(told, scope, months(told.until_day)),
    )


def _title(told: Reckoning, scope: str) -> str:
    if scope.startswith(EXEMPT):
        return scope.removeprefix(EXEMPT)
    return told.map.objectives[scope].name


def _share(told: Reckoning, scope: str) -> Figure:
    blank = Figure(id="effort_share", scope=scope, title="Share of effort", unit="ratio", n=told.people)
    behind = () if told.hidden else _behind(told, scope)
    return _resampled(told, replace(blank, items=behind), lambda each: scores.share(each, scope))


def _attainment(told: Reckoning, scope: str, planned: float | None, *, behind: tuple[str, ...]) -> Figure:
    blank = Figure(id="attainment", scope=scope, title="Attainment", unit="times", n=told.people, items=behind)
    if planned is None:
        return replace(blank, reason="not_configured")
    got = _resampled(told, blank, lambda each: scores.share_on_plan(each, scope))
    if got.value is None:
        return got
    if not planned:
        return replace(got, value=None, low=None, high=None, reason="zero_denominator")
    low, high = (None if end is None else end / planned for end in (got.low, got.high))
    return replace(got, value=got.value / planned, low=low, high=high)


def _resampled(told: Reckoning, blank: Figure, statistic: scores.Statistic) -> Figure:
    if told.hidden:
        return replace(blank, n=None, reason=told.hidden)
    value = statistic(told.total)
    if value is None:
        return replace(blank, reason="zero_denominator")
    low, high = told.interval(statistic)
    return replace(blank, value=value, low=low, high=high)


def _behind(told: Reckoning, scope: str) -> tuple[str, ...]:
    """Refs of the items that took the most, those of what lies below it too."""
    below = [bucket for bucket in told.items.behind if bucket and scope in told.map.line(bucket)]
    return tuple(dict.fromkeys(ref for bucket in sorted(below) for ref in told.items.behind[bucket]))


def _sensitivity(told: Reckoning, scope: str) -> tuple[float, float] | None:
    if told.hidden:
        return None
    shares = [share for each in told.by_weights if (share := scores.share(each, scope)) is not None]
    return (min(shares), max(shares)) if shares else None


def _by_model(told: Reckoning, scope: str, name: str, title: str, *, points: bool) -> Figure:
    tagged = {line.bucket for line in told.models.lines if line.bucket is not None}
    below = frozenset(bucket for bucket in tagged if scope in told.map.line(bucket))
    share = told.models.share_of_points(below) if points else told.models.share_of_items(below)
    blank = Figure(id=name, scope=scope, title=title, unit="ratio", n=told.models.items)
    if told.models.items < SMALLEST_DENOMINATOR:
        return replace(blank, reason="small_n" if told.models.items else "zero_denominator")
    if share is None:
        return replace(blank, reason="no_data")
    low, high = (None, None) if points else wilson(share * told.models.items, told.models.items)
    return replace(blank, value=share, low=low, high=high)


def _cost(told: Reckoning, scope: str, *, behind: tuple[str, ...]) -> tuple[Figure, float | None]:
    """Day rates times person-days, null where a team that contributed has no rate; and the part that is priced."""
    blank = Figure(id="cost", scope=scope, title="Cost", unit="money")
    rates = _rates(told.facts.people)
    if told.hidden or not rates:
        return replace(blank, reason=told.hidden or "not_configured"), None
    spent = Counter[str | None]()
    for piece in told.population.pieces:
        if piece.state != UNSEEN and piece.bucket and scope in told.map.line(piece.bucket):
            spent[piece.team] += piece.effort
    blank = replace(blank, n=told.people, items=behind)
    part = scores.ratio(sum(effort for team, effort in spent.items() if team in rates), spent.total())
    if part is None or part < 1:
        return replace(blank, reason="no_data" if part is None else "not_configured"), part
    return replace(blank, value=sum(effort * rates[team] for team, effort in spent.items() if team) / UNIT), part


def _rates(people: People) -> dict[str, float]:
    return {team.id: team.day_rate for team in people.teams if team.day_rate is not None}


def _stretches(told: Reckoning, scope: str, spans: Iterable[Span]) -> tuple[Stretch, ...]:
    """None of a group that is not shown."""
    return () if told.hidden else tuple(_stretch(told, scope, span) for span in spans)


def _stretch(told: Reckoning, scope: str, span: Span) -> Stretch:
    sums = told.over(span)
    effort_days = days(sums.get(f"all:{scope}", 0))
    return Stretch(starts_on=date_of(span.first_day), effort_days=effort_days, share=scores.share(sums, scope))


def _shift_lag(told: Reckoning, scope: str) -> Lag | None:
    """Since it last ceased to be current within what is known; observed until it is current again."""
    ceased = [day for day, was, _ in _turns(told, scope) if was == CURRENT]
    if not ceased:
        return None
    since = ceased[-1]
    again = [day for day, _, becomes in _turns(told, scope) if becomes == CURRENT and day > since]
    thresholds = told.facts.thresholds
    earlier = told.daily.series(scope, Span(told.daily.span.first_day, since))[-thresholds.lag_baseline_days :]
    following = shift_lag(
        [days(effort) for effort in earlier],
        _series(told, scope, Span(since, min([*again, told.until_day]))),
        quiet_days=thresholds.lag_days,
        ratio=thresholds.lag_ratio,
    )
    return _lag(since, following, lambda found: found.tail)


def _pick_up_lag(told: Reckoning, scope: str) -> Lag | None:
    begun = [day for day, _, becomes in _turns(told, scope) if becomes == CURRENT]
    if not begun:
        return None
    series = _series(told, scope, Span(begun[-1], told.until_day))
    found = pick_up_lag(series, enough=told.facts.thresholds.pick_up_days)
    return _lag(begun[-1], found, lambda each: each.before)


def _turns(told: Reckoning, scope: str) -> list[tuple[int, str, str]]:
    is_dated = scope in told.map.objectives and not told.map.is_sanctioned(scope)
    return list(told.map.turns(scope, told.daily.span)) if is_dated else []


def _series(told: Reckoning, scope: str, span: Span) -> list[float]:
    return [days(effort) for effort in told.daily.series(scope, span)]


def _lag(since: int, following: Following | None, effort: Callable[[Following], float]) -> Lag:
    if following is None:
        return Lag(since_on=date_of(since), working_days=None, censored=False, effort_days=0.0)
    return Lag(
        since_on=date_of(since),
        working_days=following.working_days,
        censored=following.censored,
        effort_days=effort(following),
    )
