"""The figures of all work, and of the teams that are large enough (metrics.md §5.1, §5.2a)."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from mappings.audit import Precision
from sync.reconcile.alignment import scores
from sync.reconcile.alignment.drift import divergence, drift, is_plan
from sync.reconcile.alignment.reckoning import (
    SPREAD,
    SPREAD_DAYS,
    SWITCHED,
    SWITCHES,
    Reckoning,
    habits_of,
)
from sync.reconcile.alignment.scores import Statistic, Sums
from sync.reconcile.alignment.view import TeamEffort
from sync.reconcile.effort.population import CURRENT, SANCTIONED
from sync.reconcile.effort.roster import UNIT
from sync.reconcile.figures import Figure
from sync.reconcile.objectives import ALL
from sync.reconcile.stats import SMALLEST_DENOMINATOR, percentile, percentile_interval, wilson


def overall(told: Reckoning, *, planned: Mapping[str, float], precision: Precision | None) -> tuple[Figure, ...]:
    """All of them, in the order in which they are read: what is seen first."""
    if told.hidden:
        return (*_by_items(told), *(_hidden(told, figure) for figure in _figures(told, planned, precision)))
    return tuple(_figures(told, planned, precision))


def _hidden(told: Reckoning, figure: Figure) -> Figure:
    return replace(figure, value=None, low=None, high=None, items=(), reason=told.hidden, n=None)


def _figures(told: Reckoning, planned: Mapping[str, float], precision: Precision | None) -> Iterator[Figure]:
    yield _score(told, "observability", "Observability", scores.observability)
    yield _band(told, "effort_coverage", "Coverage, by effort", scores.coverage, scores.own_coverage, precision)
    yield _band(told, "strategic_yield", "Strategic yield", scores.strategic_yield, scores.own_yield, precision)
    yield _score(told, "alignment", "Alignment", scores.alignment)
    yield _score(told, "stale_share", "Effort on paused and closed objectives", scores.stale_share)
    yield _score(told, "early_share", "Effort on objectives that have not begun", scores.early_share)
    if is_plan(planned):
        yield _score(told, "drift", "Drift from the plan", lambda each: drift(each, planned))
        apart = divergence(told.total, planned)
        reason = "zero_denominator" if apart is None else None
        blank = Figure(id="divergence", scope=ALL, title="Divergence, in bits", unit="bits", n=told.people)
        yield replace(blank, value=apart, reason=reason)
    else:
        yield Figure(id="drift", scope=ALL, title="Drift from the plan", unit="ratio", reason="not_configured")
    yield _score(told, "focus", "Focus", scores.focus, unit="objectives")
    yield _score(told, "fragmentation", "Fragmentation", fragmentation, unit="roots")
    yield _score(told, "switching", "Switching", switching)
    yield _wip_load(told, None)
    yield _unplanned(told)


def _score(told: Reckoning, name: str, title: str, statistic: Statistic, *, unit: str = "ratio") -> Figure:
    """Its value and the interval over resampled people."""
    value = statistic(told.total)
    low, high = told.interval(statistic) if value is not None else (None, None)
    reason = "zero_denominator" if value is None else None
    return Figure(
        id=name, scope=ALL, title=title, unit=unit, value=value, low=low, high=high, n=told.people, reason=reason
    )


def _band(
    told: Reckoning, name: str, title: str, upper: Statistic, lower: Statistic, precision: Precision | None
) -> Figure:
    """Not an interval but a band: from what an item has of its own, less what an audit found wrong, to all (§5.2a)."""
    high, low = upper(told.total), lower(told.total)
    blank = Figure(id=name, scope=ALL, title=title, unit="ratio", n=told.people)
    if high is None or low is None:
        return replace(blank, reason="zero_denominator")
    sure = wilson(precision.right, precision.n)[0] if precision else None
    return replace(blank, value=high, low=low * (1.0 if sure is None else sure), high=high)


def fragmentation(told: Sums) -> float | None:
    """Mean effective number of roots in an observed person-day."""
    return _mean(told, SPREAD, SPREAD_DAYS)


def switching(told: Sums) -> float | None:
    """Mean part of the attention that moves from one day of a person to the next."""
    return _mean(told, SWITCHED, SWITCHES)


def _mean(told: Sums, amount: str, count: str) -> float | None:
    return told.get(amount, 0) / UNIT / told[count] if told.get(count) else None


def _wip_load(told: Reckoning, team: str | None) -> Figure:
    """Active items at a time in one pair of hands, half of the people at most so many."""
    length_us = max(1, (told.span.until_day - told.span.first_day) * 86_400_000_000)
    home = told.population.home
    held = sorted(us for person, us in told.habits.held_us.items() if team is None or home.get(person) == team)
    blank = Figure(id="wip_load", scope=team or ALL, title="WIP load p50", unit="items", n=len(held))
    if len(held) < SMALLEST_DENOMINATOR:
        return replace(blank, reason="small_n" if held else "no_data")
    low, high = percentile_interval(held, percent=50)
    return replace(
        blank,
        value=percentile(held, percent=50) / length_us,
        low=None if low is None else low / length_us,
        high=None if high is None else high / length_us,
    )


def _unplanned(told: Reckoning) -> Figure:
    effort, refs = told.unplanned
    value = scores.ratio(effort, scores.observed(told.total))
    return Figure(
        id="unplanned_share",
        scope=ALL,
        title="Unplanned work",
        unit="ratio",
        value=value,
        n=told.people,
        reason="zero_denominator" if value is None else None,
        items=tuple(refs),
    )


def _by_items(told: Reckoning) -> Iterator[Figure]:
    """What stands in for the headline where effort may not be shown: delivered items, each as one."""
    n = told.models.items
    shares = {
        "item_yield": ("Strategic yield, by items", told.models.share_of_state(CURRENT)),
        "item_sanctioned": ("Sanctioned work, by items", told.models.share_of_state(SANCTIONED)),
    }
    for name, (title, value) in shares.items():
        blank = Figure(id=name, scope=ALL, title=title, unit="ratio", n=n)
        if n < SMALLEST_DENOMINATOR:
            yield replace(blank, reason="small_n" if n else "zero_denominator")
        else:
            yield replace(blank, value=value)


def of_teams(told: Reckoning) -> tuple[TeamEffort, ...]:
    """The teams that may be shown."""
    return tuple(TeamEffort(team=team, figures=tuple(_of_team(told, team))) for team in told.shown_teams)


def _of_team(told: Reckoning, team: str) -> Iterator[Figure]:
    part = told.population.of(team)
    n = sum(effort > 0 for effort in told.population.observed[team].values())
    at_home = [person for person, home in told.population.home.items() if home == team and person in told.habits.spread]
    sums = {**scores.sums(part.total, told.map), **habits_of(told.habits, at_home)}
    is_large = len(at_home) >= told.facts.thresholds.least_group
    for name, (title, statistic, unit) in OF_TEAMS.items():
        is_shown = is_large or statistic not in (fragmentation, switching)
        value = statistic(sums) if is_shown else None
        reason = None if value is not None else "zero_denominator" if is_shown else "suppressed_privacy"
        yield Figure(id=name, scope=team, title=title, unit=unit, value=value, n=n, reason=reason)
    yield _wip_load(told, team)


OF_TEAMS: Mapping[str, tuple[str, Statistic, str]] = {
    "observability": ("Observability", scores.observability, "ratio"),
    "effort_coverage": ("Coverage, by effort", scores.coverage, "ratio"),
    "strategic_yield": ("Strategic yield", scores.strategic_yield, "ratio"),
    "focus": ("Focus", scores.focus, "objectives"),
    "fragmentation": ("Fragmentation", fragmentation, "roots"),
    "switching": ("Switching", switching, "ratio"),
}
