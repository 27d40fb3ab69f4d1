"""How pull requests come through: phases, iterations, sizes and reviews, one row each (metrics.md §2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.reconcile.balance import bots
from sync.reconcile.pull_requests.activity import last_activity
from sync.reconcile.pull_requests.counted import by_people, counted
from sync.reconcile.pull_requests.drafts import readied
from sync.reconcile.pull_requests.iterations import iterations
from sync.reconcile.pull_requests.phases import authored, doubts, first_commit_us, phases
from sync.reconcile.pull_requests.reviews import reviewed, said
from sync.reconcile.pull_requests.serving import serving
from sync.reconcile.pull_requests.sizes import band, generated, size
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Column → type of the export `pull_request_phases`. Who opened it is for groups alone, and is left out.
PULL_REQUEST_PHASES = {
    "ref": "string",
    "key": "string",
    "repository": "string",
    "state": "string",  # open, closed, merged
    "draft": "boolean",
    "by_bot": "boolean",  # in no figure
    "other_base": "boolean",  # into a branch that is not looked at: in no figure
    "undated": "boolean",  # its source does not tell when it was opened: in no duration
    "opened_us": "int64",
    "first_commit_us": "int64",  # earliest author date, at most 90 days before it was opened
    "ready_us": "int64",
    "reviewed_us": "int64",  # when somebody else first looked at it
    "approved_us": "int64",  # last approval that stands
    "merged_us": "int64",
    "closed_us": "int64",
    "deployed_us": "int64",  # first deployment to production that has it
    "coding_us": "int64",
    "pickup_us": "int64",
    "review_us": "int64",
    "merge_wait_us": "int64",
    "deploy_us": "int64",
    "unreviewed": "boolean",
    "unapproved": "boolean",
    "deployed_early": "boolean",  # deployed before it was merged, by these clocks
    "redrafts": "int64",
    "redraft_us": "int64",
    "iterations": "int64",
    "size": "int64",  # lines, without what no person wrote
    "band": "string",  # XS, S, M, L, XL
    "reviews": "int64",  # by people other than its author, before the end
    "depth": "int64",  # comments by them
    "self_merged": "boolean",  # by its author, without an approval
    "active_us": "int64",  # while it is open: when a person last did anything
    "linked": "boolean",  # it closes or implements a work item that is read
    "unread_project": "boolean",  # else, all that it names is in projects that are not read
}


@dataclass(frozen=True, kw_only=True)
class PullRequests:
    rows: "ir.Table"
    """One row a pull request, by ref: `PULL_REQUEST_PHASES`, and beside it author, merge_sha, ended_us (merged, closed,
    or as_of), and seen_us (the last instant at which it could be seen)."""
    said: "ir.Table"  #: what people other than its author said of each until it ended: ref, at_us, author, state, …


def pull_requests(
    snapshot: Snapshot, *, links: "ir.Table", thresholds: Thresholds, deployed: "ir.Table | None" = None
) -> PullRequests:
    """What the histories say: one reckoning, kept in memory and files of this process.

    `deployed` has ref and deployed_us of what is known to have reached production.
    """
    robots, changes = bots(snapshot).cache(), snapshot["changes"]
    commits = by_people(snapshot["commits"], robots)
    ready = readied(counted(snapshot, thresholds=thresholds), changes).cache()
    told = said(snapshot, ready, robots).cache()
    heard = reviewed(told).cache()
    facts = (
        heard,
        authored(commits),
        iterations(ready, heard, told, commits=commits, changes=changes),
        last_activity(snapshot, ready, robots),
        generated(snapshot["changed_files"], ready, thresholds),
        serving(links),
        _none(ready) if deployed is None else deployed,
    )
    known = ready
    for number, more in enumerate(facts):
        known = known.left_join(more, "ref", rname=f"{{name}}_{number}")
    return PullRequests(rows=_told(known).order_by("ref").cache(), said=told)


def _none(pulls: "ir.Table") -> "ir.Table":
    """ref, deployed_us where no deployment is known."""
    import ibis

    return pulls.filter(ibis.literal(False)).select("ref", deployed_us=ibis.null("int64"))


def _told(known: "ir.Table") -> "ir.Table":
    """The columns of `pull_requests`, of what its parts say."""
    merged_alone = (known.author == known.merged_by).fill_null(False) & (known.approvals.fill_null(0) == 0)
    begun = known.mutate(
        first_commit_us=first_commit_us(known),
        size=size(known),
        self_merged=known.merged_us.notnull() & merged_alone,
        linked=(known.resolved > 0).fill_null(False),
        unread_project=((known.resolved == 0) & (known.unread > 0)).fill_null(False),
        **{name: known[name].fill_null(0) for name in ("iterations", "reviews", "depth")},
    )
    told = {**phases(begun), **doubts(begun), "band": band(begun.size)}
    as_they_are = [*PULL_REQUEST_PHASES, "author", "merge_sha", "ended_us", "seen_us"]
    return begun.select(*(told[name].name(name) if name in told else begun[name] for name in as_they_are))
