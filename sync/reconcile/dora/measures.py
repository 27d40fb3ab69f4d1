"""The five measures of one service, and those beside them (metrics.md §3.3)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from mappings.mends import Incident
from mappings.rules import Service
from sync.reconcile.dora.shipping import Deployment
from sync.reconcile.dora.verdicts import Ending, Verdict
from sync.reconcile.figures import DAY_US, Figure, percentile_of, proportion_of, quantile_of
from sync.reconcile.periods import weeks_until
from sync.reconcile.span import Span
from sync.reconcile.survival import Curve, Observation, risk_sets


class Lead(NamedTuple):
    """A change that a deployment brought, and how long it took; None where nobody knows."""

    service: str
    ref: str  #: the deployment
    change: str
    finished_us: int
    lead_us: int | None
    pipeline_us: int | None


def frequency(service: str, made: Sequence[Deployment], span: Span) -> list[Figure]:
    """How often it was deployed: in all, per week, and on how many days of a complete week."""
    here = span.within(made)
    refs = tuple(each.ref for each in here)
    count = Figure(id="deployments", scope=service, title="Deployments", unit="deployments", n=len(here), items=refs)
    per_week = replace(count, id="deployments_per_week", title="Deployments per week")
    if not made or made[0].finished_us >= span.until_us:
        return [replace(each, n=0, reason="no_data") for each in (count, per_week)] + [_deploy_days(service, [], span)]
    return [
        replace(count, value=float(len(here))),
        replace(per_week, value=7 * len(here) / span.days),
        _deploy_days(service, made, span),
    ]


def _deploy_days(service: str, made: Sequence[Deployment], span: Span) -> Figure:
    """p50 of the days with a deployment, over the complete weeks of the period; weeks without one count as 0."""
    days = Counter(week for week, _ in {(_week(each, span), span.day(each.finished_us)) for each in made})
    blank = Figure(id="deploy_days", scope=service, title="Deploy days a week", unit="days a week")
    known = [week for week in _complete_weeks(span) if made and week >= _week(made[0], span)]
    return percentile_of([days[week] for week in known], percent=50, blank=blank)


def lead_times(service: str, leads: Sequence[Lead]) -> list[Figure]:
    """From the first commit, and from the merge, to production, of what the deployments of the period brought."""
    return [
        figure
        for name, title, values in (
            ("change_lead_time", "Change lead time", [(each.change, each.lead_us) for each in leads]),
            ("pipeline_time", "Merge to production", [(each.change, each.pipeline_us) for each in leads]),
        )
        for figure in _times(service, name, title, values)
    ]


def _times(service: str, name: str, title: str, values: Sequence[tuple[str, int | None]]) -> list[Figure]:
    known = [(change, us) for change, us in values if us is not None and us >= 0]
    left_out = {
        "undated": sum(us is None for _, us in values),
        "negative": sum(us is not None and us < 0 for _, us in values),
    }
    blank = Figure(
        id=name,
        scope=service,
        title=title,
        unit="hours",
        excluded={why: count for why, count in left_out.items() if count},
        items=tuple(change for change, _ in known),
    )
    return [percentile_of([us for _, us in known], percent=percent, blank=blank) for percent in (50, 85)]


def stability(
    service: str, made: Sequence[Deployment], told: Mapping[str, Verdict], span: Span, *, settled_us: int
) -> list[Figure]:
    """How often a deployment failed, and how often one repaired something.

    What finished before `settled_us` has had the time to fail; the rest is provisional.
    """
    here = span.within(made)
    settled = [each for each in here if each.finished_us < settled_us]
    young = [each for each in here if each.finished_us >= settled_us]
    failed, rework = (
        {ref for ref, verdict in told.items() if verdict.failed_by},
        {ref for ref, verdict in told.items() if verdict.rework},
    )
    left_out = {"provisional": len(young)} if young else {}
    return [
        _share("change_fail_rate", "Change fail rate", settled, failed, service, left_out),
        _share("change_fail_rate_provisional", "Change fail rate, provisional", young, failed, service, {}),
        _share("rework_rate", "Rework rate", here, rework, service, {}),
    ]


def _share(
    name: str, title: str, of: Sequence[Deployment], hits: set[str], service: str, excluded: dict[str, int]
) -> Figure:
    hit = tuple(each.ref for each in of if each.ref in hits)
    blank = Figure(id=name, scope=service, title=title, unit="ratio", excluded=excluded, items=hit)
    return proportion_of(len(hit), len(of), blank=blank)


def recovery(
    service: str, made: Sequence[Deployment], told: Mapping[str, Verdict], span: Span, *, look_back_days: int
) -> list[Figure]:
    """From a failed deployment to recovery: of those recovered in the period, and with those that are not yet."""
    failed = [(each, told[each.ref].recovered_us) for each in made if told[each.ref].failed_by]
    over = [(each.ref, us - each.finished_us) for each, us in failed if us is not None and span.has(us)]
    blank = Figure(id="recovery_time", scope=service, title="Recovery time", unit="hours")
    since_us = span.until_us - look_back_days * DAY_US
    begun = [(each.finished_us, us) for each, us in failed if each.finished_us < span.until_us]
    watched = [_watched(*each, since_us=since_us, until_us=span.until_us) for each in begun]
    met = [each for each in watched if each.duration > each.entry]
    survival = replace(blank, id="recovery_survival", title="Recovery time, open ones too")
    return [
        percentile_of([us for _, us in over], percent=50, blank=replace(blank, items=tuple(ref for ref, _ in over))),
        quantile_of(Curve(risk_sets(met)), percent=50, n=len(met), blank=survival),
    ]


def _watched(broken_us: int, recovered_us: int | None, *, since_us: int, until_us: int) -> Observation:
    """From the beginning of the look-back on, up to its end (§1.8)."""
    is_over = recovered_us is not None and recovered_us <= until_us
    last_us = recovered_us if recovered_us is not None and is_over else until_us
    return Observation(last_us - broken_us, is_over, max(0, since_us - broken_us))


def incident_times(
    service: Service,
    incidents: Sequence[Incident],
    operational: Sequence[Incident],
    endings: Mapping[str, Ending],
    span: Span,
) -> list[Figure]:
    """How long incidents lasted that ended in the period, and how many began in it that no deployment caused."""
    figures = [_incident_time(service.id, incidents, endings, span), _operational(service.id, operational, span)]
    return figures if service.incidents else [disabled(each) for each in figures]


def _incident_time(service: str, incidents: Sequence[Incident], endings: Mapping[str, Ending], span: Span) -> Figure:
    ended = [(each, endings[each.ref]) for each in incidents]
    over = [
        (each.ref, end.finished_us - each.began_us)
        for each, end in ended
        if not end.discarded and end.finished_us is not None and span.has(end.finished_us)
    ]
    known = [(ref, us) for ref, us in over if us >= 0]
    blank = Figure(
        id="incident_time",
        scope=service,
        title="Incident duration",
        unit="hours",
        excluded={"negative": len(over) - len(known)} if len(known) < len(over) else {},
        items=tuple(ref for ref, _ in known),
    )
    return percentile_of([us for _, us in known], percent=50, blank=blank)


def _operational(service: str, operational: Sequence[Incident], span: Span) -> Figure:
    begun = tuple(each.ref for each in operational if span.has(each.began_us))
    return Figure(
        id="operational_incidents",
        scope=service,
        title="Incidents that no deployment caused",
        unit="incidents",
        value=float(len(begun)),
        n=len(begun),
        items=begun,
    )


def disabled(figure: Figure) -> Figure:
    """The figure where nothing can tell it."""
    return replace(figure, value=None, low=None, high=None, reason="not_configured", items=())


def _week(made: Deployment, span: Span) -> tuple[int, int]:
    year, week, _ = span.day(made.finished_us).isocalendar()
    return year, week


def _complete_weeks(span: Span) -> list[tuple[int, int]]:
    """The ISO weeks that lie in the period as a whole and are over."""
    period = span.period
    count = (period.until_on - period.first_on).days // 7 + 1
    weeks = weeks_until(period.known_until(span.as_of), zone=period.zone, count=count)
    return [week.first_on.isocalendar()[:2] for week in weeks if week.first_on >= period.first_on]
