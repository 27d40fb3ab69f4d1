"""From Jira's own histories to stays in statuses: jira.md §7, rule by rule."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from connectors.jira import wire
from connectors.jira.fields import Roles
from connectors.jira.parse import Parser, Read
from connectors.records import Change
from sync.reconcile import timeline
from sync.reconcile.counted import counted
from sync.reconcile.thresholds import Thresholds
from tests.builders import micros, ref_of, tables

CREATED = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = CREATED + timedelta(days=30)
CREATED_US, NOW_US = micros(CREATED), micros(NOW)

Json = dict[str, Any]
Stay = tuple[float, float, str]
STATUSES = [
    {"ref": f"jira:status:{identity}", "source": "jira", "id": identity, "name": name, "project": project}
    for identity, name, project in [
        ("1", "To Do", None),
        ("2", "Doing", None),
        ("3", "Done", None),
        ("4", "Done", "WEB"),
        ("5", "Doing", "PAY"),
    ]
]


def history(identity: int, after: float, *moves: tuple[str | None, str | None], **texts: str) -> Json:
    """A history so many days after the creation, with a move between status ids for each pair."""
    at = (CREATED + timedelta(days=after)).isoformat(timespec="milliseconds")
    items = [{"field": "status", "fieldId": "status", "from": a, "to": b} | texts for a, b in moves]
    return {"id": str(identity), "created": at.replace("+00:00", "+0000"), "items": items}


def stays(*histories: Json, status: str) -> list[Stay]:
    """In days after the creation, from when until when the issue was in which status."""
    return [
        ((row["start_us"] - CREATED_US) / 86_400e6, (row["end_us"] - CREATED_US) / 86_400e6, row["status_id"])
        for row in rows([(list(histories), status)])[0]
    ]


def rows(issues: list[tuple[list[Json], str]]) -> list[list[Json]]:
    """The stays of issues, each told by its histories and where it is now."""
    instants = {"created_us": CREATED_US, "updated_us": NOW_US}
    told = tables(
        work_items=[
            {"key": f"PAY-{n}", "level": 0, "status_id": status, **instants} for n, (_, status) in enumerate(issues)
        ],
        changes=[_row(f"PAY-{n}", change) for n, (told, _) in enumerate(issues) for change in parsed(told)],
        statuses=STATUSES,
    )
    items = counted(told["work_items"], Thresholds())
    moves = timeline.moves(items, told["changes"], told["statuses"])
    found = timeline.stays(items, moves, as_of_us=NOW_US).join(items.select("item", "ref"), "item")
    listed = found.order_by(["start_us", "end_us"]).to_pyarrow().to_pylist()
    return [[row for row in listed if row["ref"] == ref_of(f"PAY-{n}")] for n in range(len(issues))]


def parsed(histories: list[Json]) -> tuple[Change, ...]:
    stamped = {"created": CREATED.isoformat(), "updated": NOW.isoformat()}
    issue = wire.Issue(id="7", key="PAY-7", fields=_raw(stamped))
    read = Parser(source="jira", url="", roles=Roles(), parents={}).read(
        [Read(issue=issue, histories=[_raw(history) for history in histories])]
    )
    assert not read.unread
    return read.children[-1].rows  # type: ignore[return-value]


def _row(key: str, change: Change) -> Json:
    told = msgspec.structs.asdict(change)
    columns = ("id", "index", "field", "field_id", "from_id", "from_text", "to_id", "to_text", "author")
    return {"item_ref": ref_of(key), "at_us": micros(change.at), **{name: told[name] for name in columns}}


def _raw(document: Json) -> Raw:
    return Raw(json.dumps(document).encode())


def test_the_first_stay_is_where_the_first_change_came_from() -> None:
    """Rule 3: no changelog tells the first status."""
    assert stays(history(1, 4, ("1", "2")), status="2") == [(0, 4, "1"), (4, 30, "2")]
    assert stays(status="1") == [(0, 30, "1")]


def test_histories_of_one_instant_go_by_their_number() -> None:
    """Rule 1: editions answer in different orders, and 10 comes after 9. # fivetran/dbt_jira#190"""
    told = [history(10, 4, ("2", "3")), history(9, 4, ("1", "2"))]
    assert stays(*told, status="3") == stays(*told[::-1], status="3") == [(0, 4, "1"), (4, 30, "3")]


def test_several_moves_in_one_history_go_by_their_place() -> None:
    """Rule 2 (apache/devlake#9057): the last one holds, and none replaces another."""
    assert stays(history(1, 4, ("1", "2"), ("2", "3")), status="3") == [(0, 4, "1"), (4, 30, "3")]
    assert [(row.id, row.index) for row in parsed([history(1, 4, ("1", "2"), ("2", "3"))])] == [("1", 0), ("1", 1)]


def test_a_status_told_by_its_name_alone_is_found_where_but_one_has_it() -> None:
    """Rule 4: `Done` of WEB is none of this project's; of two that are called `Doing` neither is guessed."""
    done = history(1, 4, ("1", None), toString="Done")
    assert stays(done, status="3") == [(0, 4, "1"), (4, 30, "3")]
    doing = history(1, 4, ("1", None), toString="Doing")
    assert stays(doing, history(2, 6, ("2", "3")), status="3") == [(0, 4, "1"), (4, 6, "Doing"), (6, 30, "3")]


def test_a_break_in_the_chain_leaves_no_hole() -> None:
    """Rule 5: a move from elsewhere, and an issue that is elsewhere than its last move led. # apache/devlake#5876"""
    assert stays(history(1, 4, ("1", "2")), history(2, 6, ("9", "3")), status="3") == [
        (0, 4, "1"),
        (4, 6, "2"),
        (6, 30, "3"),
    ]
    found = stays(history(1, 4, ("1", "2")), status="3")
    assert [status for *_, status in found] == ["1", "2", "3"]
    assert found[-1][1] == 30


def test_a_move_to_the_same_status_keeps_time_going() -> None:
    """Rule 5: moves between projects tell such changes."""
    assert sum(end - start for start, end, _ in stays(history(1, 4, ("1", "1")), status="1")) == 30


def test_a_history_from_before_the_creation_counts_from_it() -> None:
    """Rule 10: imports bring old dates."""
    assert stays(history(1, -9, ("1", "2")), history(2, 3, ("2", "3")), status="3") == [(0, 3, "2"), (3, 30, "3")]


steps = st.lists(
    st.tuples(st.integers(-3, 30), st.sampled_from("123"), st.sampled_from(["1", "2", "3", None])), max_size=12
)


@settings(max_examples=3, deadline=None)
@given(st.lists(st.tuples(steps, st.sampled_from("123")), min_size=20, max_size=40), st.randoms(use_true_random=False))
def test_stays_tile_the_life_of_an_item_whatever_its_history_says(
    told: list[tuple[list[tuple[int, str, str | None]], str]], random: Any
) -> None:
    """Rule 17: from creation to now without gap or overlap, whatever order the histories come in, however often."""
    issues = [
        ([history(n, day, (a, b), toString="Doing") for n, (day, a, b) in enumerate(moves, start=1)], status)
        for moves, status in told
    ]
    shuffled = [(random.sample(histories * 2, k=2 * len(histories)), status) for histories, status in issues]
    found = rows(issues)
    assert rows(shuffled) == found
    for of_one in found:
        assert (of_one[0]["start_us"], of_one[-1]["end_us"]) == (CREATED_US, NOW_US)
        assert all(earlier["end_us"] == later["start_us"] for earlier, later in pairwise(of_one))
        assert sum(row["end_us"] - row["start_us"] for row in of_one) == NOW_US - CREATED_US
