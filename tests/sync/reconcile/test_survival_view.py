"""The survival view of a scope, from the rows of the flow (metrics.md §1.8)."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from sync.reconcile.periods import instant
from sync.reconcile.survival import Observation, risk_sets
from sync.reconcile.survival_view import UNWATCHED, Watched, survival, watched
from tests.builders import micros
from tests.sync.reconcile.flows import DAY_US, Row, flow_table, flowing, in_scopes

AT = datetime(2024, 7, 1, tzinfo=UTC)
SINCE = AT - timedelta(days=182)


def back(days: float) -> str:
    """The instant so many days before `AT`."""
    return (AT - timedelta(days=days)).isoformat()


def watch(*rows: Row) -> Watched:
    return watched(flow_table(*rows), in_scopes(rows), at=AT, look_back_days=182).get("all", UNWATCHED)


#: duration, event, entry: those of the specification, in days
EXAMPLES = {
    "open": [(2, 1, 0), (3, 1, 0), (3, 0, 0), (5, 1, 0), (8, 1, 0), (8, 0, 0), (13, 1, 0)],
    "left truncation": [(4, 1, 0), (6, 1, 0), (6, 0, 0), (10, 1, 5), (12, 1, 7), (20, 0, 9)],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_specifications_lines_as_items(name: str) -> None:
    """What has an entry was started so long before the look-back; what is open and entered late is out of sight."""
    rows = []
    for number, (duration, event, entry) in enumerate(EXAMPLES[name]):
        began = (SINCE if entry else AT - timedelta(days=20)) - timedelta(days=entry)
        ended = began + timedelta(days=duration)
        said = {"finished": ended.isoformat()} if event else {"lost_us": micros(ended)}
        rows.append(flowing(number, started=began.isoformat(), **said))
    seen = watch(*rows)
    told = [Observation(duration * DAY_US, bool(event), entry * DAY_US) for duration, event, entry in EXAMPLES[name]]
    assert seen.curve.risk_sets == risk_sets(told)
    assert (seen.n, seen.open) == (len(told), sum(not each.is_event for each in told))


def test_who_is_watched() -> None:
    """Neither what ended before the look-back or was started after its end, nor what took no time at all."""
    rows = [
        flowing(1, started=back(200), finished=back(182)),
        flowing(2, started=back(200), finished=back(181)),
        flowing(3, started=back(3), finished=back(3), flags=["no_active"]),
        flowing(4, started=back(0)),
        flowing(5, started=back(5), finished=back(-1)),
        flowing(6, started=back(4), finished=back(0), outcome="discarded"),
        flowing(7, finished=back(4), flags=["no_history"]),
    ]
    seen = watch(*rows)
    assert (seen.n, seen.open) == (3, 1)
    assert [(at / DAY_US, at_risk, events) for at, at_risk, events in seen.curve.risk_sets] == [(4, 2, 1), (19, 1, 1)]


def test_one_by_one_says_the_same() -> None:
    rng, rows, told = random.Random(11), [], []
    since_us, at_us = micros(SINCE), micros(AT)
    for number in range(300):
        began_us = rng.randrange(since_us - 60 * DAY_US, at_us)
        ended_us = began_us + rng.randrange(1, 40) * DAY_US // 2
        finished = instant(ended_us).isoformat() if rng.random() < 0.8 else None
        rows.append(flowing(number, started=instant(began_us).isoformat(), finished=finished))
        is_event = finished is not None and ended_us <= at_us
        duration_us, entry_us = (ended_us if is_event else at_us) - began_us, max(0, since_us - began_us)
        if duration_us > entry_us:
            told.append(Observation(duration_us, is_event, entry_us))
    assert watch(*rows).curve.risk_sets == risk_sets(told)


def test_every_scope_has_its_own_curve() -> None:
    rows = [flowing(number, started=back(20), finished=back(20 - number)) for number in range(1, 13)]
    members = in_scopes(rows, *(("checkout", number, "0.5") for number in range(1, 7)))
    told = watched(flow_table(*rows), members, at=AT, look_back_days=182)
    views = {scope: survival(scope, seen) for scope, seen in told.items()}
    medians = {scope: view.quantiles[0] for scope, view in views.items()}
    assert (medians["all"].value, medians["all"].n, medians["all"].id) == (6, 12, "survival_p50")
    assert (medians["checkout"].value, medians["checkout"].reason) == (None, "risk_set_small")
    assert (views["checkout"].small_from_days, views["all"].small_from_days) == (3, 9)
    assert [point.ratio for point in views["checkout"].points] == pytest.approx([5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0])


def test_a_curve_of_many_is_thinned_out_and_keeps_its_end() -> None:
    rows = [flowing(n, started=back(100), finished=back(100 - n / 10)) for n in range(1, 801)]
    view = survival("all", watch(*rows))
    assert len(view.points) <= 201
    assert (view.points[-1].days, view.points[-1].ratio) == (80, 0)


def test_nothing_watched_says_nothing() -> None:
    view = survival("all", UNWATCHED)
    assert (view.n, view.points, [each.reason for each in view.quantiles]) == (0, (), ["no_data"] * 3)
    idle = survival("all", watch(*(flowing(n, started=back(9)) for n in range(6))))
    assert [each.reason for each in idle.quantiles] == ["immature"] * 3
