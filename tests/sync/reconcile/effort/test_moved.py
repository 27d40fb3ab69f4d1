"""Whether effort went elsewhere from one period to the next (metrics.md §7.2, §10.2)."""

from functools import reduce
from operator import add

import pytest

from mappings.tag import TAGS
from sync.reconcile.change import Change, family, of_allocation
from sync.reconcile.days import date_of, number_of
from sync.reconcile.effort.buckets import buckets
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.moved import Moved, moved
from sync.reconcile.effort.population import Span
from sync.reconcile.thresholds import Thresholds
from tests.builders import ref_of, table
from tests.sync.reconcile.effort.worlds import SINCE, comment, item, ledger, person, staffed

AS_OF = "2024-04-08T00:00Z"
SIX = ("ada", "bo", "cy", "di", "ed", "fay")
TAGGED = {"PAY-1": "checkout", "WEB-1": "search"}
#: What everybody works on, week by week; in the last only four do.
WEEKS = ("PAY-1", "WEB-1", "WEB-1", "MISC-1", "MISC-1")


def week(number: int) -> Span:
    first_day = number_of(SINCE) + 7 * number
    return Span(first_day, first_day + 7)


@pytest.fixture(scope="module")
def known() -> Ledger:
    said = [
        comment(who, key, f"{date_of(week(number).first_day + day)}T10:00Z")
        for number, key in enumerate(WEEKS)
        for who in (SIX[:4] if number == len(WEEKS) - 1 else SIX)
        for day in (1, 2)
    ]
    return ledger(reduce(add, [staffed(*map(person, SIX)), *map(item, (*TAGGED, "MISC-1")), *said]), as_of=AS_OF)


def told(known: Ledger, earlier: int, later: int, *, smallest: int = 5) -> Moved | None:
    tags = [
        {"ref": ref_of(key), "kind": "work_item", "outcome": "tagged", "objective": to, "weight": 1.0, "origin": "rule"}
        for key, to in TAGGED.items()
    ]
    spans = {"earlier": week(earlier), "later": week(later)}
    return moved(known, buckets(table(TAGS, tags)), **spans, smallest=smallest, seed=1)


def test_six_people_who_turned_to_something_else(known: Ledger) -> None:
    """Of the 64 ways to label their weeks two are as far apart as this: all as they were, and all the other way."""
    found = told(known, 0, 1)
    assert found is not None
    assert (found.distance, found.before, found.now) == (1, 6, 6)
    assert found.p == pytest.approx(2 / 64, abs=0.01)


def test_people_who_keep_to_what_they_do(known: Ledger) -> None:
    assert told(known, 1, 2) == Moved(distance=0, p=1, before=6, now=6)


def test_what_leads_nowhere_is_a_share_of_its_own(known: Ledger) -> None:
    found = told(known, 2, 3)
    assert found is not None
    assert found.distance == 1


def test_of_four_people_nothing_is_said(known: Ledger) -> None:
    assert told(known, 3, 4) is None


def test_of_too_few_weeks_there_is_no_test(known: Ledger) -> None:
    assert told(known, 0, 1, smallest=10) == Moved(distance=1, p=None, before=6, now=6)


def test_a_line_of_the_comparison() -> None:
    blank = Change(id="allocation", scope="all", title="Effort by objective", unit="ratio")
    (line,) = family(
        [of_allocation(blank, Moved(distance=0.25, p=0.01, before=20, now=21), thresholds=Thresholds())], rate=0.1
    )
    assert (line.changed, line.effect) == (True, 0.25)
    assert line.says == "Effort by objective: changed by 25.0 % of the whole (n = 20 and 21, adjusted p = 0.010)."
    (untested,) = family(
        [of_allocation(blank, Moved(distance=0.25, p=None, before=6, now=6), thresholds=Thresholds())], rate=0.1
    )
    assert (untested.test, untested.changed) == (None, False)
