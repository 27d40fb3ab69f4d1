"""The phases of a merged pull request, which always add up (metrics.md §2.2, §2.3)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_BEFORE_OPENING_US = 90 * 86_400_000_000  # an author date from long before says nothing about this piece of work


def authored(commits: "ir.Table") -> "ir.Table":
    """ref, authored_us: the earliest author date."""
    return commits.group_by(ref="item_ref").aggregate(authored_us=commits.authored_us.min())


def first_commit_us(pulls: "ir.Table") -> "ir.IntegerValue":
    """When work on it began: at the latest when it was ready, and at most 90 days before it was opened."""
    import ibis

    earliest_us = ibis.greatest(pulls.authored_us, pulls.opened_us - MOST_BEFORE_OPENING_US)
    is_before = (pulls.authored_us < pulls.ready_us).fill_null(False) & (earliest_us < pulls.ready_us)
    return ibis.ifelse(is_before, earliest_us, pulls.ready_us)


def phases(pulls: "ir.Table") -> dict[str, "ir.IntegerValue"]:
    """By name, in microseconds; null of what is not merged, and where something keeps one from being told.

    coding + pickup + review + merge wait = merged − first commit, where somebody reviewed it.
    """
    import ibis

    merged_us = ibis.ifelse(pulls.ready_us.notnull(), pulls.merged_us, None)
    handed_us = ibis.ifelse(pulls.reviewed_us.notnull(), ibis.coalesce(pulls.approved_us, merged_us), None)
    is_merged = merged_us.notnull()
    return {
        "coding_us": ibis.ifelse(is_merged, pulls.ready_us - pulls.first_commit_us, None),
        "pickup_us": ibis.ifelse(is_merged, pulls.reviewed_us - pulls.ready_us, None),
        "review_us": ibis.ifelse(is_merged, handed_us - pulls.reviewed_us, None),
        "merge_wait_us": merged_us - handed_us,
        "deploy_us": ibis.ifelse(pulls.deployed_us < merged_us, None, pulls.deployed_us - merged_us),
    }


def doubts(pulls: "ir.Table") -> dict[str, "ir.BooleanValue"]:
    """By name, what a reader of the phases should know."""
    is_merged = pulls.merged_us.notnull() & pulls.ready_us.notnull()
    is_reviewed = pulls.reviewed_us.notnull()
    return {
        "undated": pulls.opened_us.isnull(),
        "unreviewed": is_merged & ~is_reviewed,
        "unapproved": is_merged & is_reviewed & pulls.approved_us.isnull(),
        "deployed_early": (pulls.deployed_us < pulls.merged_us).fill_null(False),
    }
