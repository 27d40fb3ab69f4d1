"""How the invented work flows."""

from datetime import date, timedelta

from sync.reconcile.flow_view import (
    AgeingItem,
    CumulativeDay,
    CyclePoint,
    FlowView,
    FlowWeek,
    Little,
    Survival,
    SurvivalPoint,
    TypeShare,
)
from tests.sync.report.sample import AS_OF, figure, item

MONDAY = date(2026, 11, 9)


def flow_view() -> FlowView:
    mondays = [MONDAY - timedelta(weeks=back) for back in reversed(range(52))]
    return FlowView(
        scope="all",
        figures=(figure("reopen_rate", "Reopened", 0.083, unit="ratio", low=0.03, high=0.21, n=24),),
        expectation=figure("expectation", "85 % finish within", 14.0, unit="days", n=212),
        survival=Survival(
            n=180,
            open=24,
            quantiles=(figure("survival_p50", "Time in progress p50", 6.2, n=180),),
            points=(SurvivalPoint(days=2.0, ratio=0.8, at_risk=150), SurvivalPoint(days=14.0, ratio=0.2, at_risk=30)),
            small_from_days=None,
        ),
        cumulative=tuple(
            CumulativeDay(
                on=MONDAY + timedelta(days=day),
                arrivals=388.0 + 4 * day,
                started=360.0 + 3 * day,
                finished=330.0 + 3.5 * day,
            )
            for day in range(8)
        ),
        little=Little(
            wip=24.2,
            finished_per_day=3.4,
            cycle_days=6.9,
            ratio=1.03,
            balanced=True,
            reading="What flows in flows out.",
        ),
        distribution=(
            TypeShare(flow_type="feature", items=17.0, ratio=0.708),
            TypeShare(flow_type="defect", items=7.0, ratio=0.292),
        ),
        ageing=tuple(
            AgeingItem(
                ref=item(number).ref,
                category="active",
                parked=number == 42,
                age_days=60.0 - number,
                percentile=97 - number // 3,
                miss=0.9,
            )
            for number in range(40, 50)
        ),
        scatter=tuple(
            CyclePoint(
                ref=item(number).ref,
                finished_at=AS_OF - timedelta(days=number),
                cycle_days=1.0 + (number * 7) % 19,
            )
            for number in range(1, 40)
        ),
        weeks=tuple(
            FlowWeek(
                starts_on=monday,
                arrivals=20.0,
                delivered=float((place * 5) % 23),
                discarded=1.0,
                bulk_closed=0.0,
                wip=24.0,
                age_p85_days=None if place < 3 else 12.0 + place % 5,
                cycle_p50_days=None if place < 6 else 4.0 + place % 3,
                cycle_p85_days=None if place < 6 else 9.0 + place % 4,
                lead_p50_days=8.0,
                lead_p85_days=19.0,
                active_days=40.0,
                waiting_days=32.0,
            )
            for place, monday in enumerate(mondays)
        ),
    )
