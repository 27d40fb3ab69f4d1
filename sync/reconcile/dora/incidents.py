"""How incidents ended, and which changes mend one (metrics.md §3.3)."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from mappings.mends import Mends
from mappings.rows import as_table
from sync.reconcile.balance import SERVES
from sync.reconcile.dora.verdicts import Ending
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


def endings(snapshot: Snapshot, flow: "ir.Table", incidents: Collection[str]) -> dict[str, Ending]:
    """By its ref; one of a type that is not counted is over when its tracker calls it done and resolved."""
    wanted = _refs(incidents, name="ref")
    items = snapshot["work_items"].select("ref", "status_category", "resolved_us").semi_join(wanted, "ref")
    known = items.left_join(flow.select("ref", "outcome", "finished_us"), "ref")
    rows = known.select("ref", "outcome", "finished_us", "status_category", "resolved_us", counted="ref_right")
    return {row["ref"]: _ending(row) for row in rows.to_pyarrow().to_pylist()}


def _ending(row: Mapping[str, Any]) -> Ending:
    if row["counted"]:
        return Ending(row["outcome"] == "discarded", row["finished_us"])
    return Ending(False, row["resolved_us"] if row["status_category"] == "done" else None)


def repairs(snapshot: Snapshot, links: "ir.Table", mends: Mends) -> frozenset[str]:
    """The commits that pull requests were merged by which close or implement an incident, or an escaped bug."""
    wanted = {incident.ref for incident in mends.incidents} | mends.escaped
    if not wanted:
        return frozenset()
    serving = links.filter(links["class"].isin(SERVES)).select("to_ref", ref="item_ref")
    merged = snapshot["pull_requests"].select("ref", "merge_sha")
    merged = merged.semi_join(serving.semi_join(_refs(wanted, name="to_ref"), "to_ref"), "ref")
    return frozenset(merged.filter(merged.merge_sha.notnull()).merge_sha.to_pyarrow().to_pylist())


def _refs(refs: Collection[str], *, name: str) -> "ir.Table":
    return as_table(({name: ref} for ref in sorted(refs)), {name: "string"})
