"""What a report shows of the deployments: every service with its measures, and what the services have in common."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mappings.deployments import Rung
from mappings.rules import Service
from sync.reconcile.dora import Dora
from sync.reconcile.dora.bands import BANDS
from sync.reconcile.dora.measures import Lead, disabled, frequency, incident_times, lead_times, recovery, stability
from sync.reconcile.dora.shipping import Deployment
from sync.reconcile.dora.verdicts import Verdict, operational
from sync.reconcile.dora.view import DeploymentLine, DoraView, ServiceView
from sync.reconcile.dora.weekly import median_leads, weekly
from sync.reconcile.figures import Figure
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import Period, instant, weeks_until
from sync.reconcile.span import Span
from sync.reconcile.stats import SMALLEST_SAMPLE, percentile, percentile_interval
from sync.reconcile.thresholds import Thresholds

if TYPE_CHECKING:
    import ibis.expr.types as ir

PROXY: Rung = "merges"  #: a merge that fails or mends is no deployment that does (metrics.md §3.1)
#: Figures of which the p50 over the services is shown, never the sum (metrics.md §3.1).
OVER_SERVICES = ("deployments_per_week", "change_lead_time_p50", "change_fail_rate", "rework_rate", "recovery_time_p50")


def dora_view(known: Dora, span: Span, *, thresholds: Thresholds) -> DoraView:
    if not known.shipping.services:
        return DoraView(services=(), over_services=())
    until_at, zone = span.period.known_until(span.as_of), span.period.zone
    weeks = weeks_until(until_at, zone=zone, count=thresholds.series_weeks)
    leads = known.leads.cache()
    medians, shipped = median_leads(leads, weeks), _leads(leads, span)
    services = tuple(
        _service(
            each,
            known,
            shipped.get(each.id, []),
            medians.get(each.id, {}),
            weeks=weeks,
            span=span,
            thresholds=thresholds,
        )
        for each in known.shipping.services
    )
    return DoraView(services=services, over_services=_over(services), bands=BANDS if thresholds.dora_bands else ())


def _leads(leads: "ir.Table", span: Span) -> Mapping[str, list[Lead]]:
    """By service, the changes that the deployments of the period brought."""
    here = leads.filter((leads.finished_us >= span.start_us) & (leads.finished_us < span.until_us))
    by_service: dict[str, list[Lead]] = defaultdict(list)
    for row in here.select(*Lead._fields).order_by("service", "finished_us", "change").to_pyarrow().to_pylist():
        by_service[row["service"]].append(Lead(**row))
    return by_service


def _service(
    service: Service,
    known: Dora,
    leads: Sequence[Lead],
    medians: Mapping[int, int],
    *,
    weeks: Sequence[Period],
    span: Span,
    thresholds: Thresholds,
) -> ServiceView:
    made, mends = known.shipping.deployments.get(service.id, ()), known.shipping.mends[service.id]
    told, rung = known.verdicts[service.id], made[0].rung if made else None
    apart, settled_us = operational(mends, told, known.endings), span.ago_us(thresholds.provisional_days)
    judged = (
        *stability(service.id, made, told, span, settled_us=settled_us),
        *recovery(service.id, made, told, span, look_back_days=thresholds.look_back_days),
    )
    return ServiceView(
        id=service.id,
        rung=rung,
        figures=(
            *frequency(service.id, made, span),
            *lead_times(service.id, leads),
            *(map(disabled, judged) if rung == PROXY else judged),
            *incident_times(service, mends.incidents, apart, known.endings, span),
        ),
        deployments=tuple(_line(each, told[each.ref], settled_us) for each in reversed(span.within(made))),
        weeks=weekly(made, told, medians, weeks=weeks, span=span),
        operational_incidents=tuple(each.ref for each in apart if span.has(each.began_us)),
    )


def _line(made: Deployment, told: Verdict, settled_us: int) -> DeploymentLine:
    return DeploymentLine(
        ref=made.ref,
        repository=made.repository,
        sha=made.sha,
        finished_at=instant(made.finished_us),
        changes=None if made.brought is None else len(made.brought),
        rollback=made.rollback,
        rework=told.rework,
        failed_by=told.failed_by,
        failed_refs=told.failed_refs,
        recovered_at=None if told.recovered_us is None else instant(told.recovered_us),
        provisional=made.finished_us >= settled_us,
    )


def _over(services: Sequence[ServiceView]) -> tuple[Figure, ...]:
    """p50 over the services that have a value, of each measure; of fewer than five services none."""
    figures = {(figure.id, each.id): figure for each in services for figure in each.figures}
    return tuple(_median(name, [figures[name, each.id] for each in services]) for name in OVER_SERVICES if services)


def _median(name: str, figures: Sequence[Figure]) -> Figure:
    values = sorted(figure.value for figure in figures if figure.value is not None)
    one = figures[0]
    blank = Figure(id=name, scope=ALL, title=f"{one.title}, p50 over services", unit=one.unit, n=len(values))
    if len(values) < SMALLEST_SAMPLE[50]:
        return replace(blank, reason="small_n" if values else "no_data")
    low, high = percentile_interval(values, percent=50)
    return replace(blank, value=percentile(values, percent=50), low=low, high=high)
