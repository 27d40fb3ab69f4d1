"""What may be called a change (metrics.md §7.2–7.3), and what earlier reports said (§0.12)."""

from datetime import date

import pytest

from sync.reconcile.change import Change, Tally, family, of_counts, of_shares, of_times
from sync.reconcile.days import DAY_US
from sync.reconcile.restatement import restatements
from sync.reconcile.series import Week
from sync.reconcile.thresholds import Thresholds

CYCLE = Change(id="cycle_time_p50", scope="all", title="Cycle time p50", unit="days")
SHARE = Change(id="abandonment", scope="checkout", title="Abandonment", unit="ratio")
COUNT = Change(id="throughput", scope="all", title="Delivered", unit="items")

USUAL = Thresholds()


def times(*days: float) -> list[int]:
    return [round(day * DAY_US) for day in days]


def test_times_that_moved_far_and_surely_changed() -> None:
    (line,) = family([of_times(CYCLE, times(*range(1, 13)), times(*range(21, 33)), thresholds=USUAL)], rate=0.1)
    assert (line.before, line.now, line.shift, line.effect) == (6, 26, 20, 1)
    assert (line.test, line.material, line.changed) == ("mann_whitney", True, True)
    assert line.says == "Cycle time p50: changed from 6.0 days to 26.0 days (n = 12 and 12, adjusted p = 0.000)."


def test_times_that_moved_surely_but_little_did_not_change() -> None:
    before = [100 + number / 100 for number in range(40)]
    (line,) = family([of_times(CYCLE, times(*before), times(*(day + 5 for day in before)), thresholds=USUAL)], rate=0.1)
    assert line.adjusted_p is not None
    assert line.adjusted_p < 0.001
    assert (line.material, line.changed) == (False, False)
    assert line.says == "Cycle time p50: no detectable change (n = 40 and 40)."


def test_times_that_moved_far_but_by_chance_did_not_change() -> None:
    (line,) = family([of_times(CYCLE, times(*range(1, 25, 2)), times(*range(4, 28, 2)), thresholds=USUAL)], rate=0.1)
    assert (line.material, line.changed) == (True, False)


@pytest.mark.parametrize(("n", "test"), [(9, None), (10, "mann_whitney")])
def test_ten_on_either_side_are_needed(n: int, test: str | None) -> None:
    (line,) = family([of_times(CYCLE, times(*range(n)), times(*range(100, 130)), thresholds=USUAL)], rate=0.1)
    assert (line.test, line.changed) == (test, test is not None)
    assert f"(n = {n} and 30" in line.says


def test_nothing_on_one_side_has_no_median() -> None:
    (line,) = family([of_times(CYCLE, [], times(1), thresholds=USUAL)], rate=0.1)
    assert (line.before, line.now, line.changed) == (None, 1, False)


@pytest.mark.parametrize(
    ("before", "now", "material", "changed"),
    [
        (Tally(40, 100), Tally(60, 100), True, True),
        (Tally(400, 1000), Tally(480, 1000), False, False),  # surely, but by 0.08
        (Tally(4, 10), Tally(6, 10), True, False),  # by 0.2, but by chance
        (Tally(0, 9), Tally(9, 9), False, False),  # nine of each
    ],
)
def test_shares(before: Tally, now: Tally, material: bool, changed: bool) -> None:
    (line,) = family([of_shares(SHARE, before, now, thresholds=USUAL)], rate=0.1)
    assert (line.material, line.changed) == (material, changed)
    assert line.says.startswith("Abandonment, checkout: ")


def test_counts_are_compared_by_the_day() -> None:
    longer, same = (
        of_counts(COUNT, 60, 62, days=(30, 31), thresholds=USUAL),
        of_counts(COUNT, 60, 62, days=(31, 31), thresholds=USUAL),
    )
    assert longer.p == pytest.approx(1, abs=0.05)
    assert same.p is not None
    assert not longer.material
    (fell,) = family([of_counts(COUNT, 40, 3, days=(7, 7), thresholds=USUAL)], rate=0.1)
    assert fell.says == "Delivered: changed from 40 items to 3 items (n = 40 and 3, adjusted p = 0.000)."


def test_counts_need_twenty_on_both_sides_together() -> None:
    assert of_counts(COUNT, 19, 0, days=(7, 7), thresholds=USUAL).test is None
    assert of_counts(COUNT, 20, 0, days=(7, 7), thresholds=USUAL).test == "binomial"


def test_the_example_of_the_specification() -> None:
    assert of_counts(COUNT, 30, 20, days=(7, 7), thresholds=USUAL).p == pytest.approx(0.202639, abs=5e-7)


def test_many_tests_at_once_ask_for_more() -> None:
    """Alone, 0.06 would do; beside nine others that found nothing it does not."""
    alone = of_counts(COUNT, 30, 17, days=(7, 7), thresholds=USUAL)
    assert alone.p is not None
    assert 0.05 < alone.p < 0.10
    assert family([alone], rate=0.1)[0].changed
    crowd = [of_counts(COUNT, 30, 30, days=(7, 7), thresholds=USUAL) for _ in range(9)]
    assert not family([alone, *crowd], rate=0.1)[0].changed


def test_what_is_a_change_is_configuration() -> None:
    lenient = Thresholds(material_ratio=0.03, material_share=0.05)
    before = [100 + number / 100 for number in range(40)]
    slower = of_times(CYCLE, times(*before), times(*(day + 5 for day in before)), thresholds=lenient)
    assert family([slower], rate=0.1)[0].changed  # by a twentieth
    assert of_shares(SHARE, Tally(400, 1000), Tally(480, 1000), thresholds=lenient).material
    fell = of_counts(COUNT, 30, 17, days=(7, 7), thresholds=USUAL)
    assert not family([fell], rate=0.05)[0].changed


def test_a_family_keeps_its_order_and_those_without_a_test() -> None:
    lines = [
        of_counts(COUNT, 1, 1, days=(7, 7), thresholds=USUAL),
        of_shares(SHARE, Tally(1, 50), Tally(30, 50), thresholds=USUAL),
        CYCLE,
    ]
    told = family(lines, rate=0.1)
    assert [line.id for line in told] == ["throughput", "abandonment", "cycle_time_p50"]
    assert [line.adjusted_p is None for line in told] == [True, False, True]


def week(number: int, value: float | None) -> Week:
    return Week(starts_on=date(2026, 11, 2 + 7 * number), value=value)


def test_what_an_earlier_report_said_otherwise_is_restated() -> None:
    said = {("throughput", "all"): [week(0, 5.0), week(1, 7.0)], ("throughput", "gone"): [week(0, 1.0)]}
    now = {("throughput", "all"): [week(1, 6.0), week(2, 9.0)], ("throughput", "new"): [week(1, 1.0)]}
    (line,) = restatements(said, now)
    assert (line.id, line.scope, line.starts_on) == ("throughput", "all", date(2026, 11, 9))
    assert (line.restated_from, line.restated_to) == (7.0, 6.0)


def test_what_is_known_only_now_is_restated_too() -> None:
    (line,) = restatements({("wip", "all"): [week(0, None)]}, {("wip", "all"): [week(0, 3.0)]})
    assert (line.restated_from, line.restated_to) == (None, 3.0)


def test_the_same_said_twice_restates_nothing() -> None:
    said = {("throughput", "all"): [week(0, 5.0), week(1, None)]}
    assert restatements(said, said) == ()
