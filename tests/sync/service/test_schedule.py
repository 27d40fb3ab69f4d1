"""When jobs are due: in a zone with its changes of clocks, and once for whatever was missed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.work.schedule import is_due, jitter_s, latest

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "now", "slot"),
    [
        ("0 6 * * *", "2026-11-20 04:59", "2026-11-19 05:00"),
        ("0 6 * * *", "2026-11-20 05:00", "2026-11-20 05:00"),  # the very minute
        ("0 6 * * *", "2026-07-20 04:00", "2026-07-20 04:00"),  # in summer
        ("0 6 * * mon", "2026-11-20 12:00", "2026-11-16 05:00"),
        ("*/5 * * * *", "2026-11-20 12:04", "2026-11-20 12:00"),
        ("30 2 * * *", "2026-03-29 01:31", "2026-03-29 01:00"),  # left out: clocks go from 02:00 to 03:00
        ("30 2 * * *", "2026-10-25 00:31", "2026-10-25 00:30"),  # the first of the two
        ("30 2 * * *", "2026-10-25 01:31", "2026-10-25 00:30"),  # the second is none
        ("30 * * * *", "2026-10-25 01:31", "2026-10-25 01:30"),  # but for who asks for every hour
    ],
)
def test_the_last_time_that_an_expression_names(cron: str, now: str, slot: str) -> None:
    assert latest(cron, zone=BERLIN, now=at(now)) == at(slot)


@pytest.mark.parametrize(
    ("began", "is_it"),
    [
        (None, True),  # never
        ("2026-11-20 05:00", False),
        ("2026-11-20 04:59", True),
        ("2026-11-01 05:00", True),  # missed for weeks: due once
        ("2027-11-20 05:00", True),  # by a clock that was a year ahead
    ],
)
def test_what_was_missed_is_due_once(began: str | None, is_it: bool) -> None:
    began_at = at(began) if began else None
    now = at("2026-11-20 12:00")
    assert is_due("0 6 * * *", zone=BERLIN, now=now, began_at=began_at) is is_it
    assert not is_due("0 6 * * *", zone=BERLIN, now=now, began_at=now)


def test_a_source_that_comes_later_than_others_is_due_later_and_never_twice() -> None:
    now, late_s = at("2026-11-20 12:00"), 40.0
    moments = [now + timedelta(seconds=second) for second in range(0, 600, 10)]
    began_at, begun = now, []
    for moment in moments:
        if is_due("*/5 * * * *", zone=BERLIN, now=moment, began_at=began_at, late_s=late_s):
            began_at = moment
            begun.append((moment - now).total_seconds())
    assert begun == [40.0, 340.0]


@given(st.text(max_size=20))
def test_jitter_is_the_same_for_the_same_name(name: str) -> None:
    assert jitter_s(name, most_s=60) == jitter_s(name, most_s=60)
    assert 0 <= jitter_s(name, most_s=60) < 60


def test_jitter_spreads_sources() -> None:
    late = sorted(jitter_s(f"source-{number}", most_s=60) for number in range(200))
    assert max(after - before for before, after in pairwise(late)) < 5
