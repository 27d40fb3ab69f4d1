"""How long changes took from the first commit to production: one row each (metrics.md §3.2, §3.3)."""

from typing import TYPE_CHECKING

from sync.reconcile.balance import bots
from sync.reconcile.pull_requests.counted import by_people
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


def leads(brought: "ir.Table", snapshot: Snapshot, pulls: "ir.Table") -> "ir.Table":
    """service, ref (the deployment), change, finished_us, lead_us, pipeline_us; null where nobody knows.

    A change is a merged pull request, or a commit pushed straight to the branch. Merges are none, and nor is what a bot
    did, or a commit that came with a pull request, under its own sha or, after a rebase, under another one.
    """
    import ibis

    merges = pulls.filter(pulls.merge_sha.notnull()).select(
        *("repository", "by_bot", "first_commit_us", "merged_us"), sha="merge_sha", change="ref"
    )
    merged = brought.join(merges.filter(~merges.by_bot), ["repository", "sha"])
    by_pull = merged.select(
        *("service", "ref", "change", "finished_us"),
        lead_us=merged.finished_us - merged.first_commit_us,
        pipeline_us=merged.finished_us - merged.merged_us,
    )
    alone = brought.anti_join(merges, ["repository", "sha"]).join(_pushed(snapshot, pulls), ["repository", "sha"])
    pushed = alone.select(
        *("service", "ref", "change", "finished_us"),
        lead_us=alone.finished_us - alone.authored_us,
        pipeline_us=ibis.null("int64"),
    )
    return by_pull.union(pushed)


def _pushed(snapshot: Snapshot, pulls: "ir.Table") -> "ir.Table":
    """repository, sha, change, authored_us: the commits of histories that came by no pull request."""
    commits = snapshot["commits"].join(pulls.select("repository", item_ref="ref"), "item_ref")
    held = by_people(snapshot["repository_commits"], bots(snapshot))
    single = held.filter(held["parents"].length() <= 1).anti_join(commits, ["repository", "sha"])
    # A rebase gives a commit a new sha, and keeps when it was written and what it says.
    single = single.anti_join(commits, ["repository", "authored_us", "message"])
    return single.select("repository", "sha", "authored_us", change="ref")


def deployed(brought: "ir.Table", pull_requests: "ir.Table") -> "ir.Table":
    """ref, deployed_us: when each pull request, of the snapshot's table, first reached the users of a service."""
    merged = pull_requests.filter(pull_requests.merge_sha.notnull()).select("repository", "ref", sha="merge_sha")
    shipped = merged.join(brought.select("repository", "sha", "finished_us"), ["repository", "sha"])
    return shipped.group_by("ref").aggregate(deployed_us=shipped.finished_us.min())
