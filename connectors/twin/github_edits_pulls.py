"""What is done to pull requests alone: pushes, drafts, reviews and their threads, the merge queue."""

from collections.abc import Sequence

from connectors.twin.github_hooks import bodies, tell, tell_item, tell_push
from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_traces import record, touch


def push(host: GitHubHost, pull: Node, commits: Sequence[Node], *, at: str, by: Node, force: bool = False) -> None:
    """Add commits; with `force` they replace those that were there."""
    before = pull.get("commits") or []
    pull["commits"] = [*([] if force else before), *({"commit": commit} for commit in commits)]
    last = before[-1]["commit"] if before else None
    if force:
        record(pull, "HeadRefForcePushedEvent", at=at, by=by, beforeCommit=last, afterCommit=commits[-1])
    touch(host, pull, at)
    ends = {"before": last["oid"] if last else "0" * 40, "after": commits[-1]["oid"]}
    tell_item(host, pull, "synchronize", by=by, **ends)
    tell_push(host, host.by_id[pull["repository"]], pull["headRefName"], by=by, forced=force, **ends)


def to_draft(host: GitHubHost, pull: Node, *, at: str, by: Node) -> None:
    """Take it back for more work."""
    pull["isDraft"] = True
    record(pull, "ConvertToDraftEvent", at=at, by=by)
    touch(host, pull, at)
    tell_item(host, pull, "converted_to_draft", by=by)


def ready(host: GitHubHost, pull: Node, *, at: str, by: Node) -> None:
    """Show it for review."""
    pull["isDraft"] = False
    record(pull, "ReadyForReviewEvent", at=at, by=by)
    touch(host, pull, at)
    tell_item(host, pull, "ready_for_review", by=by)


def request_review(host: GitHubHost, pull: Node, who: Node, *, at: str, by: Node) -> None:
    """Ask a user or a team to review."""
    pull["reviewRequests"] = [*pull.get("reviewRequests", ()), {"requestedReviewer": who}]
    record(pull, "ReviewRequestedEvent", at=at, by=by, requestedReviewer=who)
    touch(host, pull, at)
    tell_item(host, pull, "review_requested", by=by, **_asked(host, who))


def unrequest_review(host: GitHubHost, pull: Node, who: Node, *, at: str, by: Node) -> None:
    """Ask no longer."""
    _answered(pull, who)
    record(pull, "ReviewRequestRemovedEvent", at=at, by=by, requestedReviewer=who)
    touch(host, pull, at)
    tell_item(host, pull, "review_request_removed", by=by, **_asked(host, who))


def review(host: GitHubHost, pull: Node, *, at: str, by: Node, state: str = "APPROVED") -> None:
    """Submit a review; whoever was asked for it is not asked any more."""
    given = {"state": state, "author": by, "createdAt": at, "submittedAt": at}
    pull.setdefault("reviews", []).append(given)
    _answered(pull, by)
    touch(host, pull, at)
    host.completed(pull)
    about = {"pull_request": bodies(host).pull(pull), "review": bodies(host).review(given)}
    tell(host, "pull_request_review.submitted", by=by, repository=host.by_id[pull["repository"]], **about)


def start_thread(host: GitHubHost, pull: Node, path: str, *, at: str, by: Node, body: str = "Why so?") -> Node:
    """Ask something at a place in the code. Of the pull request's two sides only this one is touched."""
    said = {"author": by, "body": body, "path": path, "createdAt": at, "updatedAt": at}
    thread: Node = {"path": path, "isResolved": False, "comments": [said]}
    pull.setdefault("reviewThreads", []).append(thread)
    touch(host, pull, at)
    host.completed(pull)
    return thread


def resolve_thread(host: GitHubHost, pull: Node, thread: Node, *, by: Node, resolved: bool = True) -> None:
    """Settle a thread, or open it again: the pull request's `updatedAt` stays as it was."""
    thread.update(isResolved=resolved, resolvedBy=by if resolved else None)
    host.changed(pull)
    host.completed(pull)
    about = {"pull_request": bodies(host).pull(pull), "thread": {"node_id": thread["id"], "comments": []}}
    action = "resolved" if resolved else "unresolved"
    tell(host, f"pull_request_review_thread.{action}", by=by, repository=host.by_id[pull["repository"]], **about)


def enqueue(host: GitHubHost, pull: Node, *, at: str, by: Node) -> None:
    """Put it into the merge queue."""
    record(pull, "AddedToMergeQueueEvent", at=at, by=by, enqueuer=by)
    touch(host, pull, at)
    tell_item(host, pull, "enqueued", by=by)


def dequeue(host: GitHubHost, pull: Node, *, at: str, by: Node, reason: str = "MANUAL") -> None:
    """Take it out of the merge queue."""
    record(pull, "RemovedFromMergeQueueEvent", at=at, by=by, enqueuer=by, reason=reason)
    touch(host, pull, at)
    tell_item(host, pull, "dequeued", by=by, reason=reason)


def _answered(pull: Node, who: Node) -> None:
    asked = pull.get("reviewRequests") or []
    pull["reviewRequests"] = [each for each in asked if not _same(each["requestedReviewer"], who)]


def _same(one: Node, other: Node) -> bool:
    return all(one.get(name) == other.get(name) for name in ("login", "slug"))


def _asked(host: GitHubHost, who: Node) -> Node:
    if who.get("__typename") == "Team":
        return {"requested_team": {"name": who.get("name"), "slug": who["slug"], "node_id": who.get("id")}}
    return {"requested_reviewer": bodies(host).account(who)}
