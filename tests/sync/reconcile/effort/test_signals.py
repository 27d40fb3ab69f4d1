"""What counts as a signal, on which day, and of what: one reckoning of many small cases (metrics.md §4.2–4.3)."""

from collections import Counter
from datetime import date
from functools import reduce
from operator import add
from typing import Any

import pytest

from mappings.tag import TAGS
from sync.reconcile.days import number_of
from sync.reconcile.effort.buckets import buckets
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.population import Population, Span, population
from sync.reconcile.effort.roster import UNIT
from tests.builders import ref_of, table
from tests.sync.reconcile.effort.worlds import (
    SINCE,
    Shares,
    World,
    account,
    change,
    comment,
    commit,
    epic,
    item,
    ledger,
    person,
    pull,
    review,
    shares,
    staffed,
    under,
    unseen,
    worklog,
)

MON, TUE, WED, THU, FRI, SAT, SUN = (f"2024-03-{day:02}" for day in range(4, 11))
NEXT_MON, NEXT_TUE = "2024-03-11", "2024-03-12"


def at(day: str, hour: int = 10) -> str:
    return f"{day}T{hour:02}:00Z"


def active(key: str, who: str, since: str, **more: Any) -> World:
    """An item that is assigned to somebody all along, and active since."""
    given = {"assignees": [account(who)], "status_id": "A", **more}
    return item(key, **given) + change("nobody", key, "status", "T", "A", since)


PEOPLE = [
    person("carries"),
    person("part-time", fte=0.5),
    person("author"),
    person("reviewer"),
    person("joint"),
    person("mover"),
    person("holder"),
    person("half-day"),
    person("helped"),
    person("handed"),
    person("blocked"),
    person("pushes"),
    person("newcomer", since="2024-03-12"),
    person("leaver", teams=[{"team": "crew", "from": date(2024, 1, 1), "to": date(2024, 3, 6)}]),
]
WORLD = reduce(
    add,
    [
        staffed(*PEOPLE),
        World({"accounts": [{"ref": account("helper[bot]", "github"), "kind": "bot"}]}),
        World({"repositories": [{"name": "acme/shop"}]}),
        epic("PAY-9"),
        item("PAY-1", **under("PAY-9")),
        item("PAY-2", **under("PAY-9")),
        item("PAY-3", level=-1, parent_ref="jira:work_item:PAY-1"),
        item("WEB-1"),
        item("WEB-2"),
        # carried over the weekend, and beside what was done on Monday itself
        comment("carries", "PAY-1", at(SAT))
        + comment("carries", "WEB-1", at(SUN))
        + comment("carries", "WEB-2", at(NEXT_MON)),
        worklog("part-time", "PAY-1", at(MON), 120),
        # a pull request opened, its commits clipped to its life, and co-authors
        pull("acme/shop#10", "WEB-1", by="author", at=at(TUE), merged_us=at(THU)),
        commit("author", "acme/shop#10", at(SUN), "joint"),
        review("author", "acme/shop#10", at(WED)),
        review("reviewer", "acme/shop#10", at(WED)),
        # names items below two roots, one of them with its epic
        pull("acme/shop#11", "PAY-1", "PAY-9", "WEB-2", by="nobody") + review("reviewer", "acme/shop#11", at(THU)),
        comment("reviewer", "WEB-1", at(THU)),
        # serves nothing that is known
        pull("acme/shop#12", by="joint", at=at(FRI)),
        # moves by hand, and moves that are no work
        change("mover", "PAY-1", "status", "T", "A", at(MON)),
        change("mover", "PAY-2", "description", "a", "b", at(TUE)),
        change("mover", "WEB-1", "labels", "a", "b", at(WED)),
        change("mover", "WEB-1", "status", "T", "A", at(WED), own=True),
        # in hand from Tuesday noon on
        active("OPS-1", "half-day", at(TUE, 13)),
        active("OPS-2", "holder", at(MON, 0)),
        # kept fresh by somebody else
        active("OPS-3", "helped", "2024-02-12T00:00Z") + comment("reviewer", "OPS-3", at(TUE)),
        # handed over on Wednesday at one o'clock
        item("OPS-4", assignees=[account("joint")], status_id="A")
        + change("nobody", "OPS-4", "status", "T", "A", at(MON, 0), id="1")
        + change("nobody", "OPS-4", "assignees", account("handed"), account("joint"), at(WED, 13), id="2"),
        active("OPS-5", "blocked", at(MON, 0), flagged=False)
        + change("nobody", "OPS-5", "flagged", None, "Impediment", at(TUE, 0), id="2")
        + change("nobody", "OPS-5", "flagged", "Impediment", None, at(WED, 13), id="3"),
        # on a branch without a pull request
        World(
            {
                "repository_commits": [
                    {
                        "ref": "github:commit:1",
                        "source": "github",
                        "repository": "acme/shop",
                        "sha": "1",
                        "parents": ["0"],
                        "author": account("pushes", "github"),
                        "authored_us": at(MON),
                        "message": "Straight",
                    }
                ]
            }
        ),
        comment("helper[bot]", "WEB-2", at(MON)),
        comment("newcomer", "WEB-2", at(MON)),
        comment("leaver", "WEB-2", at(MON)) + comment("leaver", "WEB-2", at(THU)),
    ],
)


@pytest.fixture(scope="module")
def known() -> Ledger:
    return ledger(WORLD)


@pytest.fixture(scope="module")
def spent(known: Ledger) -> Shares:
    return shares(known)


def days_of(spent: Shares, who: str) -> dict[tuple[str, str], float]:
    return {(day, key): round(effort, 9) for (one, day, key), effort in spent.items() if one == who}


def test_what_was_done_on_days_off_counts_for_the_next_working_day(spent: Shares) -> None:
    third = round(1 / 3, 9)
    told = {(NEXT_MON, "PAY-1"): third, (NEXT_MON, "WEB-1"): third, (NEXT_MON, "WEB-2"): third}
    assert days_of(spent, "carries") == told


def test_entries_of_time_are_held_against_the_part_of_full_time(spent: Shares, known: Ledger) -> None:
    assert days_of(spent, "part-time")[MON, "PAY-1"] == 0.25
    assert unseen(known)["part-time", MON] == 0.25


def test_code_counts_within_the_life_of_its_pull_request_and_for_co_authors_too(spent: Shares) -> None:
    # The commit of Sunday after the merge counts for the day of the merge; the review of one's own code for nothing.
    assert days_of(spent, "author") == {(TUE, "WEB-1"): 1, (THU, "WEB-1"): 1}
    assert days_of(spent, "joint")[THU, "WEB-1"] == 1


def test_a_review_is_of_somebody_elses_pull_request(spent: Shares) -> None:
    assert days_of(spent, "reviewer")[WED, "WEB-1"] == 1


def test_what_names_two_roots_weighs_half_on_each_and_an_epic_named_with_its_item_nothing(spent: Shares) -> None:
    # A review is 2, halved over two roots, beside a comment of 1.
    thursday = {key: effort for (day, key), effort in days_of(spent, "reviewer").items() if day == THU}
    third = round(1 / 3, 9)
    assert thursday == {"PAY-1": third, "WEB-2": third, "WEB-1": third}


def test_code_that_names_no_item_goes_to_itself(spent: Shares) -> None:
    assert days_of(spent, "joint")[FRI, "acme/shop#12"] == 1
    assert days_of(spent, "pushes") == {(MON, "acme/shop"): 1}


def test_only_changes_of_status_and_of_the_text_are_work(spent: Shares) -> None:
    assert days_of(spent, "mover") == {(MON, "PAY-1"): 1, (TUE, "PAY-2"): 1}


def test_what_is_in_hand_tells_of_presence_for_ten_working_days(spent: Shares) -> None:
    days = sorted(day for day, _ in days_of(spent, "holder"))
    assert (days[0], days[-1], len(days)) == (MON, "2024-03-18", 11)


def test_part_of_a_day_in_hand_is_all_that_is_known_of_it(spent: Shares) -> None:
    assert days_of(spent, "half-day")[TUE, "OPS-1"] == 1  # by itself it takes the day, however short it was in hand


def test_anybodys_work_on_an_item_keeps_it_in_hand(spent: Shares) -> None:
    days = sorted(day for day, _ in days_of(spent, "helped"))
    assert (days[0], days[-1]) == (TUE, "2024-03-19")


def test_an_item_is_in_the_hands_of_whoever_has_it_then(spent: Shares) -> None:
    assert sorted(day for day, _ in days_of(spent, "handed")) == [MON, TUE, WED]
    assert min(day for day, key in days_of(spent, "joint") if key == "OPS-4") == WED


def test_what_is_blocked_is_in_nobodys_hands(spent: Shares) -> None:
    assert sorted(day for day, _ in days_of(spent, "blocked"))[:3] == [MON, WED, THU]


def test_work_before_the_first_day_counts_for_it_and_after_the_last_for_none(spent: Shares) -> None:
    assert days_of(spent, "newcomer") == {(NEXT_TUE, "WEB-2"): 1}
    assert days_of(spent, "leaver") == {(MON, "WEB-2"): 1}


def test_programs_are_nobody(known: Ledger) -> None:
    assert all("bot" not in name for name in known.capacity.roster.ids)


def test_five_silent_working_days_in_a_row_are_absence_and_four_are_unobserved(known: Ledger) -> None:
    silent = {day for who, day in unseen(known) if who == "carries"}
    assert silent == set()  # the week before, and the two after
    assert {day for who, day in unseen(known) if who == "leaver"} == {TUE, WED}


def test_a_sub_task_lies_below_the_root_of_its_parent(known: Ledger) -> None:
    roots = known.subjects.roots.inner_join(known.subjects.numbers, "subject")
    tops = known.subjects.numbers.select(root="subject", top="ref")
    told = {row["ref"][-5:]: row["top"][-5:] for row in roots.inner_join(tops, "root").to_pyarrow().to_pylist()}
    assert told == {"PAY-1": "PAY-9", "PAY-2": "PAY-9", "PAY-3": "PAY-9"}


def test_nothing_that_leaves_the_package_has_a_person_in_it(known: Ledger) -> None:
    assert known.by_item.columns == ("ref", "team", "day", "effort")
    assert known.by_item.effort.type().is_decimal()
    total = sum(row["effort"] for row in known.by_item.to_pyarrow().to_pylist())
    assert float(total) == pytest.approx(sum(shares(known).values()))


NOTHING = table({"bucket": "string", "day": "int64", "state": "string"}, [])
WHOLE = Span(number_of(SINCE), number_of(SINCE) + 21)


def tagged(*keys: str, objective: str) -> Any:
    told = {"kind": "work_item", "outcome": "tagged", "weight": 1.0, "origin": "rule", "distance": 0}
    return buckets(table(TAGS, [{"ref": ref_of(key), "objective": objective, **told} for key in keys]))


@pytest.fixture(scope="module")
def untagged(known: Ledger) -> Population:
    return population(known, tagged(objective=""), NOTHING, WHOLE)


def by_bucket(told: Population) -> Counter[str | None]:
    total: Counter[str | None] = Counter()
    for piece in told.pieces:
        total["unseen" if piece.state == "unseen" else piece.bucket] += piece.effort
    return total


def test_effort_of_disjoint_periods_adds_up(known: Ledger, untagged: Population) -> None:
    middle = WHOLE.first_day + 9
    halves = [Span(WHOLE.first_day, middle), Span(middle, WHOLE.until_day)]
    apart = sum((by_bucket(population(known, tagged(objective=""), NOTHING, half)) for half in halves), Counter())
    assert apart == by_bucket(untagged)


def test_effort_of_disjoint_groups_adds_up(untagged: Population) -> None:
    observed = sum(sum(spent.values()) for spent in untagged.observed.values())
    assert by_bucket(untagged)[None] == observed
    everybody = sum(sum(vector.values()) for vector in untagged.people.values())
    assert everybody == sum(by_bucket(untagged).values())


def test_tags_decide_where_effort_lands_and_never_how_much_there_is(known: Ledger, untagged: Population) -> None:
    some = population(known, tagged("PAY-1", "OPS-2", objective="growth"), NOTHING, WHOLE)
    before, after = by_bucket(untagged), by_bucket(some)
    assert after["growth"] + after[None] == before[None]
    assert after["growth"] == sum(
        round(effort * UNIT) for (_, _, key), effort in shares(known).items() if key in ("PAY-1", "OPS-2")
    )


def test_where_everything_serves_one_objective_it_takes_all_that_was_observed(
    known: Ledger, untagged: Population
) -> None:
    refs = {row["ref"] for row in known.spent.select("ref").distinct().to_pyarrow().to_pylist()}
    told = {"kind": "work_item", "outcome": "tagged", "weight": 1.0, "origin": "rule", "objective": "growth"}
    every = buckets(table(TAGS, [{"ref": ref, **told} for ref in sorted(refs)]))
    one = by_bucket(population(known, every, NOTHING, WHOLE))
    assert one["growth"] == by_bucket(untagged)[None]
    assert one[None] == 0
