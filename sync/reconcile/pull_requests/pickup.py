"""How long pull requests wait until somebody looks at them, those nobody looked at too (metrics.md §2.3)."""

from datetime import datetime
from typing import TYPE_CHECKING

from sync.reconcile.figures import Figure, quantile_of
from sync.reconcile.pull_requests.view import PickupPoint
from sync.reconcile.survival_view import Watched, survival, watched

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERCENTS = (50, 85)
HOURS_A_DAY = 24


def waiting(pulls: "ir.Table", members: "ir.Table", *, at: datetime, look_back_days: int) -> dict[str, Watched]:
    """Scope → those that were ready and not looked at, at some time of so many days before `at`.

    What ended without a review was watched until then. Each waits at least a microsecond: none is looked at before it
    is at risk of that.
    """
    import ibis

    ready = pulls.filter(pulls.ready_us.notnull())
    spans = ready.select(
        "ref",
        started_us=ready.ready_us - 1,
        finished_us="reviewed_us",
        lost_us=ibis.least(ready.ended_us, ready.seen_us),
    )
    return watched(spans, members, at=at, look_back_days=look_back_days)


def quantiles(scope: str, seen: Watched) -> list[Figure]:
    blank = Figure(
        id="pickup_survival", scope=scope, title="Pickup, unanswered ones too", unit="hours", items=seen.longest
    )
    return [quantile_of(seen.curve, percent=percent, n=seen.n, blank=blank) for percent in PERCENTS]


def points(scope: str, seen: Watched) -> tuple[PickupPoint, ...]:
    return tuple(
        PickupPoint(hours=each.days * HOURS_A_DAY, waiting_ratio=each.ratio, at_risk=each.at_risk)
        for each in survival(scope, seen).points
    )
