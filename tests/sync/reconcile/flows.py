"""Work items told in a few words, and their flow."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import ibis.expr.types as ir

from mappings.links import LINKS
from mappings.statuses import STATUSES
from sync.reconcile.flow import flow
from sync.reconcile.objectives import WEIGHT
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import micros, ref_of, table, tables

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


def flowing(
    number: int, *, created: str | None = None, started: str | None = None, finished: str | None = None, **said: Any
) -> Row:
    """A row of the flow, delivered where it is finished, from days or instants such as `2024-03-01`."""
    created_us, started_us, finished_us = (
        None if text is None else micros(text if "T" in text else f"{text}T00:00Z")
        for text in (created or started or finished, started, finished)
    )
    cycle_us = finished_us - started_us if finished_us is not None and started_us is not None else None
    lead_us = finished_us - created_us if finished_us is not None and created_us is not None else None
    instants = {"created_us": created_us, "started_us": started_us, "finished_us": finished_us}
    spent = {"cycle_us": cycle_us, "flow_us": cycle_us, "lead_us": lead_us, "active_us": cycle_us, "waiting_us": 0}
    now = {"category": "done", "outcome": "delivered"} if finished else {"category": "active"}
    rest = {"ref": ref_of(f"PAY-{number:03}"), "first_finished_us": finished_us, "flow_type": "other", "flags": []}
    return instants | spent | now | rest | said


def flow_table(*rows: Row) -> ir.Table:
    return table(FLOW, list(rows))


def in_scopes(rows: Iterable[Row], *more: tuple[str, int, str]) -> ir.Table:
    """The members of the scope `all`, and of others: scope, number of the item, weight."""
    every = [{"ref": row["ref"], "scope": "all", "weight": "1"} for row in rows]
    every += [{"ref": ref_of(f"PAY-{number:03}"), "scope": scope, "weight": weight} for scope, number, weight in more]
    told = table(dict.fromkeys(("ref", "scope", "weight"), "string"), every)
    return told.mutate(weight=told.weight.cast(WEIGHT))
