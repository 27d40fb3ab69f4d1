"""Back-tests of forecasts (metrics.md §6.4)."""

from datetime import date, timedelta

import pytest

from sync.reconcile.backtest import BackTest, Trial, back_test, judged, verdict
from sync.reconcile.scope_history import Entry, History
from sync.reconcile.scoring import pinball
from sync.reconcile.thresholds import Thresholds
from tests.sync.reconcile.weekly import FIRST, history, monday

WEEKS = 64


def scored(told: History, *, weeks: int = WEEKS) -> BackTest:
    def sampled(on: date) -> list[date]:
        count = min(12, (on - FIRST).days // 7)
        return [on - timedelta(weeks=back) for back in reversed(range(count + 1))] if count > 0 else []

    return back_test(told, until=monday(weeks), sampled=sampled, thresholds=Thresholds())


def trial(outcome: int, *, p15: int = 6, p50: int = 10, naive: int = 10) -> Trial:
    return Trial(on=FIRST, p15=p15, p50=p50, naive=naive, outcome=outcome, crps=1.0, chance=None, done=None)


@pytest.mark.parametrize(
    ("covered", "n", "calibration"),
    [
        (17, 20, "calibrated"),
        (11, 20, "over-confident"),
        (9, 9, "unverified"),
        (0, 9, "unverified"),
        (200, 200, "conservative"),
        (13, 13, "calibrated"),
    ],
)
def test_the_verdict(covered: int, n: int, calibration: str) -> None:
    assert verdict(covered, n) == calibration


def test_the_interval_of_coverage() -> None:
    told = judged([trial(7)] * 17 + [trial(3)] * 3)
    assert (told.covered, told.coverage, told.verdict) == (17, 0.85, "calibrated")
    assert (told.low, told.high) == pytest.approx((0.678, 0.938), abs=5e-4)


def test_origins_are_four_weeks_apart_the_latest_first() -> None:
    told = scored(history([(2, 2)] * WEEKS))
    assert [each.on for each in told.trials] == [monday(WEEKS - 4 * k) for k in range(1, 14)]
    assert {(each.p15, each.p50, each.naive, each.outcome) for each in told.trials} == {(8, 8, 8, 8)}


def test_a_forecast_knows_nothing_of_what_came_after_it() -> None:
    before, after = history([(2, 0)] * WEEKS, scope=900), history([(2, 0)] * 60 + [(50, 9)] * 4, scope=900)
    late, early = scored(after).trials[0], scored(before).trials[0]
    assert (late.p15, late.p50, late.naive, late.chance) == (early.p15, early.p50, early.naive, early.chance)
    assert (late.outcome, early.outcome) == (200, 8)


def test_a_delivery_that_was_taken_back_later_was_one_then() -> None:
    """Ten of week 30 were opened again in week 62: every forecast before then drew from them."""
    told = history([(1, 1)] * WEEKS)
    shaken = History(
        edges=told.edges, entries=(*told.entries, Entry("added", 0, 0, 99, 10), Entry("delivered", 30, 30, 62, 10))
    )
    (origin,) = [each for each in scored(shaken).trials if each.on == monday(32)]
    assert origin.naive == 14
    (outcome,) = [each for each in scored(shaken).trials if each.on == monday(28)]
    assert outcome.outcome == 14


def test_a_log_that_is_too_young_has_fewer_origins() -> None:
    """Six weeks of samples and four of outcome: the first origin is the tenth Monday before the 18th or later."""
    assert [each.on for each in scored(history([(2, 2)] * 18), weeks=18).trials] == [monday(14), monday(10), monday(6)]
    assert scored(history([(2, 2)] * 9), weeks=9).trials == ()


def test_nothing_tried_says_nothing() -> None:
    told = judged(())
    assert (told.coverage, told.skill, told.brier, told.verdict, told.has_no_skill) == (
        None,
        None,
        None,
        "unverified",
        False,
    )


def test_a_forecast_that_is_no_better_than_last_time_has_no_skill() -> None:
    better, worse = judged([trial(12, naive=2)]), judged([trial(12, naive=12)])
    assert better.skill == pytest.approx(
        1
        - (pinball(12, 6, percent=15) + pinball(12, 10, percent=50))
        / (pinball(12, 2, percent=15) + pinball(12, 2, percent=50))
    )
    assert (better.has_no_skill, worse.has_no_skill, worse.skill) == (False, True, None)
    assert judged([trial(10, p15=10)]).has_no_skill is False  # neither was off


def test_chances_to_be_done_are_scored_for_what_is_open_and_what_is_done() -> None:
    """Two a week of 60 to do: done after thirty weeks; what is done already is no chance any more."""
    told = scored(history([(2, 0)] * 30 + [(0, 0)] * 34, scope=60))
    by_day = {each.on: (each.chance, each.done) for each in told.trials}
    assert by_day[monday(24)] == (0.0, False)
    assert by_day[monday(28)] == (1.0, True)
    assert monday(32) in by_day
    assert by_day[monday(32)] == (None, None)
    assert told.brier == 0
