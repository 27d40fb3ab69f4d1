"""What a report shows of pull requests: the figures of every scope, and two series of them all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from sync.reconcile.effort.privacy import is_large_enough, shown
from sync.reconcile.facts import Facts
from sync.reconcile.figures import Figure
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import weeks_until
from sync.reconcile.pull_requests import PullRequests
from sync.reconcile.pull_requests.authors import Authors, WorkingTimeOf, authors
from sync.reconcile.pull_requests.load import review_load
from sync.reconcile.pull_requests.measures import PERCENTS, measures, stale
from sync.reconcile.pull_requests.members import REPOSITORY, TEAM, counted_pulls, members
from sync.reconcile.pull_requests.pickup import points, quantiles, waiting
from sync.reconcile.pull_requests.population import Member, population, reviewers
from sync.reconcile.pull_requests.view import PullRequestScope, PullRequestView, ScopeKind
from sync.reconcile.pull_requests.weekly import weekly
from sync.reconcile.span import Span
from sync.reconcile.survival_view import UNWATCHED, Watched

if TYPE_CHECKING:
    import ibis.expr.types as ir

SUFFIXES = tuple(f"_p{percent}" for percent in PERCENTS)  #: of the ids of percentiles


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the figures of every scope are reckoned from."""

    facts: Facts
    span: Span
    behind: Authors
    members: Mapping[str, Sequence[Member]]
    reviews: Mapping[str, Counter[str]]
    curves: Mapping[str, Watched]


def pull_request_view(known: PullRequests, facts: Facts, span: Span) -> PullRequestView:
    day = facts.today
    pulls, until_at = counted_pulls(known.rows), span.period.known_until(span.as_of)
    placed = members(pulls, facts.snapshot, facts.tags, strategy=facts.strategy, people=facts.people, day=day).cache()
    curves = waiting(pulls, placed, at=until_at, look_back_days=facts.thresholds.look_back_days)
    told = _Known(
        facts=facts,
        span=span,
        behind=authors(facts.snapshot["accounts"], facts.people, day=day),
        members=population(pulls, placed, span),
        reviews=reviewers(known.said, placed, span),
        curves=curves,
    )
    totals = _totals(known.rows, span)
    first_us = totals.pop("first_us")
    weeks = weeks_until(until_at, zone=span.period.zone, count=facts.thresholds.series_weeks)
    return PullRequestView(
        scopes=tuple(_scopes(told)),
        pickup=points(ALL, curves.get(ALL, UNWATCHED)),
        weeks=weekly(pulls, weeks=weeks, first_us=first_us),
        left_out={why: count for why, count in totals.items() if count},
    )


def _totals(rows: "ir.Table", span: Span) -> dict[str, int]:
    """When the records begin, and how many that were merged in the period no figure counts, by the first reason."""
    import ibis

    is_here = ((rows.merged_us >= span.start_us) & (rows.merged_us < span.until_us)).fill_null(False)
    is_counted = ~rows.by_bot & ~rows.other_base
    (row,) = (
        rows.aggregate(
            first_us=ibis.coalesce(rows.opened_us, rows.merged_us).min(),
            by_bot=rows.count(where=is_here & rows.by_bot),
            other_base=rows.count(where=is_here & ~rows.by_bot & rows.other_base),
            undated=rows.count(where=is_here & is_counted & rows.undated),
        )
        .to_pyarrow()
        .to_pylist()
    )
    return dict(row)


def _scopes(told: _Known) -> Iterator[PullRequestScope]:
    """All first, then objectives by rank, teams and repositories by name, those that have any."""
    hidden = _hidden_teams(told)
    objectives = [objective.id for objective in told.facts.strategy.objectives]
    named = sorted(told.members)
    by_kind: dict[ScopeKind, Iterable[str]] = {
        "all": [ALL],
        "objective": objectives,
        "team": [scope for scope in named if scope.startswith(TEAM)],
        "repository": [scope for scope in named if scope.startswith(REPOSITORY)],
    }
    working_us = told.behind.working_time((each.pull for each in told.members.get(ALL, ())), zone=told.span.period.zone)
    for kind, scopes in by_kind.items():
        for scope in scopes:
            figures = tuple(_figures(scope, told, working_us))
            if kind == "team":
                figures = tuple(_of_team(each, scope, told, is_hidden=scope in hidden) for each in figures)
            yield PullRequestScope(id=scope, kind=kind, figures=figures)


def _figures(scope: str, told: _Known, working_us: WorkingTimeOf) -> Iterator[Figure]:
    here, thresholds = told.members.get(scope, ()), told.facts.thresholds
    yield from measures(scope, here, span=told.span, working_us=working_us)
    yield from quantiles(scope, told.curves.get(scope, UNWATCHED))
    yield from stale(scope, here, days=thresholds.stale_pull_days, draft_days=thresholds.stale_draft_days)
    reviews = told.behind.merged(told.reviews.get(scope, {}))
    yield review_load(scope, reviews, least=thresholds.least_group)


def _hidden_teams(told: _Known) -> set[str]:
    """Those too small to be shown, or that would tell of too few others beside the figures of all (§10.2)."""
    opened = {scope: told.behind.count(_merged(here, told.span)) for scope, here in told.members.items()}
    teams = {scope: count for scope, count in opened.items() if scope.startswith(TEAM)}
    everybody: Counter[str | None] = opened.get(ALL, Counter())
    return teams.keys() - shown(teams, everybody, least=told.facts.thresholds.least_group)


def _merged(members: Iterable[Member], span: Span) -> list[Member]:
    return [each for each in members if span.has(each.pull.merged_us)]


def _of_team(figure: Figure, scope: str, told: _Known, *, is_hidden: bool) -> Figure:
    """The figure, or none where the group is too small, or a percentile's sample is of too few of it."""
    behind = {each.pull.ref: each for each in told.members.get(scope, ())}
    sample = told.behind.count(behind[ref] for ref in figure.items if ref in behind)
    is_percentile = figure.value is not None and figure.id.endswith(SUFFIXES)
    is_few = is_percentile and bool(sample) and not is_large_enough(sample, least=told.facts.thresholds.least_group)
    if not (is_hidden or is_few):
        return figure
    return replace(figure, value=None, low=None, high=None, n=None, reason="suppressed_privacy", excluded={}, items=())
