"""The figures of one scope's pull requests (metrics.md §2.3, §2.4, §10.2)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sync.reconcile.figures import DAY_US, HOUR_US, Figure
from sync.reconcile.periods import micros, period
from sync.reconcile.pull_requests.load import review_load
from sync.reconcile.pull_requests.measures import measures, stale
from sync.reconcile.pull_requests.pickup import points, quantiles
from sync.reconcile.pull_requests.population import Member, Pull
from sync.reconcile.span import Span
from sync.reconcile.stats import wilson
from sync.reconcile.survival import Curve, Observation, risk_sets
from sync.reconcile.survival_view import Watched

MAY = Span(period=period("2024-05", zone=ZoneInfo("UTC")), as_of=datetime(2024, 7, 1, tzinfo=UTC))
MERGED_US = micros(datetime(2024, 5, 8, tzinfo=UTC))
SAMPLE = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 14, 21]  #: metrics.md EX 0.8


def pull(number: int, **said: Any) -> Pull:
    """A pull request of May: merged, reviewed and approved an hour after it was ready, and small."""
    base = dict.fromkeys(Pull._fields)
    ready_us = MERGED_US - 2 * HOUR_US
    told = {
        "ref": f"p{number:03}",
        "author": f"a{number}",
        "state": "merged",
        "opened_us": ready_us,
        "ready_us": ready_us,
        "reviewed_us": ready_us + HOUR_US,
        "merged_us": MERGED_US,
        "seen_us": MAY.until_us,
        "coding_us": 0,
        "pickup_us": HOUR_US,
        "review_us": 0,
        "merge_wait_us": HOUR_US,
        **dict.fromkeys(("undated", "unreviewed", "deployed_early", "self_merged", "unread_project"), False),
        **dict.fromkeys(("redrafts", "redraft_us", "iterations"), 0),
        "size": 20,
        "band": "S",
        "reviews": 1,
        "depth": 2,
        "linked": True,
    }
    return Pull(**{**base, **told, **said})  # type: ignore[arg-type]


def unreviewed(number: int) -> Pull:
    parts = dict.fromkeys(("reviewed_us", "pickup_us", "review_us", "merge_wait_us"))
    return pull(number, unreviewed=True, reviews=0, depth=0, **parts)


def figures(pulls: Sequence[Pull], span: Span = MAY) -> dict[str, Figure]:
    members = [Member(each, 1.0) for each in pulls]
    told = measures("all", members, span=span, working_us=lambda _, start_us, end_us: (end_us - start_us) // 3)
    return {figure.id: figure for figure in told}


def test_phases_have_percentiles_in_hours_with_their_interval() -> None:
    told = figures([pull(n, pickup_us=hours * HOUR_US) for n, hours in enumerate(SAMPLE)])
    p50, p85 = told["pickup_time_p50"], told["pickup_time_p85"]
    assert (p50.value, p50.low, p50.high, p50.n, p50.unit) == (5, 2, 11, 12, "hours")
    assert (p85.value, p85.low, p85.high) == (14, 8, None)


def test_what_nobody_reviewed_has_no_pickup_and_is_counted_yet_takes_time_to_merge() -> None:
    told = figures([*(pull(n) for n in range(5)), unreviewed(5), pull(6, undated=True, ready_us=None, pickup_us=None)])
    assert (told["pickup_time_p50"].n, told["pickup_time_p50"].excluded) == (5, {"undated": 1, "unreviewed": 1})
    assert (told["ready_to_merge_p50"].value, told["ready_to_merge_p50"].n) == (2, 6)


def test_working_time_counts_of_pickup_and_review_what_the_hours_hold() -> None:
    told = figures([pull(n, review_us=6 * HOUR_US) for n in range(5)])
    assert told["pickup_working_time_p50"].value == pytest.approx(1 / 3)
    assert told["review_working_time_p50"].value == 2


def test_phases_belong_to_the_merge_and_the_wait_for_a_deployment_to_the_deployment() -> None:
    in_june = MAY.until_us + DAY_US
    pulls = [pull(n, deployed_us=in_june, deploy_us=in_june - MERGED_US) for n in range(5)]
    pulls += [pull(5, deployed_us=MERGED_US - 1, deploy_us=None, deployed_early=True)]
    assert figures(pulls)["deploy_wait_p50"].reason == "no_data"
    assert figures(pulls)["deploy_wait_p50"].excluded == {"negative": 1}
    june = Span(period=period("2024-06", zone=ZoneInfo("UTC")), as_of=MAY.as_of)
    assert (figures(pulls, june)["deploy_wait_p50"].n, figures(pulls, june)["merged_pull_requests"].n) == (5, 0)


def test_sizes_and_the_share_of_large_ones() -> None:
    sizes = {"XS": 9, "S": 49, "M": 249, "L": 250, "XL": 1000}
    told = figures(
        [*(pull(n, size=size, band=band) for n, (band, size) in enumerate(sizes.items())), pull(9, size=None)]
    )
    assert (told["pull_request_size_p50"].value, told["pull_request_size_p50"].excluded) == (249, {"size_unknown": 1})
    large = told["large_pull_requests"]
    assert (large.value, large.n, large.items) == (2 / 5, 5, ("p003", "p004"))
    assert (large.low, large.high) == wilson(2, 5)


def test_depth_is_told_of_each_and_of_a_hundred_lines() -> None:
    told = figures([pull(n, depth=n, size=50) for n in range(5)] + [pull(5, depth=9, size=0)])
    assert told["review_depth_p50"].value == 2
    assert (told["review_depth_per_100_p50"].value, told["review_depth_per_100_p50"].excluded) == (
        4,
        {"without_lines": 1},
    )


def test_shares_of_the_merged() -> None:
    pulls = [unreviewed(0)._replace(self_merged=True), *(pull(n) for n in range(1, 8)), pull(8, redrafts=2)]
    told = figures(pulls)
    assert (told["review_coverage"].value, told["review_coverage"].n) == (8 / 9, 9)
    assert (told["unreviewed_self_merge"].value, told["unreviewed_self_merge"].items) == (1 / 9, ("p000",))
    assert (told["redrafted_pull_requests"].value, told["redrafted_pull_requests"].items) == (1 / 9, ("p008",))
    assert figures(pulls[:4])["review_coverage"].reason == "small_n"


def test_time_as_a_draft_again_is_of_those_that_were() -> None:
    told = figures([pull(n, redrafts=1, redraft_us=n * HOUR_US) for n in range(1, 6)] + [pull(9)])
    assert (told["redraft_time_p50"].value, told["redraft_time_p50"].n) == (3, 5)


def test_what_names_only_unread_projects_is_neither_linked_nor_unlinked() -> None:
    pulls = [pull(n, linked=n > 1) for n in range(6)] + [pull(6, linked=False, unread_project=True)]
    dark = figures(pulls)["unlinked_pull_requests"]
    assert (dark.value, dark.n, dark.excluded, dark.items) == (2 / 6, 6, {"unread_project": 1}, ("p000", "p001"))


def test_the_merge_rate_is_of_those_opened_and_waits_until_four_fifths_have_ended() -> None:
    ended = [pull(n) for n in range(7)] + [pull(7, state="closed", merged_us=None)]
    waiting = [pull(n, state="open", merged_us=None) for n in (8, 9, 10)]
    rate = figures([*ended, *waiting[:2]])["merge_rate"]
    assert (rate.value, rate.n, rate.excluded) == (7 / 8, 8, {"open": 2})
    assert (figures([*ended, *waiting])["merge_rate"].value, figures([*ended, *waiting])["merge_rate"].reason) == (
        None,
        "immature",
    )


def test_without_any_there_is_nothing_to_tell() -> None:
    told = figures([])
    assert (told["merged_pull_requests"].value, told["pickup_time_p50"].reason) == (0, "no_data")
    assert told["review_coverage"].reason == "zero_denominator"
    assert told["merge_rate"].reason == "zero_denominator"


def test_stale_ones_are_open_and_forgotten_for_a_week_or_as_drafts_for_two() -> None:
    days = {"a": (7, False), "b": (6.9, False), "c": (13, True), "d": (14, True), "e": (30, False)}
    open_ = [
        pull(n, ref=name, state="open", merged_us=None, draft=draft, active_us=MAY.until_us - int(age * DAY_US))
        for n, (name, (age, draft)) in enumerate(days.items())
    ]
    count, oldest = stale("all", [Member(each, 1.0) for each in [*open_, pull(9)]], days=7, draft_days=14)
    assert (count.value, count.n, count.items) == (3, 5, ("e", "d", "a"))
    assert (oldest.value, oldest.items) == (30, ("e",))
    none, nothing = stale("all", [Member(pull(1), 1.0)], days=7, draft_days=14)
    assert (none.value, nothing.reason) == (0, "no_data")


def test_an_objective_counts_by_weight_and_measures_one_by_one() -> None:
    members = [Member(pull(n), 0.5) for n in range(6)]
    told = {each.id: each for each in measures("checkout", members, span=MAY, working_us=lambda *_: 0)}
    assert (told["merged_pull_requests"].value, told["merged_pull_requests"].n) == (3, 6)
    assert told["pickup_time_p50"].n == 6


class TestReviewLoad:
    def test_the_busiest_fifth_is_rounded_up(self) -> None:
        load = review_load("all", dict(enumerate([10, 9, 8, 7, 6, 5])), least=5)
        assert (load.value, load.n) == (19 / 45, 45)

    @pytest.mark.parametrize("reviews", [[5, 5, 5, 5], [17, 4, 4, 4, 4]])
    def test_of_few_reviewers_or_of_one_who_did_most_nothing_is_said(self, reviews: list[int]) -> None:
        load = review_load("all", dict(enumerate(reviews)), least=5)
        assert (load.value, load.n, load.reason) == (None, None, "suppressed_privacy")

    def test_without_reviews_there_is_no_data(self) -> None:
        assert review_load("all", {}, least=5).reason == "no_data"


def test_the_pickup_curve_counts_those_nobody_looked_at() -> None:
    """Nine waited 1 to 9 hours, nine are waiting for 10 so far: half of all is at 9 hours, not at 5."""
    waits = [Observation(hour * HOUR_US, True) for hour in range(1, 10)]
    waits += [Observation(10 * HOUR_US, False)] * 9
    seen = Watched(Curve(risk_sets(waits)), len(waits), 9)
    p50, p85 = quantiles("all", seen)
    assert (p50.value, p50.n, p50.unit) == (9, 18, "hours")
    assert (p85.value, p85.reason) == (None, "immature")
    first = points("all", seen)[0]
    assert (first.hours, first.waiting_ratio, first.at_risk) == (1, 17 / 18, 18)
