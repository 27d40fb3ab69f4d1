"""Since when items serve an objective, and what was in its scope at any midnight (metrics.md §6.1, §6.4)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pytest

from mappings.links import LINKS
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.flow import flow
from sync.reconcile.membership import membership
from sync.reconcile.scope_history import Edges, Entry, History, Standing, Weekly, histories
from sync.reconcile.thresholds import DISCARDED, Thresholds
from sync.snapshot import Snapshot
from tests.builders import micros, ref_of, table
from tests.sync.reconcile.flows import WORKFLOW, Told, categories, change, snapshot, told, written

AS_OF = "2026-11-25T08:00Z"
ZONE = ZoneInfo("Europe/Berlin")
MONDAYS = tuple(date(2026, 11, day) for day in (2, 9, 16, 23))
EDGES = Edges(mondays=MONDAYS, others=(date(2026, 11, 1), date(2026, 11, 12)))
STRATEGY = Strategy(objectives=(Objective(id="growth", name="G"), Objective(id="checkout", name="C", parent="growth")))
BORN = "2026-10-01T09:00Z"


def labelled(before: str | None, after: str, at: str) -> dict[str, Any]:
    return change("labels", before, after, at, identity="50")


def moved_under(parent: str, at: str) -> dict[str, Any]:
    return {**change("parent", None, parent, at, identity="51"), "to_id": ref_of(parent)}


#: Key → what is known of it, and the tag that it has.
WORLD: dict[str, tuple[Told, dict[str, Any]]] = {
    "PAY-1": (told(created=BORN).also(labelled("big", "big cart", "2026-11-03T09:00Z")), {}),
    "PAY-2": (told(created=BORN).also(labelled("cart", "cart big", "2026-11-03T09:00Z")), {}),
    "PAY-3": (
        told(created=BORN, parent_ref=ref_of("PAY-90")).also(moved_under("PAY-90", "2026-11-10T09:00Z")),
        {"origin": "inherited", "via_ref": ref_of("PAY-90")},
    ),
    "PAY-4": (told(created=BORN), {"origin": "inherited", "via_ref": ref_of("PAY-91")}),
    "PAY-5": (told(created=BORN), {"origin": "linked"}),
    "PAY-6": (told(created=BORN, has_history=False, resolved_us="2026-11-11T09:00Z", status_id="D"), {}),
    "PAY-7": (told("A 2026-11-02T09:00Z", "D 2026-11-05T09:00Z", created=BORN), {}),
    "PAY-8": (told("A 2026-11-02T09:00Z", "D 2026-11-05T09:00Z", created=BORN, resolution="Won't Do"), {}),
    "PAY-9": (
        told("D 2026-11-05T09:00Z", "A 2026-11-13T09:00Z", "D 2026-11-18T09:00Z", created="2026-11-04T09:00Z"),
        {},
    ),
    "PAY-10": (
        told("D 2026-11-05T09:00Z", "A 2026-11-18T09:00Z", created=BORN).also(
            change("resolution", None, "Declined", "2026-11-05T09:00Z"),
            change("resolution", "Declined", None, "2026-11-18T09:00Z"),
        ),
        {},
    ),
    "PAY-11": (
        told("D 2026-11-05T09:00Z", created=BORN).also(labelled(None, "cart", "2026-11-17T09:00Z")),
        {},
    ),
    "PAY-91": (told(created=BORN, level=1).also(labelled(None, "cart", "2026-11-12T09:00Z")), {}),
}
SAID = {"kind": "work_item", "outcome": "tagged", "objective": "checkout", "weight": 1.0, "origin": "rule"}
CLAUSE = "labels: [cart, basket]"


def as_it_was(item: Told, at: str) -> Told:
    """The item without what happened from then on."""
    before = [row for row in item.changes if micros(row["at_us"]) < micros(at)]
    status = [row["to_id"] for row in before if row["field"] == "status"]
    resolution = [row["to_text"] for row in before if row["field"] == "resolution"]
    held = {"resolution": resolution[-1]} if resolution else {}
    if item.item.get("has_history", True):
        held["status_id"] = status[-1] if status else "T"
    return Told({**item.item, **held}, before)


def facts(as_of: str = AS_OF, *, untagged: Collection[str] = ()) -> tuple[Snapshot, dict[str, ibis.Table]]:
    world = {key: (as_it_was(item, as_of), tag) for key, (item, tag) in WORLD.items()}
    work_items, changes = written({key: item for key, (item, _) in world.items()})
    tags = [
        {"ref": ref_of(key), **SAID, "clause": CLAUSE, **tag} for key, (_, tag) in world.items() if key not in untagged
    ]
    beside = {
        "tags": table(TAGS, tags),
        "links": table(LINKS, []),
        "categories": categories({"PAY": WORKFLOW}),
    }
    return snapshot(as_of=as_of, work_items=work_items, changes=changes), beside


def members_and_histories(known: Snapshot, beside: Mapping[str, ibis.Table]) -> tuple[list[Any], dict[str, History]]:
    flowed = flow(known, links=beside["links"], status_categories=beside["categories"], thresholds=Thresholds())
    changes = known["changes"]
    members = membership(flowed.items, beside["tags"], changes, STRATEGY).cache()
    found = histories(
        flowed.items,
        flowed.runs,
        members,
        changes,
        discarded=DISCARDED,
        edges=EDGES,
        zone=ZONE,
        as_of=known.as_of,
    )
    return members.order_by("ref", "scope").to_pyarrow().to_pylist(), found


@pytest.fixture(scope="module")
def reckoned() -> tuple[list[Any], dict[str, History]]:
    return members_and_histories(*facts())


@pytest.fixture(scope="module")
def history(reckoned: tuple[list[Any], dict[str, History]]) -> History:
    return reckoned[1]["checkout"]


@pytest.mark.parametrize(
    ("key", "since", "is_dated"),
    [
        ("PAY-1", "2026-11-03T09:00Z", True),  # the label that the rule asks for was put on
        ("PAY-2", BORN, True),  # it was there already
        ("PAY-3", "2026-11-10T09:00Z", True),  # came under a parent that serves it
        ("PAY-4", "2026-11-12T09:00Z", True),  # the parent came to serve it
        ("PAY-5", BORN, False),  # a link has no date
        ("PAY-6", BORN, False),  # nothing is known of what changed
        ("PAY-7", BORN, True),
    ],
)
def test_since_when_an_item_serves(
    reckoned: tuple[list[Any], dict[str, History]], key: str, since: str, is_dated: bool
) -> None:
    rows = {(row["ref"], row["scope"]): row for row in reckoned[0]}
    for scope in ("checkout", "growth"):
        row = rows[ref_of(key), scope]
        assert (row["since_us"], row["is_dated"]) == (micros(since), is_dated)


def test_containers_are_in_no_scope(reckoned: tuple[list[Any], dict[str, History]]) -> None:
    assert {row["ref"] for row in reckoned[0]} == {ref_of(key) for key in WORLD} - {ref_of("PAY-91")}


@pytest.mark.parametrize(
    ("day", "scope", "delivered"),
    [
        # 2, 5, 6, 7, 8, 10 from their creation on
        (date(2026, 11, 1), 6, 0),
        (date(2026, 11, 2), 6, 0),
        # 1 and 9 came in; 7 and 9 were delivered; 8 and 10 were discarded
        (date(2026, 11, 9), 6, 2),
        # 3 came in; 6 was delivered
        (date(2026, 11, 12), 7, 3),
        # 4 came in; 9 was opened again
        (date(2026, 11, 16), 8, 2),
        # 11 came in, delivered; 9 was delivered again; 10 was taken up again
        (date(2026, 11, 23), 10, 4),
    ],
)
def test_scope_and_deliveries_at_a_midnight(history: History, day: date, scope: int, delivered: int) -> None:
    assert history.at(history.edge(day)) == Standing(scope=scope, delivered=delivered)


def test_now_is_the_instant_of_asking(history: History) -> None:
    assert history.at(history.now) == Standing(scope=10, delivered=4)
    assert history.assumed == 2


def test_weeks_as_they_were_known_at_a_midnight(history: History) -> None:
    """Of the first week: 7 and 9 delivered; added 1 and 9, less 8 and 10."""
    assert history.weeks(MONDAYS[:2], known_at=history.edge(MONDAYS[1])) == [Weekly(delivered=2, added=0)]


def test_what_is_known_at_a_midnight_was_known_then(history: History) -> None:
    """Asked on the 12th, without what happened later and without the tags of what came to serve it later."""
    _, found = members_and_histories(*facts("2026-11-11T23:00Z", untagged=("PAY-4", "PAY-11")))
    then, edge = found["checkout"], history.edge(date(2026, 11, 12))
    assert then.at(then.now) == history.at(edge)
    assert then.weeks(MONDAYS[:2], known_at=then.now) == history.weeks(MONDAYS[:2], known_at=edge)


def test_weeks_as_they_are_known_now(history: History) -> None:
    """The delivery of 9 was taken back, 10 is no discard any more, and 11 was delivered and came in all along."""
    assert history.weeks(MONDAYS, known_at=history.now) == [
        Weekly(delivered=2, added=2),
        Weekly(delivered=1, added=2),
        Weekly(delivered=1, added=0),
    ]


def test_what_weeks_brought_adds_up(history: History) -> None:
    first, now = (history.at(history.edge(monday)) for monday in (MONDAYS[0], MONDAYS[-1]))
    weeks = history.weeks(MONDAYS, known_at=history.edge(MONDAYS[-1]))
    assert first.remaining + sum(week.change for week in weeks) == now.remaining


def test_a_parent_has_the_scope_of_its_children(reckoned: tuple[list[Any], dict[str, History]]) -> None:
    assert reckoned[1]["growth"].entries == reckoned[1]["checkout"].entries


def test_a_sweep_is_neither_delivery_nor_loss() -> None:
    entries = (Entry("added", 0, 0, 3, 30), Entry("swept", 1, 1, 3, 25), Entry("delivered", 1, 1, 3, 2))
    told = History(edges=MONDAYS[:2], entries=entries)
    assert told.at(told.now) == Standing(scope=30, delivered=27)
    assert told.weeks(MONDAYS[:2], known_at=told.now) == [Weekly(delivered=2, added=0)]


def test_postgresql_and_duckdb_agree(postgres: Any, reckoned: tuple[list[Any], dict[str, History]]) -> None:
    known, beside = facts()
    there = {
        name: postgres.create_table(f"scope_{name}", each.to_pyarrow(), temp=True)
        for name, each in known.tables.items()
    }
    more = {
        name: postgres.create_table(f"scope_beside_{name}", each.to_pyarrow(), temp=True)
        for name, each in beside.items()
    }
    assert members_and_histories(Snapshot(as_of=known.as_of, digest="", tables=there), more) == reckoned
