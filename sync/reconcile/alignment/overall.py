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
from sync.reconcile.alignment.resampling import interval
from sync.reconcile.alignment.scores import Statistic, Sums
from sync.reconcile.alignment.unplanned import unplanned_share
from sync.reconcile.alignment.view import Reason, TeamEffort
from sync.reconcile.effort.population import CURRENT, DARK, SANCTIONED, UNTAGGED
from sync.reconcile.effort.roster import UNIT
from sync.reconcile.figures import DAY_US, Figure
from sync.reconcile.objectives import ALL
from sync.reconcile.stats import SMALLEST_DENOMINATOR, percentile, percentile_interval, wilson

SEEN = (*scores.STRATEGIC, SANCTIONED, DARK, UNTAGGED)

#: The figures of all work in the order in which they are read, what is seen first: title and unit.
FIGURES: Mapping[str, tuple[str, str]] = {
    "observability": ("Observability", "ratio"),
    "effort_coverage": ("Coverage, by effort", "ratio"),
    "strategic_yield": ("Strategic yield", "ratio"),
    "alignment": ("Alignment", "ratio"),
    "stale_share": ("Effort on paused and closed objectives", "ratio"),
    "early_share": ("Effort on objectives that have not begun", "ratio"),
    "drift": ("Drift from the plan", "ratio"),
    "divergence": ("Divergence from the plan", "bits"),
    "focus": ("Focus", "objectives"),
    "fragmentation": ("Fragmentation", "roots"),
    "switching": ("Switching", "ratio"),
    "wip_load": ("WIP load p50", "items"),
    "unplanned_share": ("Unplanned work", "ratio"),
}


#: Figure → the states of the effort that it is read from.
BEHIND: Mapping[str, tuple[str, ...]] = {
    "effort_coverage": (*scores.STRATEGIC, SANCTIONED),
    "strategic_yield": (CURRENT,),
    "alignment": scores.STRATEGIC,
    "focus": scores.STRATEGIC,
    **dict.fromkeys(("observability", "drift", "divergence", "fragmentation", "switching"), SEEN),
}


def overall(told: Reckoning, *, planned: Mapping[str, float], precision: Precision | None) -> tuple[Figure, ...]:
    """All of them; where effort may not be shown, each says why, and items stand in before them."""
    if told.hidden:
        return (*_by_items(told), *(replace(_blank(name), reason=told.hidden) for name in FIGURES))
    return tuple(_with_items(told, figure) for figure in _figures(told, planned, precision))


def _blank(name: str, scope: str = ALL) -> Figure:
    title, unit = FIGURES[name]
    return Figure(id=name, scope=scope, title=title, unit=unit)


def _figures(told: Reckoning, planned: Mapping[str, float], precision: Precision | None) -> Iterator[Figure]:
    yield _score(told, "observability", scores.observability)
    yield _band(told, "effort_coverage", scores.coverage, scores.own_coverage, precision)
    yield _band(told, "strategic_yield", scores.strategic_yield, scores.own_yield, precision)
    yield _score(told, "alignment", scores.alignment)
    yield _listed(told, _score(told, "stale_share", scores.stale_share), "closed_objective", "paused_objective")
    yield _listed(told, _score(told, "early_share", scores.early_share), "early")
    if is_plan(planned):
        yield _score(told, "drift", lambda each: drift(each, planned))
        yield _score(told, "divergence", lambda each: divergence(each, planned))
    else:
        yield from (replace(_blank(name), reason="not_configured") for name in ("drift", "divergence"))
    yield _score(told, "focus", scores.focus)
    yield _score(told, "fragmentation", fragmentation)
    yield _score(told, "switching", switching)
    yield _wip_load(told, None)
    yield _unplanned(told)


def _with_items(told: Reckoning, figure: Figure) -> Figure:
    """With those that took the most of the effort that it is read from."""
    states = BEHIND.get(figure.id)
    return replace(figure, items=told.items.of(*states)) if states else figure


def _valued(blank: Figure, value: float | None) -> Figure:
    return replace(blank, value=value, reason="zero_denominator" if value is None else None)


def _score(told: Reckoning, name: str, statistic: Statistic) -> Figure:
    """Its value and the interval over resampled people."""
    value = statistic(told.total)
    low, high = told.interval(statistic) if value is not None else (None, None)
    return _valued(replace(_blank(name), low=low, high=high, n=told.people), value)


def _band(told: Reckoning, name: str, upper: Statistic, lower: Statistic, precision: Precision | None) -> Figure:
    """Not an interval but a band: from what an item has of its own, less what an audit found wrong, to all (§5.2a)."""
    high, low = upper(told.total), lower(told.total)
    sure = wilson(precision.right, precision.n)[0] if precision else None
    least = None if low is None else low * (1.0 if sure is None else sure)
    return _valued(replace(_blank(name), n=told.people, low=least, high=high), high)


def _listed(told: Reckoning, figure: Figure, *reasons: Reason) -> Figure:
    """With the items that took the most of what leads nowhere for these reasons."""
    refs = (row.ref for row in told.items.misaligned if row.reason in reasons)
    return replace(figure, items=tuple(dict.fromkeys(refs)))


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
    length_us = max(1, (told.span.until_day - told.span.first_day) * DAY_US)
    home = told.population.home
    held = sorted(us for person, us in told.habits.held_us.items() if team is None or home.get(person) == team)
    blank = replace(_blank("wip_load", team or ALL), n=len(held))
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
    unplanned = told.displaced.of(None)
    band = unplanned_share(told, None, unplanned.by_person)
    blank = replace(_blank("unplanned_share"), n=told.people, items=unplanned.refs)
    return _valued(replace(blank, low=band.low, high=band.high), band.value)


def _by_items(told: Reckoning) -> Iterator[Figure]:
    """What stands in for the headline where effort may not be shown: delivered items, each as one."""
    n = told.models.items
    shares = {
        "item_yield": ("Strategic yield, by items", told.models.share_of_state(CURRENT)),
        "item_sanctioned": ("Sanctioned work, by items", told.models.share_of_state(SANCTIONED)),
    }
    for name, (title, value) in shares.items():
        blank = Figure(id=name, scope=ALL, title=title, unit="ratio", n=n)
        low, high = wilson((value or 0) * n, n)
        if n < SMALLEST_DENOMINATOR:
            yield replace(blank, reason="small_n" if n else "zero_denominator")
        else:
            yield replace(blank, value=value, low=low, high=high)


def of_teams(told: Reckoning) -> tuple[TeamEffort, ...]:
    """The teams that may be shown."""
    return tuple(TeamEffort(team=team, figures=tuple(_of_team(told, team))) for team in told.shown_teams)


def _of_team(told: Reckoning, team: str) -> Iterator[Figure]:
    part = told.population.of(team)
    n = sum(effort > 0 for effort in told.population.observed[team].values())
    at_home = [person for person, home in told.population.home.items() if home == team and person in told.habits.spread]
    sums = {**scores.sums(part.total, told.map), **habits_of(told.habits, at_home)}
    is_large = len(at_home) >= told.facts.thresholds.least_group
    drawn = told.replicates_of(team, at_home)
    for name, statistic in OF_TEAMS.items():
        blank = replace(_blank(name, team), n=n)
        if is_large or statistic not in (fragmentation, switching):
            value = statistic(sums)
            low, high = interval(drawn, statistic) if value is not None else (None, None)
            yield _valued(replace(blank, low=low, high=high), value)
        else:
            yield replace(blank, reason="suppressed_privacy")
    yield _wip_load(told, team)


OF_TEAMS: Mapping[str, Statistic] = {
    "observability": scores.observability,
    "effort_coverage": scores.coverage,
    "strategic_yield": scores.strategic_yield,
    "focus": scores.focus,
    "fragmentation": fragmentation,
    "switching": switching,
}
