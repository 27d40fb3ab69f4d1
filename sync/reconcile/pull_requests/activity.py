"""When a person last did anything about an open pull request (metrics.md §2.4)."""

from typing import TYPE_CHECKING

from sync.reconcile.pull_requests.counted import by_people
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

INSTANTS = {"reviews": "submitted_us", "comments": "created_us", "commits": "committed_us", "changes": "at_us"}


def last_activity(snapshot: Snapshot, pulls: "ir.Table", robots: "ir.Table") -> "ir.Table":
    """ref, active_us: of those that are open. Opening counts, and all that its author does; no mirrored tag does."""
    import ibis

    open_ = pulls.filter(pulls.state == "open")
    tables = {name: snapshot[name] for name in INSTANTS}
    tables["changes"] = tables["changes"].filter(~tables["changes"].own.fill_null(False))
    done = [
        by_people(table.semi_join(open_, table.item_ref == open_.ref), robots).select(
            ref="item_ref", at_us=INSTANTS[name]
        )
        for name, table in tables.items()
    ]
    every = ibis.union(open_.select("ref", at_us="opened_us"), *done)
    return every.group_by("ref").aggregate(active_us=every.at_us.max())
