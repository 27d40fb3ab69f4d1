"""Whether a pull request serves a work item that is read (metrics.md §2.4)."""

from typing import TYPE_CHECKING

from sync.reconcile.balance import SERVES

if TYPE_CHECKING:
    import ibis.expr.types as ir


def serving(links: "ir.Table") -> "ir.Table":
    """ref, resolved, unread: of those that close or implement something, how many are read, and how many in no
    project that is."""
    serving = links.filter(links["class"].isin(SERVES))
    return serving.group_by(ref="item_ref").aggregate(
        resolved=serving.count(where=serving.outcome == "resolved"),
        unread=serving.count(where=serving.outcome == "unread_project"),
    )
