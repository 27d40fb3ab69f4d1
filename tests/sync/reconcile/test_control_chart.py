"""Process behaviour charts (metrics.md §7.1)."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.reconcile.control_chart import Baseline, ControlChart, Scale, charted
from sync.reconcile.series import Week

FIRST = date(2026, 1, 5)
EXAMPLE = [10, 12, 9, 11, 13, 10, 8, 12, 11, 10, 9, 14]
BASELINE = Baseline(points=20, least=12)
BLANK = ControlChart(id="throughput", scope="all", title="Delivered", unit="items", points=())


def chart(*values: float | None, scale: Scale = "count", baseline: Baseline = BASELINE) -> ControlChart:
    weeks = [Week(starts_on=FIRST + timedelta(weeks=n), value=value) for n, value in enumerate(values)]
    return charted(BLANK, weeks, scale=scale, shown=len(values), baseline=baseline)


def signals(told: ControlChart) -> dict[int, tuple[str, ...]]:
    return {place: point.signals for place, point in enumerate(told.points) if point.signals}


def versions(told: ControlChart) -> list[int | None]:
    return [point.version for point in told.points]


def test_the_example_of_the_specification() -> None:
    (limits,) = chart(*EXAMPLE).limits
    assert (limits.centre, limits.n, limits.first_on) == (10.75, 12, FIRST)
    assert (limits.low, limits.high) == pytest.approx((4.462727, 17.037273), abs=5e-7)
    assert limits.range_limit == pytest.approx(7.724364, abs=5e-7)


def test_how_long_a_baseline_is_and_has_to_be_is_configuration() -> None:
    (limits,) = chart(*EXAMPLE[:6], baseline=Baseline(points=4, least=4)).limits
    assert (limits.n, limits.centre) == (4, 10.5)
    assert chart(*EXAMPLE[:6], baseline=Baseline(points=20, least=7)).reason == "small_n"


def test_fewer_than_twelve_points_have_no_limits() -> None:
    told = chart(*EXAMPLE[:11])
    assert (told.limits, told.reason) == ((), "small_n")
    assert versions(told) == [None] * 11


def test_the_baseline_is_the_first_twenty_points_and_stays() -> None:
    twenty = (EXAMPLE * 2)[:20]
    before, after = chart(*twenty), chart(*twenty, 12, 9, 11)
    assert before.limits == after.limits
    assert before.limits[0].n == 20


def test_a_point_on_a_limit_is_within_and_one_beyond_is_a_signal() -> None:
    steady = [10, 12] * 10  # centre 11, limits 11 ± 5.32
    assert "R1" not in chart(*steady, 11 + 2.660 * 2).points[-1].signals
    assert "R1" in chart(*steady, 11 + 2.661 * 2).points[-1].signals


def test_eight_on_one_side_are_a_shift_and_seven_are_none() -> None:
    steady = [10, 12] * 10
    assert signals(chart(*steady, *[11.5] * 6)) == {}  # with the last of the steady ones, seven
    assert signals(chart(*steady, *[11.5] * 7)) == dict.fromkeys(range(19, 27), ("R2",))


def test_a_point_on_the_centre_ends_a_run() -> None:
    steady = [10, 12] * 10
    assert signals(chart(*steady, *[11.5] * 4, 11, *[11.5] * 4)) == {}


def test_after_a_shift_a_new_baseline_begins_once_it_has_twelve_points() -> None:
    steady, higher = [12, 10] * 10, [20, 22] * 5
    eleven, twelve = chart(*steady, *higher, 20), chart(*steady, *higher, 20, 22)
    assert versions(eleven) == [1] * 31
    assert versions(twelve) == [1] * 20 + [2] * 12
    assert [limits.centre for limits in twelve.limits] == [11, 21]
    assert twelve.limits[1].first_on == FIRST + timedelta(weeks=20)
    assert twelve.limits[0] == eleven.limits[0]
    assert signals(twelve) == {}


def test_three_of_four_near_a_limit_are_a_hint() -> None:
    steady = [10, 12] * 10  # nearer to 16.32 than to 11 from 13.66 on
    assert signals(chart(*steady, 14, 11, 14, 14)) == dict.fromkeys((20, 22, 23), ("R3",))
    assert signals(chart(*steady, 14, 8, 14, 13)) == {}


def test_a_gap_breaks_runs_and_ranges() -> None:
    steady = [10, 12] * 10
    assert signals(chart(*steady, *[11.5] * 4, None, *[11.5] * 4)) == {}
    with_gap = chart(90, None, 30, *[10, 30] * 6)
    assert with_gap.limits[0].range_limit == pytest.approx(3.268 * 20)
    assert with_gap.points[1].signals == ()


def test_nothing_varies_and_nothing_is_beyond() -> None:
    told = chart(*[5] * 20, 9)
    assert (told.limits[0].centre, told.limits[0].low, told.limits[0].high) == (5, None, None)
    assert signals(told) == {}


def test_limits_go_no_further_than_values_can() -> None:
    (count,), (share,) = chart(*[0, 9] * 8).limits, chart(*[0.2, 0.9] * 8, scale="share").limits
    assert (count.low, share.low, share.high) == (0, 0, 1)


def test_times_are_judged_by_their_logarithm() -> None:
    (limits,) = chart(*[2, 8] * 8, scale="time").limits
    assert limits.centre == pytest.approx(4)
    assert (limits.low, limits.high) == pytest.approx((4 / 4**2.660, 4 * 4**2.660))
    assert limits.range_limit == pytest.approx(4**3.268)
    assert chart(*[0, 8] * 8, scale="time").limits[0].centre == pytest.approx(math.sqrt(8 / 86_400))


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=60), st.integers(0, 60))
def test_limits_never_move_silently(values: Sequence[float | None], until: int) -> None:
    """What an earlier report drew stays, but for a baseline that was still growing and the last, that may be split."""
    before, after = chart(*values[:until]), chart(*values)
    settled = [limits for limits in before.limits if limits.n == 20]
    assert list(after.limits[: len(settled)]) == settled
