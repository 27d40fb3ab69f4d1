"""Planning projects: boards, their columns and fields, and items with their values, read whole by the hour."""

import asyncio
import json
from typing import Any, TypeVar

import pytest

from connectors.records import Board, BoardColumn, BoardItem, Field, ItemRef, Tombstone
from connectors.twin import github_boards
from connectors.twin.faults import Answer, Injection
from connectors.twin.github_state import GitHubHost
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import (
    DEV,
    connect,
    fetch,
    host_of,
    hours,
    issue,
    poll_of,
    pull,
    read,
    repository,
    staged,
)

T = TypeVar("T")
HOUR_S, DAY_S = 3600.0, 86_400.0

STATUS = {
    "__typename": "ProjectV2SingleSelectField",
    "id": "PVTSSF_status",
    "name": "Status",
    "dataType": "SINGLE_SELECT",
    "options": [{"id": "o1", "name": "Todo"}, {"id": "o2", "name": "Done"}],
}
POINTS = {"__typename": "ProjectV2Field", "id": "PVTF_points", "name": "Points", "dataType": "NUMBER"}
ROUND = {
    "__typename": "ProjectV2IterationField",
    "id": "PVTIF_round",
    "name": "Round",
    "dataType": "ITERATION",
    "configuration": {
        "duration": 14,
        "startDay": 1,
        "iterations": [{"id": "i2", "title": "Round 2", "startDate": "2026-02-01", "duration": 14}],
        "completedIterations": [{"id": "i1", "title": "Round 1", "startDate": "2026-01-15", "duration": 14}],
    },
}


def status(option: str) -> dict[str, Any]:
    return {"__typename": "ProjectV2ItemFieldSingleSelectValue", "field": "PVTSSF_status", "optionId": option}


def points(number: float) -> dict[str, Any]:
    return {"__typename": "ProjectV2ItemFieldNumberValue", "field": "PVTF_points", "number": number}


def round_(iteration: str) -> dict[str, Any]:
    return {"__typename": "ProjectV2ItemFieldIterationValue", "field": "PVTIF_round", "iterationId": iteration}


def place(number: int, *values: dict[str, Any], **fields: Any) -> dict[str, Any]:
    told = {
        "id": f"PVTI_{number}",
        "content": f"I_{number}",
        "isArchived": False,
        "createdAt": hours(number),
        "updatedAt": hours(number + 1),
        "fieldValues": [{**value, "createdAt": hours(1), "updatedAt": hours(1)} for value in values],
    }
    return told | fields


def board(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    told = {
        "id": "PVT_map",
        "title": "Road map",
        "number": 1,
        "closed": False,
        "createdAt": hours(0),
        "updatedAt": hours(1),
        "url": "https://github.com/orgs/acme/projects/1",
        "fields": [dict(STATUS), dict(POINTS), dict(ROUND)],
        "items": list(items),
    }
    return told | fields


def host(*boards: dict[str, Any], **fields: Any) -> GitHubHost:
    owner = {"login": "acme", "id": "O_acme", "projectsV2": list(boards)}
    return host_of(
        repository(issues=[issue(n) for n in range(1, 4)], pullRequests=[pull(9)]), organizations=[owner], **fields
    )


def all_of(stored: Stored, kind: type[T]) -> list[T]:
    return [record for record in stored.records.values() if isinstance(record, kind)]


def item(stored: Stored, number: int) -> BoardItem:
    found = stored.records[f"github:board_item:PVTI_{number}"]
    assert isinstance(found, BoardItem)
    return found


def polled_again(stage: Stage, stored: Stored, *, after_s: float) -> int:
    """How many requests another poll takes that much later; `stored` holds what it brought."""
    stage.clock.wind(after_s)
    stored.records.clear()
    stored.gaps.clear()
    asked = len(stage.requests)
    read(stage, stored)
    return len(stage.requests) - asked


def tombstones(stage: Stage, stored: Stored) -> list[Tombstone]:
    """Those of another poll."""

    async def poll() -> list[Tombstone]:
        source = connect(stage)
        try:
            return [one async for batch in source.poll(stored.memory) for one in batch.tombstones]
        finally:
            await source.close()

    return asyncio.run(poll())


class TestRecords:
    def test_a_board_has_the_options_of_its_status_as_columns_and_its_fields_by_id(self) -> None:
        with staged(host(board())) as stage:
            stored = poll_of(stage)
        (told,) = all_of(stored, Board)
        assert (told.ref, told.name, told.kind, told.closed) == ("github:board:PVT_map", "Road map", "project", False)
        columns = stored.children["github:board:PVT_map", "board_columns"]
        assert columns.complete
        assert [(row.id, row.index, row.name) for row in columns.rows if isinstance(row, BoardColumn)] == [
            ("o1", 0, "Todo"),
            ("o2", 1, "Done"),
        ]
        fields = {field.id: (field.name, field.type) for field in all_of(stored, Field)}
        assert fields == {
            "PVTSSF_status": ("Status", "SINGLE_SELECT"),
            "PVTF_points": ("Points", "NUMBER"),
            "PVTIF_round": ("Round", "ITERATION"),
        }

    def test_an_item_has_its_values_by_field_with_the_options_that_were_chosen(self) -> None:
        with staged(host(board(place(1, status("o2"), points(5), round_("i1"))))) as stage:
            told = item(poll_of(stage), 1)
        assert (told.item_ref, told.board, told.status) == ("github:issue:I_1", "github:board:PVT_map", "Done")
        assert json.loads(told.values) == {
            "PVTF_points": {"name": "Points", "value": 5},
            "PVTIF_round": {"name": "Round", "value": "Round 1", "option": "i1"},
            "PVTSSF_status": {"name": "Status", "value": "Done", "option": "o2"},
        }

    def test_a_pull_request_a_draft_and_what_is_hidden_have_places_too(self) -> None:
        draft = place(2, content={"__typename": "DraftIssue", "title": "Perhaps", "id": "DI_1"})
        hidden = place(3, content="I_elsewhere", isArchived=True)
        with staged(host(board(place(9, content="PR_9"), draft, hidden))) as stage:
            stored = poll_of(stage)
        assert item(stored, 9).item_ref == "github:pull_request:PR_9"
        assert (item(stored, 2).item_ref, item(stored, 2).title) == (None, "Perhaps")
        assert (item(stored, 3).item_ref, item(stored, 3).title, item(stored, 3).archived) == (None, None, True)
        assert not stored.gaps

    def test_a_board_of_a_user_is_read_as_well(self) -> None:
        owner = {"__typename": "User", "login": "acme", "id": "U_acme", "projectsV2": [board(place(1))]}
        users = host_of(repository(owner=owner, issues=[issue(1)]), users=[owner])
        with staged(users) as stage:
            assert item(poll_of(stage), 1).item_ref == "github:issue:I_1"


class TestWhatIsAskedAndWhen:
    def test_a_thousand_items_take_ten_requests(self) -> None:
        """github.md §2a."""
        with staged(host(board(*(place(n, points(n)) for n in range(1000))))) as stage:
            stored = poll_of(stage)
            asked = [request for request in stage.requests.seen if b"fieldValues" in request.body]
        assert len(all_of(stored, BoardItem)) == 1000
        assert len(asked) == 10

    def test_they_are_swept_by_the_hour_and_not_before(self) -> None:
        github = host(board(place(1, status("o1"))))
        with staged(github) as stage:
            stored = poll_of(stage)
            assert polled_again(stage, stored, after_s=60) == 1
            place_ = github.organizations[0]["projectsV2"][0]["items"][0]
            github_boards.set_value(github, place_, github.by_id["PVTF_points"], points(8), at=hours(900), by=DEV)
            polled_again(stage, stored, after_s=HOUR_S)
        assert json.loads(item(stored, 1).values)["PVTF_points"]["value"] == 8

    def test_values_beyond_a_page_are_read_to_their_end(self) -> None:
        """github.md §5, row 4: every nested list is drained."""
        many = [{**POINTS, "id": f"PVTF_{n}", "name": f"Field {n}"} for n in range(120)]
        values = [{**points(n), "field": f"PVTF_{n}"} for n in range(120)]
        with staged(host(board(place(1, *values), fields=[dict(STATUS), *many]))) as stage:
            told = item(poll_of(stage), 1)
        assert len(json.loads(told.values)) == 120

    def test_what_left_the_board_is_gone_once_it_answers_no_more(self) -> None:
        github = host(board(place(1), place(2)))
        with staged(github) as stage:
            stored = poll_of(stage)
            items = github.organizations[0]["projectsV2"][0]["items"]
            del github.by_id[items.pop()["id"]]
            github.changed(github.organizations[0]["projectsV2"][0])
            stage.clock.wind(HOUR_S)
            (told,) = tombstones(stage, stored)
        assert (told.ref, told.reason) == ("github:board_item:PVTI_2", "deleted_or_hidden")

    def test_what_is_not_listed_and_answers_by_its_id_is_not_gone(self) -> None:
        github = host(board(place(1), place(2)))
        with staged(github) as stage:
            stored = poll_of(stage)
            kept = github.organizations[0]["projectsV2"][0]["items"].pop()
            kept["isArchived"] = True
            github.changed(github.organizations[0]["projectsV2"][0], kept)
            stage.clock.wind(HOUR_S)
            assert not tombstones(stage, stored)
            polled_again(stage, stored, after_s=0)
        assert item(stored, 2).archived

    def test_an_item_is_fetched_by_its_ref(self) -> None:
        refs = [ItemRef("github", "board_item", "PVTI_1"), ItemRef("github", "board_item", "PVTI_none")]
        with staged(host(board(place(1, status("o1"))))) as stage:
            stored = poll_of(stage)
            told = fetch(stage, refs, stored)
        assert [record.status for record in told.records if isinstance(record, BoardItem)] == ["Todo"]
        assert [gap.ref for gap in told.gaps] == ["github:board_item:PVTI_none"]


class TestFaults:
    def test_without_the_permission_it_is_told_with_the_fix_and_asked_again_after_a_day(self) -> None:
        """github.md §5, row 15, and §3: a classic token without read:project is refused the whole question."""
        refusal = {"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "Your token has not been granted the scopes"}]}
        fault = Answer(status=200, body=json.dumps(refusal))
        with staged(
            host(board(place(1))), Injection(fault=fault, body="projectsV2", operation="lists", times=None)
        ) as stage:
            stored = poll_of(stage)
            (gap,) = stored.gaps
            assert gap.stream == "acme boards"
            assert "read:project" in gap.cause
            assert "github:issue:I_1" in stored.records
            assert polled_again(stage, stored, after_s=HOUR_S) <= 2
            assert not stored.gaps
            polled_again(stage, stored, after_s=DAY_S)
            assert len(stored.gaps) == 1

    @pytest.mark.parametrize(
        "error",
        [
            {
                "message": "Field 'projectsV2' doesn't exist on type 'Organization'",
                "extensions": {"code": "undefinedField"},
            },
            {"message": "No such type ProjectV2", "extensions": {"code": "undefinedType"}, "locations": [{"line": 1}]},
        ],
        ids=["field", "type"],
    )
    def test_a_server_without_boards_is_a_gap_and_all_else_is_read(self, error: dict[str, Any]) -> None:
        """github.md §3: the schemas of Enterprise Servers lack what github.com has."""
        fault = Answer(status=200, body=json.dumps({"errors": [error]}))
        with staged(
            host(board(place(1))), Injection(fault=fault, body="projectsV2", operation="lists", times=None)
        ) as stage:
            stored = poll_of(stage)
            (gap,) = stored.gaps
            assert gap.stream == "acme boards"
            assert "this server has no such boards" in gap.cause
            assert "token" not in gap.cause, "no permission would help"
            assert "github:issue:I_1" in stored.records
            asked = len(stage.requests)
            polled_again(stage, stored, after_s=60)
            assert len(stage.requests) - asked == 1

    def test_owners_that_cannot_be_read_are_a_gap_and_all_else_is_read(self) -> None:
        """github.md §5, row 15."""
        fault = Answer(status=200, body=json.dumps({"errors": [{"type": "FORBIDDEN", "message": "No"}]}))
        with staged(host(board(place(1))), Injection(fault=fault, operation="owners", times=None)) as stage:
            stored = poll_of(stage)
        assert {gap.stream for gap in stored.gaps} == {"boards", "teams"}
        assert "github:issue:I_1" in stored.records

    def test_a_private_board_that_is_counted_and_not_shown_is_told(self) -> None:
        """github.md §3: bots may not see private projects even with the permission."""

        def hide(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" else ():
                if "PVT_map" in str(node) and "closed" in str(node):
                    node["rows"]["nodes"] = []
            return answer

        with staged(host(board(place(1))), change=hide) as stage:
            (gap,) = poll_of(stage).gaps
        assert "0 of 1" in gap.cause
        assert "personal token" in gap.cause

    def test_a_sweep_that_was_cut_short_makes_nothing_gone(self) -> None:
        """github.md §5, row 27: an error never means an empty set."""
        github, cut = host(board(place(1), place(2))), []

        def shorten(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" and cut else ():
                if "PVTI_" in str(node):
                    node["rows"]["nodes"] = node["rows"]["nodes"][:1]
            return answer

        with staged(github, change=shorten) as stage:
            stored = poll_of(stage)
            cut.append(True)
            stage.clock.wind(HOUR_S)
            assert not tombstones(stage, stored)

    def test_a_board_that_is_shown_no_more_is_told_and_its_items_stay(self) -> None:
        github = host(board(place(1)))
        with staged(github) as stage:
            stored = poll_of(stage)
            github.organizations[0]["projectsV2"].clear()
            github.changed(github.organizations[0])
            stage.clock.wind(HOUR_S)
            assert not tombstones(stage, stored)
            polled_again(stage, stored, after_s=0)
        assert [(gap.stream, gap.ref) for gap in stored.gaps] == [("acme boards", "github:board:PVT_map")]

    def test_one_odd_item_spoils_no_other(self) -> None:
        def odd(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" else ():
                for row in node["rows"]["nodes"] if node else ():
                    if row.get("id") == "PVTI_2":
                        row["updatedAt"] = "soon"
            return answer

        with staged(host(board(place(1), place(2))), change=odd) as stage:
            stored = poll_of(stage)
        assert [one.ref for one in all_of(stored, BoardItem)] == ["github:board_item:PVTI_1"]
        assert [gap.ref for gap in stored.gaps] == ["github:board_item:PVTI_2"]
