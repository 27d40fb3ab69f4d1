"""Items told in a few words, and their flow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import ibis.expr.types as ir

from sync.reconcile.flow import flow
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, table, tables

DAY_US = 86_400_000_000
LINKS = dict.fromkeys(("item_ref", "to_ref", "to_key", "class", "place", "outcome"), "string")
CATEGORIES = {
    **dict.fromkeys(("source", "project", "status_id", "status", "category"), "string"),
    **dict.fromkeys(("commitment", "blocked", "mapped"), "boolean"),
}
#: A: active, W: waiting, T: todo, D: done, and X: a status mapped as blocked; S: todo, and commits
WORKFLOW = {"T": "todo", "A": "active", "W": "waiting", "D": "done", "X": "active", "S": "todo"}


def told(key: str, *moves: str, created: str, **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A work item and its changes from moves such as `A 2024-03-04T09:00Z`: to A at that instant; it begins in T."""
    statuses = ["T", *(move.split()[0] for move in moves)]
    changes = [
        change(key, "status", before, after, at=move.split()[1], number=number)
        for number, (move, before, after) in enumerate(zip(moves, statuses, statuses[1:], strict=False), start=1)
    ]
    return {"key": key, "level": 0, "status_id": statuses[-1], "created_us": created, **fields}, changes


def change(
    key: str, field: str, before: str | None, after: str | None, *, at: str | int, number: int
) -> dict[str, Any]:
    """One change of a field; ids and texts alike, as a test does not care."""
    sides = {"from_id": before, "from_text": before, "to_id": after, "to_text": after}
    return {"item_ref": ref_of(key), "id": str(number), "index": 0, "at_us": at, "field": field, **sides}


def categories(workflows: Mapping[str, Mapping[str, str]], *, commitment: str = "") -> ir.Table:
    rows = [
        {
            "source": "jira",
            "project": project,
            "status_id": status,
            "category": category,
            "commitment": status == commitment,
            "blocked": status == "X",
            "mapped": True,
        }
        for project, workflow in workflows.items()
        for status, category in workflow.items()
    ]
    return table(CATEGORIES, rows)


def snapshot(*, as_of: str, **rows: list[dict[str, Any]]) -> Snapshot:
    return Snapshot(as_of=datetime.fromisoformat(as_of), digest="", tables=tables(**rows))


def flow_of(
    *items: tuple[dict[str, Any], list[dict[str, Any]]],
    as_of: str,
    links: list[dict[str, Any]] | None = None,
    commitment: str = "",
    workflows: Mapping[str, Mapping[str, str]] | None = None,
    thresholds: Thresholds | None = None,
    **rows: list[dict[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Key → its row of the flow."""
    work_items = [item for item, _ in items]
    changes = [change for _, told in items for change in told] + rows.pop("changes", [])
    projects = sorted({item["key"].rsplit("-", 1)[0] for item in work_items})
    flowed = flow(
        snapshot(as_of=as_of, work_items=work_items, changes=changes, **rows),
        links=table(LINKS, links or []),
        status_categories=categories(workflows or dict.fromkeys(projects, WORKFLOW), commitment=commitment),
        thresholds=thresholds or Thresholds(),
    )
    return {row["ref"].split(":", 2)[2]: row for row in flowed.to_pyarrow().to_pylist()}


def days(us: int | None) -> float | None:
    return None if us is None else us / DAY_US
