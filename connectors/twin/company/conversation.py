"""What is said and shown at the company's pull requests: changed files, comments, review threads, checks, the queue."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from connectors.twin.company.code import account, written
from connectors.twin.company.setting import END
from connectors.twin.company.world import World

Json = dict[str, Any]

QUEUED = "storefront"
"""The repository that merges through a queue."""
AREAS = ("checkout", "basket", "search", "pages", "shell", "ranking", "hosting", "shared")
COMMENTED, FORCED, RED, AUTOMATIC, BACK_TO_DRAFT = 0.3, 0.1, 0.05, 0.1, 0.03


def converse(world: World, repository: str, pull: Json) -> None:
    """Add what people and machines leave at a pull request on its way."""
    pull["files"] = list(_files(world, pull))
    pull["reviewThreads"] = list(_threads(world, pull))
    pull["comments"] = list(_comments(world, pull))
    pull["timelineItems"] += [*pull["comments"], *_pushes(world, pull), *_merging(world, repository, pull)]
    pull["timelineItems"].sort(key=lambda event: str(event["createdAt"]))
    pull["reviewRequests"] = list(_still_asked(pull))
    state = "FAILURE" if "mergedAt" not in pull and world.chance(RED) else "SUCCESS"
    pull["commits"][-1]["commit"]["statusCheckRollup"] = {"state": state}


def _files(world: World, pull: Json) -> Iterator[Json]:
    """So many files as the pull request says, and their lines are its lines."""
    count, area, first = pull["changedFiles"], world.pick(AREAS), int(world.rng.random() * 200)
    lines = zip(_shares(pull["additions"], count), _shares(pull["deletions"], count), strict=True)
    for number, (additions, deletions) in enumerate(lines, start=first):
        kind = "ADDED" if not deletions and world.chance(0.3) else "MODIFIED"
        path = f"src/{area}/part_{number}.py"
        yield {"path": path, "additions": additions, "deletions": deletions, "changeType": kind}


def _shares(total: int, count: int) -> list[int]:
    """The total in so many parts, as even as whole numbers can be."""
    ends = [total * n // count for n in range(count + 1)]
    return [end - start for start, end in pairwise(ends)]


def _threads(world: World, pull: Json) -> Iterator[Json]:
    """One or two for each review that asked for changes, resolved by the author when it merged; now and then a nit."""
    for review in pull["reviews"]:
        asks = review["state"] == "CHANGES_REQUESTED"
        for _ in range(world.pick((1, 1, 2)) if asks else world.chance(0.15)):
            settled = asks and "mergedAt" in pull
            path = pull["files"][int(world.rng.random() * len(pull["files"]))]["path"]
            said = {"author": review["author"], "body": "Is this the right place?", "path": path}
            dates = {"createdAt": review["submittedAt"], "updatedAt": review["submittedAt"]}
            resolver = {"resolvedBy": pull["author"]} if settled else {}
            yield {
                "path": path,
                "isResolved": settled,
                "isOutdated": settled,
                "comments": [{**said, **dates}],
                **resolver,
            }


def _comments(world: World, pull: Json) -> Iterator[Json]:
    for hours in accumulate(2 + 20 * world.rng.random() for _ in range(3)):
        at = _at(pull["createdAt"]) + timedelta(hours=hours)
        if at > END or not world.chance(COMMENTED):
            return
        dates = {"createdAt": written(at), "updatedAt": written(at)}
        yield {"__typename": "IssueComment", "author": pull["author"], "body": "Rebased.", **dates}


def _pushes(world: World, pull: Json) -> Iterator[Json]:
    if len(pull["commits"]) > 1 and world.chance(FORCED):
        last, first = pull["commits"][-1]["commit"], pull["commits"][0]["commit"]
        at = _at(pull["createdAt"]) + timedelta(minutes=20)
        yield _event("HeadRefForcePushedEvent", at, pull["author"], beforeCommit=first, afterCommit=last)
    if not pull["isDraft"] and "mergedAt" in pull and world.chance(BACK_TO_DRAFT):
        opened = _at(pull["createdAt"])
        yield _event("ConvertToDraftEvent", opened + timedelta(minutes=5), pull["author"])
        yield _event("ReadyForReviewEvent", opened + timedelta(minutes=15), pull["author"])


def _merging(world: World, repository: str, pull: Json) -> Iterator[Json]:
    """Through the queue, or by itself once everything is green."""
    if "mergedAt" not in pull:
        return
    merged = _at(pull["mergedAt"])
    if repository == QUEUED:
        yield _event("AddedToMergeQueueEvent", merged - timedelta(minutes=12), pull["mergedBy"])
        yield _event("RemovedFromMergeQueueEvent", merged, pull["mergedBy"], reason="merged")
    elif world.chance(AUTOMATIC):
        yield _event("AutoSquashEnabledEvent", merged - timedelta(minutes=30), pull["mergedBy"])


def _still_asked(pull: Json) -> Iterator[Json]:
    """The reviewers of an open pull request who have not answered."""
    asked = (event["requestedReviewer"] for event in pull["timelineItems"] if "requestedReviewer" in event)
    answered = {review["author"]["login"] for review in pull["reviews"]}
    if "closedAt" not in pull:
        yield from ({"requestedReviewer": account(who["login"])} for who in asked if who["login"] not in answered)


def _event(kind: str, at: datetime, actor: Json, **more: Any) -> Json:
    return {"__typename": kind, "createdAt": written(at), "actor": actor, **more}


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
