"""Cumulative flow and Little's law: the lines of metrics.md §1.9, days of a zone, weights."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from sync.reconcile.cumulative import UNBALANCED, UNMOVED, Passage, cumulative, little, passages
from sync.reconcile.flow_view import CumulativeDay, Little
from sync.reconcile.periods import Period, period
from tests.sync.reconcile.flows import DAY_US, Row, flow_table, flowing, in_scopes

MARCH = period("2024-03-01..2024-03-11", zone=ZoneInfo("UTC"))
LATER = datetime(2024, 5, 1, tzinfo=UTC)
EXAMPLE = [
    flowing(1, started="2024-03-02", finished="2024-03-05"),
    flowing(2, started="2024-03-03", finished="2024-03-09"),
    flowing(3, started="2024-03-06", finished="2024-03-08"),
]
MORE = [*EXAMPLE, flowing(4, started="2024-02-20", finished="2024-03-04"), flowing(5, started="2024-03-07")]


def law(rows: list[Row], *, span: Period = MARCH, as_of: datetime = LATER) -> Little:
    told = passages(flow_table(*rows), in_scopes(rows), period=span, as_of=as_of)
    return little(told.get("all", UNMOVED), length=span.known_until(as_of) - span.start_at)


def series(rows: list[Row], *, span: Period = MARCH, as_of: datetime = LATER) -> tuple[CumulativeDay, ...]:
    since = datetime(2024, 1, 1, tzinfo=UTC)
    return cumulative(flow_table(*rows), in_scopes(rows), scopes=["all"], period=span, as_of=as_of, since=since)["all"]


def test_where_nothing_is_in_progress_before_and_after_the_law_holds_exactly() -> None:
    told = law(EXAMPLE)
    assert (told.wip, told.finished_per_day, told.ratio, told.balanced) == (1.1, 0.3, 1.0, True)
    assert told.cycle_days == pytest.approx(3.666667, abs=5e-7)


def test_what_is_carried_in_and_out_tips_the_balance() -> None:
    told = law(MORE)
    assert (told.wip, told.finished_per_day, told.cycle_days, told.ratio) == (1.8, 0.4, 6, 0.75)
    assert (told.balanced, told.reading) == (False, UNBALANCED)


@pytest.mark.parametrize(("ratio", "balanced"), [(79, False), (80, True), (125, True), (126, False)])
def test_the_bounds_of_balance_belong_to_it(ratio: int, balanced: bool) -> None:
    assert little(Passage(Fraction(ratio), Fraction(1), Fraction(100)), length=timedelta(days=1)).balanced is balanced


def test_without_a_finish_there_is_no_ratio() -> None:
    told = law([flowing(1, started="2024-03-02")])
    assert (told.wip, told.finished_per_day, told.cycle_days, told.ratio) == (0.9, 0, None, None)
    assert (told.balanced, told.reason) == (None, "zero_denominator")


def test_a_period_that_has_not_begun_says_nothing() -> None:
    told = law(EXAMPLE, as_of=datetime(2024, 2, 1, tzinfo=UTC))
    assert (told.wip, told.ratio, told.reason) == (None, None, "no_data")
    assert series(EXAMPLE, as_of=datetime(2024, 2, 1, tzinfo=UTC)) == ()


def test_a_period_that_is_not_over_has_its_length_so_far() -> None:
    told = law(EXAMPLE, as_of=datetime(2024, 3, 6, tzinfo=UTC))
    assert (told.wip, told.finished_per_day) == (6 / 5, 1 / 5)


def test_what_has_no_history_has_no_passage() -> None:
    untold = flowing(9, created="2024-03-01", finished="2024-03-05", flags=["no_history"])
    assert law([*EXAMPLE, untold]) == law(EXAMPLE)


def test_an_objective_has_its_weight_of_everything() -> None:
    members = in_scopes(MORE, *(("checkout", number, "0.5") for number in range(1, 6)))
    told = passages(flow_table(*MORE), members, period=MARCH, as_of=LATER)
    assert told["checkout"] == Passage(*(part / 2 for part in told["all"]))
    assert told["all"].spent_us == 18 * DAY_US


def test_the_counts_when_each_day_begins() -> None:
    rows = [
        flowing(1, created="2024-02-01", started="2024-02-20", finished="2024-03-03"),
        flowing(2, created="2024-03-01T12:00Z", started="2024-03-02T00:00Z"),
        flowing(3, created="2024-03-01T23:59Z"),
        flowing(4, created="2024-03-02", finished="2024-03-03T10:00Z", flags=["no_history"]),
        flowing(5, created="2024-03-11", started="2024-03-11T00:00:01Z"),
    ]
    told = series(rows)
    assert [each.on for each in told] == [date(2024, 3, day) for day in range(1, 12)]
    counts = [(each.arrivals, each.started, each.finished) for each in told]
    assert counts[:4] == [(1, 1, 0), (4, 2, 0), (4, 2, 1), (4, 3, 2)]
    assert counts[3:10] == [(4, 3, 2)] * 7
    assert counts[10] == (5, 3, 2)


def test_started_less_finished_is_the_wip_of_every_midnight() -> None:
    for each in series(MORE):
        at = f"{each.on}T00:00"
        wip = [
            row
            for row in MORE
            if _day(row["started_us"]) <= at and (not row["finished_us"] or _day(row["finished_us"]) > at)
        ]
        assert each.started - each.finished == len(wip)


def _day(us: int) -> str:
    return f"{datetime.fromtimestamp(us / 1_000_000, UTC):%Y-%m-%dT%H:%M}"


def test_days_begin_as_the_zone_has_it() -> None:
    """In Berlin the 31st of March begins at 23:00 and the 1st of April at 22:00 of the day before in UTC."""
    berlin = period("2024-03-31..2024-04-02", zone=ZoneInfo("Europe/Berlin"))
    rows = [flowing(1, created="2024-03-30T23:00:00Z"), flowing(2, created="2024-03-31T22:00:00Z")]
    rows += [flowing(3, created="2024-03-31T22:00:01Z"), flowing(4, created="2024-03-30T22:59:59Z")]
    assert [each.arrivals for each in series(rows, span=berlin)] == [2, 3, 4]


def test_days_after_as_of_are_not_there() -> None:
    told = series(EXAMPLE, as_of=datetime(2024, 3, 6, 12, tzinfo=UTC))
    assert [each.on.day for each in told] == [1, 2, 3, 4, 5, 6]
