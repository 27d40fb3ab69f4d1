"""Work items told in a few words, and their flow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import ibis.expr.types as ir

from mappings.links import LINKS
from mappings.statuses import STATUSES
from sync.reconcile.flow import flow
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, table, tables

DAY_US = 86_400_000_000
#: Statuses by their initials; X is active and mapped as blocked, S is where a team may commit itself.
WORKFLOW = {"T": "todo", "S": "todo", "A": "active", "X": "active", "W": "waiting", "D": "done"}
#: What is asked of the rows of a flow.
FLOW = {
    **dict.fromkeys(("ref", "project", "type", "flow_type", "team", "category", "outcome"), "string"),
    **dict.fromkeys(("created_us", "committed_us", "started_us", "finished_us"), "int64"),
    **dict.fromkeys(("first_finished_us", "first_reopened_us", "lost_us"), "int64"),
    **dict.fromkeys(("lead_us", "flow_us", "cycle_us", "active_us", "waiting_us"), "int64"),
    "flags": "array<string>",
}

Row = dict[str, Any]


class Told(NamedTuple):
    """What is known of an item but its key."""

    item: Row
    changes: list[Row]

    def but(self, **fields: Any) -> "Told":
        return Told(self.item | fields, self.changes)

    def also(self, *changes: Row) -> "Told":
        return Told(self.item, [*self.changes, *changes])


def told(*moves: str, created: str, **fields: Any) -> Told:
    """An item of a tracker that begins in T, from moves such as `A 2024-03-04T09:00Z`: to A at that instant."""
    statuses = ["T", *(move.split()[0] for move in moves)]
    instants = [move.split()[1] for move in moves]
    changes = [change("status", *step) for step in zip(statuses, statuses[1:], instants, strict=False)]
    for number, row in enumerate(changes, start=1):
        row["id"] = str(number)
    return Told({"level": 0, "status_id": statuses[-1], "created_us": created, **fields}, changes)


def change(field: str, before: str | None, after: str | None, at: str | int, *, identity: str = "99") -> Row:
    """One change of a field, ids and texts alike."""
    sides = {"from_id": before, "from_text": before, "to_id": after, "to_text": after}
    return {"id": identity, "index": 0, "at_us": at, "field": field, **sides}


def categories(workflows: Mapping[str, Mapping[str, str]], *, commitment: str = "") -> ir.Table:
    """What `mappings.statuses` says of these projects and the statuses of each."""
    rows = [
        {
            "source": "jira",
            "project": project,
            "status_id": status,
            "category": category,
            "commitment": status == commitment,
            "blocked": status == "X",
            "mapped": True,
            "committing": bool(commitment),
        }
        for project, workflow in workflows.items()
        for status, category in workflow.items()
    ]
    return table(STATUSES, rows)


def snapshot(*, as_of: str, **rows: list[Row]) -> Snapshot:
    return Snapshot(as_of=datetime.fromisoformat(as_of), digest="", tables=tables(**rows))


def flow_of(
    items: Mapping[str, Told],
    *,
    as_of: str,
    commitment: str = "",
    workflows: Mapping[str, Mapping[str, str]] | None = None,
    links: list[Row] | None = None,
    pull_requests: list[Row] | None = None,
    lost: Mapping[str, str] | None = None,
    thresholds: Thresholds | None = None,
) -> dict[str, Row]:
    """Key → its row of the flow, for items by key. `lost`: projects that are out of sight, and since when."""
    work_items, changes = written(items)
    gone = [{"key": key, "lost_us": since} for key, since in (lost or {}).items()]
    projects = dict.fromkeys((key.rsplit("-", 1)[0] for key in items), WORKFLOW)
    flowed = flow(
        snapshot(as_of=as_of, work_items=work_items, changes=changes, pull_requests=pull_requests or [], projects=gone),
        links=table(LINKS, links or []),
        status_categories=categories(workflows or projects, commitment=commitment),
        thresholds=thresholds or Thresholds(),
    )
    return {row["ref"].split(":", 2)[2]: row for row in flowed.items.to_pyarrow().to_pylist()}


def written(items: Mapping[str, Told]) -> tuple[list[Row], list[Row]]:
    """Their work items and changes as rows of the snapshot."""
    work_items = [{"key": key, **told.item} for key, told in items.items()]
    return work_items, [_of(key, change) for key, told in items.items() for change in told.changes]


def _of(key: str, change: Row) -> Row:
    """The change with its item, and with an author who works on nothing else."""
    return {"item_ref": ref_of(key), "author": f"jira:account:who does {key}", **change}


def days(us: int | None) -> float | None:
    return None if us is None else us / DAY_US
