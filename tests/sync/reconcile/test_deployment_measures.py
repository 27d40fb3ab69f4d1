"""The measures of one service, from its deployments and what became of them (metrics.md §3.3)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mappings.conditions import Condition
from mappings.mends import Incident
from mappings.rules import Service
from sync.reconcile.dora.measures import Lead, frequency, incident_times, lead_times, recovery, stability
from sync.reconcile.dora.shipping import Deployment
from sync.reconcile.dora.verdicts import Ending, Verdict
from sync.reconcile.dora.weekly import weekly
from sync.reconcile.figures import DAY_US, HOUR_US, Figure
from sync.reconcile.periods import micros, period, weeks_until
from sync.reconcile.span import Span
from sync.reconcile.stats import wilson

BERLIN = ZoneInfo("Europe/Berlin")
FINE = Verdict(None, (), None, False)
BROKEN = Verdict("incident", ("I",), None, False)
MARCH = micros(datetime(2026, 3, 1, tzinfo=UTC))


def span(text: str = "2026-03", *, as_of: datetime = datetime(2026, 5, 1, tzinfo=UTC)) -> Span:
    return Span(period=period(text, zone=ZoneInfo("UTC")), as_of=as_of)


def made(*instants: int) -> list[Deployment]:
    """Deployments that finished at these instants, d0 first."""
    return [
        Deployment("shop", "deployments", f"d{n}", "acme/shop", f"c{n}", us, frozenset(), False)
        for n, us in enumerate(instants)
    ]


def by_id(figures: Sequence[Figure]) -> dict[str, Figure]:
    return {figure.id: figure for figure in figures}


def told(deployments: Sequence[Deployment], **others: Verdict) -> dict[str, Verdict]:
    """What became of each: fine, unless it is said."""
    return {each.ref: others.get(each.ref, FINE) for each in deployments}


class TestFrequency:
    def test_days_with_a_deployment_in_twelve_weeks(self) -> None:
        """The specification's 3, 4, 2, 5, 3, 0, 3, 4, 1, 3, 2, 3: p50 = 3, total 33."""
        monday, days = micros(datetime(2026, 1, 5, 12, tzinfo=UTC)), (3, 4, 2, 5, 3, 0, 3, 4, 1, 3, 2, 3)
        instants = [monday + (7 * week + day) * DAY_US for week, count in enumerate(days) for day in range(count)]
        figures = by_id(frequency("shop", made(*instants), span("2026-01-05..2026-03-30")))
        assert (figures["deploy_days_p50"].value, figures["deploy_days_p50"].n) == (3, 12)
        assert figures["deployments"].value == 33
        assert figures["deployments_per_week"].value == 7 * 33 / 84

    def test_a_period_is_half_open_and_a_partial_one_ends_now(self) -> None:
        deployments = made(MARCH - 1, MARCH, MARCH + 3 * DAY_US, MARCH + 31 * DAY_US)
        assert by_id(frequency("shop", deployments, span()))["deployments"].items == ("d1", "d2")
        partial = span(as_of=datetime(2026, 3, 3, tzinfo=UTC))
        assert by_id(frequency("shop", deployments, partial))["deployments_per_week"].value == 7 * 1 / 2

    def test_before_the_first_known_deployment_nothing_is_known_and_after_it_zero_is_zero(self) -> None:
        early = by_id(frequency("shop", made(MARCH + 40 * DAY_US), span()))
        assert {figure.reason for figure in early.values()} == {"no_data"}
        late = by_id(frequency("shop", made(MARCH - 40 * DAY_US), span()))
        assert (late["deployments"].value, late["deployments_per_week"].value) == (0, 0)
        assert late["deploy_days_p50"].reason == "small_n"

    def test_a_day_is_the_zones(self) -> None:
        """Two deployments, 23:30 and 00:30 in Berlin, are two days of one week; in UTC they are one."""
        instants = [micros(datetime(2026, 1, 6, 22, 30, tzinfo=UTC)), micros(datetime(2026, 1, 6, 23, 30, tzinfo=UTC))]
        for zone, days in ((BERLIN, 2), (ZoneInfo("UTC"), 1)):
            at = Span(period=period("2026-W02", zone=zone), as_of=datetime(2026, 2, 1, tzinfo=UTC))
            weeks = weeks_until(at.period.end_at, zone=zone, count=1)
            (week,) = weekly(made(*instants), told(made(*instants)), {}, weeks=weeks, span=at)
            assert week.deploy_days == days


class TestStability:
    def test_young_deployments_are_provisional_and_shown_apart(self) -> None:
        deployments = made(*(MARCH + n * DAY_US for n in range(12)))
        verdicts = told(deployments, d0=BROKEN, d11=BROKEN)
        figures = by_id(stability("shop", deployments, verdicts, span(), settled_us=MARCH + 6 * DAY_US))
        settled, young = figures["change_fail_rate"], figures["change_fail_rate_provisional"]
        assert (settled.value, settled.n, settled.excluded) == (1 / 6, 6, {"provisional": 6})
        assert (settled.low, settled.high) == wilson(1, 6)
        assert (young.value, young.n, young.items) == (1 / 6, 6, ("d11",))
        assert figures["rework_rate"].n == 12

    def test_of_few_deployments_no_share_is_told(self) -> None:
        figures = by_id(stability("shop", made(MARCH), told(made(MARCH)), span(), settled_us=MARCH + DAY_US))
        assert figures["change_fail_rate"].reason == "small_n"
        assert figures["change_fail_rate_provisional"].reason == "zero_denominator"


class TestRecovery:
    def test_it_counts_where_it_was_over_and_open_ones_are_censored(self) -> None:
        deployments = made(*(MARCH + n * DAY_US for n in range(6)))
        hours = {"d0": 1, "d1": 2, "d2": 3, "d3": 4, "d4": 5}
        over = {
            ref: Verdict("revert", ("x",), MARCH + (int(ref[1]) * 24 + hour) * HOUR_US, False)
            for ref, hour in hours.items()
        }
        verdicts = told(deployments, **over, d5=BROKEN)
        figures = by_id(recovery("shop", deployments, verdicts, span(), look_back_days=182))
        assert (figures["recovery_time_p50"].value, figures["recovery_time_p50"].n) == (3, 5)
        # Six at risk, one of them for good: Ŝ = 5/6, 4/6 … and from 3 h on fewer than five are left.
        assert (figures["recovery_survival_p50"].value, figures["recovery_survival_p50"].reason) == (
            None,
            "risk_set_small",
        )
        assert figures["recovery_survival_p50"].n == 6

    def test_what_recovered_after_the_period_is_of_the_next_one(self) -> None:
        (deployment,) = made(MARCH + 30 * DAY_US)
        later = Verdict("revert", ("x",), MARCH + 32 * DAY_US, False)
        for text, n in (("2026-03", 0), ("2026-04", 1)):
            figures = recovery("shop", [deployment], {"d0": later}, span(text), look_back_days=182)
            assert by_id(figures)["recovery_time_p50"].n == n


def test_lead_times_drop_and_count_what_is_negative_or_unknown() -> None:
    leads = [Lead("shop", "d0", f"c{n}", MARCH, n * HOUR_US, None) for n in range(1, 8)]
    leads += [Lead("shop", "d0", "early", MARCH, -1, None), Lead("shop", "d0", "undated", MARCH, None, None)]
    p50, p85, pipeline, _ = lead_times("shop", leads)
    assert (p50.value, p85.value, p50.n, p50.excluded) == (4, 6, 7, {"undated": 1, "negative": 1})
    assert (pipeline.value, pipeline.reason) == (None, "no_data")


class TestIncidents:
    SHOP = Service(id="shop", repositories=("acme/shop",), incidents=Condition.model_validate({"labels": "incident"}))

    def test_they_count_where_they_ended_and_operational_ones_where_they_began(self) -> None:
        incidents = [Incident(f"I{n}", MARCH + n * HOUR_US, ()) for n in range(5)]
        endings = {f"I{n}": Ending(False, MARCH + 10 * HOUR_US) for n in range(5)}
        duration, count = incident_times(self.SHOP, incidents, incidents[:2], endings, span())
        assert (duration.value, duration.n) == (8, 5)
        assert (count.value, count.items) == (2, ("I0", "I1"))
        later, none = incident_times(self.SHOP, incidents, incidents, endings, span("2026-04"))
        assert (later.reason, none.value) == ("no_data", 0)

    def test_a_service_without_any_condition_has_none_to_tell(self) -> None:
        plain = Service(id="shop", repositories=("acme/shop",))
        assert {each.reason for each in incident_times(plain, [], [], {}, span())} == {"not_configured"}


def test_a_week_before_the_first_deployment_is_not_a_week_of_none() -> None:
    deployments = made(micros(datetime(2026, 3, 11, tzinfo=UTC)))
    at = span(as_of=datetime(2026, 3, 23, tzinfo=UTC))
    weeks = weeks_until(datetime(2026, 3, 23, tzinfo=UTC), zone=at.period.zone, count=3)
    found = weekly(deployments, told(deployments, d0=BROKEN), {1: 90 * 60_000_000}, weeks=weeks, span=at)
    assert [(week.deployments, week.failed, week.lead_hours) for week in found] == [
        (None, None, None),
        (1, 1, 1.5),
        (0, 0, None),
    ]
    assert found[0].starts_on + timedelta(days=7) == found[1].starts_on


@pytest.mark.parametrize("days", [0, 7])
def test_no_deployment_is_both_settled_and_provisional(days: int) -> None:
    deployments = made(*(MARCH + n * DAY_US for n in range(10)))
    figures = by_id(stability("shop", deployments, told(deployments), span(), settled_us=MARCH + days * DAY_US))
    assert (figures["change_fail_rate"].n or 0) + (figures["change_fail_rate_provisional"].n or 0) == 10
