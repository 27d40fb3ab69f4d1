"""When a pull request was ready for review, and how often it became a draft again (metrics.md §2.2, §2.3)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

YES, NO = "true", "false"  #: what the field `draft` changes to


def readied(pulls: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """`pulls` with ready_us, redrafts and redraft_us.

    What was never made ready is so when it is merged, and until then not at all. Being a draft again stops no clock.
    """
    import ibis

    told = _drafting(pulls, changes)
    known = pulls.left_join(told, "ref").drop("ref_right")
    was_draft = ibis.coalesce(known.first_to == NO, known.draft, False)
    ready_us = ibis.ifelse(was_draft, ibis.coalesce(known.readied_us, known.merged_us), known.opened_us)
    is_late = known.merged_us.notnull() & (ready_us > known.merged_us)
    return known.mutate(
        ready_us=ibis.ifelse(is_late, known.merged_us, ready_us),
        redrafts=known.redrafts.fill_null(0),
        redraft_us=known.redraft_us.fill_null(0),
    ).drop("first_to", "readied_us")


def _drafting(pulls: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """Of each pull request that ever changed so: first_to, readied_us, redrafts, redraft_us."""
    import ibis

    flips = changes.filter((changes.field == "draft") & changes.to_id.isin([YES, NO]))
    flips = flips.select("at_us", "id", "index", "to_id", ref="item_ref").join(pulls.select("ref", "ended_us"), "ref")
    flips = flips.filter(flips.at_us <= flips.ended_us)
    in_order = ibis.window(group_by="ref", order_by=["at_us", "id", "index"])
    flips = flips.mutate(before=flips.to_id.lag().over(in_order))
    flips = flips.filter(flips.before.isnull() | (flips.before != flips.to_id))
    flips = flips.mutate(until_us=ibis.coalesce(flips.at_us.lead().over(in_order), flips.ended_us))
    becomes_draft = flips.to_id == YES
    return flips.group_by("ref").aggregate(
        first_to=flips.to_id.max(where=flips.before.isnull()),
        readied_us=flips.at_us.min(where=~becomes_draft),
        redrafts=flips.count(where=becomes_draft),
        redraft_us=(flips.until_us - flips.at_us).sum(where=becomes_draft),
    )
