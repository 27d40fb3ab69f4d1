"""The phases of a merged pull request, which always add up (metrics.md §2.3)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_BEFORE_OPENING_US = 90 * 86_400_000_000  # an author date from long before says nothing about this piece of work


def begun(pulls: "ir.Table", commits: "ir.Table") -> "ir.Table":
    """`pulls`, which have ready_us, with first_commit_us: at the latest when it was ready (§2.2)."""
    import ibis

    first = commits.group_by(ref="item_ref").aggregate(authored_us=commits.authored_us.min())
    known = pulls.left_join(first, "ref").drop("ref_right")
    earliest_us = ibis.greatest(known.authored_us, known.opened_us - MOST_BEFORE_OPENING_US)
    is_before = (known.authored_us < known.ready_us).fill_null(False) & (earliest_us < known.ready_us)
    return known.mutate(first_commit_us=ibis.ifelse(is_before, earliest_us, known.ready_us)).drop("authored_us")


def phased(pulls: "ir.Table") -> "ir.Table":
    """`pulls` with the phases of those that are merged, in microseconds, and what keeps one from being told.

    coding_us + pickup_us + review_us + merge_wait_us = merged_us − first_commit_us, where somebody reviewed it.
    """
    import ibis

    merged_us = ibis.ifelse(pulls.ready_us.notnull(), pulls.merged_us, None)
    is_reviewed = pulls.reviewed_us.notnull()
    handed_us = ibis.ifelse(is_reviewed, ibis.coalesce(pulls.approved_us, merged_us), None)
    deploy_us = pulls.deployed_us - merged_us
    return pulls.mutate(
        coding_us=ibis.ifelse(merged_us.notnull(), pulls.ready_us - pulls.first_commit_us, None),
        pickup_us=ibis.ifelse(merged_us.notnull(), pulls.reviewed_us - pulls.ready_us, None),
        review_us=ibis.ifelse(merged_us.notnull(), handed_us - pulls.reviewed_us, None),
        merge_wait_us=merged_us - handed_us,
        deploy_us=ibis.ifelse(deploy_us < 0, None, deploy_us),
        unreviewed=merged_us.notnull() & ~is_reviewed,
        unapproved=merged_us.notnull() & is_reviewed & pulls.approved_us.isnull(),
        undated=pulls.opened_us.isnull(),
        deployed_early=(deploy_us < 0).fill_null(False),
    )
