"""A service's deployments week by week."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sync.reconcile.dora.shipping import Deployment
from sync.reconcile.dora.verdicts import Verdict
from sync.reconcile.dora.view import DoraWeek
from sync.reconcile.figures import HOUR_US
from sync.reconcile.periods import Period, micros
from sync.reconcile.ranked import in_periods, ranked
from sync.reconcile.span import Span

if TYPE_CHECKING:
    import ibis.expr.types as ir


def weekly(
    made: Sequence[Deployment],
    told: Mapping[str, Verdict],
    leads: Mapping[int, int],
    *,
    weeks: Sequence[Period],
    span: Span,
) -> tuple[DoraWeek, ...]:
    """One for each of these weeks; `leads` are the median lead times by the number of the week."""
    return tuple(_week(made, told, leads.get(number), week, span) for number, week in enumerate(weeks))


def _week(
    made: Sequence[Deployment], told: Mapping[str, Verdict], lead_us: int | None, week: Period, span: Span
) -> DoraWeek:
    start_us, end_us = micros(week.start_at), micros(week.end_at)
    if not made or made[0].finished_us >= end_us:
        return DoraWeek(starts_on=week.first_on, deployments=None, deploy_days=None, failed=None, lead_hours=None)
    here = [each for each in made if start_us <= each.finished_us < end_us]
    return DoraWeek(
        starts_on=week.first_on,
        deployments=len(here),
        deploy_days=len({span.day(each.finished_us) for each in here}),
        failed=sum(told[each.ref].failed_by is not None for each in here),
        lead_hours=None if lead_us is None else lead_us / HOUR_US,
    )


def median_leads(leads: "ir.Table", weeks: Sequence[Period]) -> dict[str, dict[int, int]]:
    """Service → number of the week → p50 of the lead times of what it deployed then."""
    known = leads.filter(leads.lead_us >= 0)
    placed = in_periods(known, weeks, at="finished_us")
    rows = ranked(placed, by=["service", "number"], values=["lead_us"], percent=50).to_pyarrow().to_pylist()
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        found.setdefault(row["service"], {})[row["number"]] = row["lead_us"]
    return found
