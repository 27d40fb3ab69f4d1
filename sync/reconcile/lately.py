"""The effort of the last days, item by item."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from sync.reconcile.facts import Facts


def spent_lately(facts: "Facts") -> "ir.Table":
    """ref, spent: the person-days of the last `touched_days`; nothing of what had none."""
    lately = facts.effort.filter(facts.effort.day >= facts.until_day - facts.thresholds.touched_days)
    summed = lately.group_by("ref").aggregate(spent=lately.effort.sum())
    return summed.filter(summed.spent > 0)
