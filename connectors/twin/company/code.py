"""Pull requests in the words of GitHub's GraphQL: opened while the item is worked on, merged before it is done."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.twin.company import setting
from connectors.twin.company.setting import END
from connectors.twin.company.world import Course, Wish, World

Json = dict[str, Any]


@dataclass(eq=False)
class Draft:
    """A pull request that has no number yet. `{number}` in its texts becomes its own, `{other}` the other's."""

    pull: Json
    other: Json | None = None
    """What it closes or reverts: an issue or a pull request of the same repository."""


def write(world: World, wish: Wish, course: Course) -> None:
    """The pull request of a work item: draft while in progress, ready at its review, merged shortly before the end."""
    repository = setting.project(wish.project).repository
    opened = course.started + (course.reviewed - course.started) * (0.4 + world.rng.random() / 2)
    if repository is None or opened > END:
        return
    title, branch = _names(world, wish)
    merged = course.reviewed + (course.finished - course.reviewed) * 0.9
    pull = draft_pull(world, repository, course.developer, title=title, branch=branch, opened=opened)
    review(world, pull, project=wish.project, ready=course.reviewed, merged=merged)
    if world.chance(0.02) and repository in setting.SERVICES and merged + timedelta(hours=2) < END:
        revert(world, repository, pull, course.developer, at=merged + timedelta(minutes=30))


def hotfix(world: World, incident: Wish, developer: str, *, opened: datetime, merged: datetime) -> None:
    repository = world.pick(setting.SERVICES)
    title, branch = f"{incident.key}: Mend it now", f"hotfix/{incident.key}"
    pull = draft_pull(world, repository, developer, title=title, branch=branch, opened=opened, labels=("hotfix",))
    merge(world, pull, developer, at=merged)


def revert(world: World, repository: str, reverted: Json, developer: str, *, at: datetime) -> None:
    """GitHub's own revert: its branch, title and body name what it takes back."""
    title, branch = f'Revert "{reverted["title"]}"', f"revert-{{other}}-{reverted['headRefName']}"
    pull = draft_pull(world, repository, developer, title=title, branch=branch, opened=at)
    pull["body"] = f"Reverts {setting.OWNER}/{repository}#{{other}}"
    world.pulls[repository][-1].other = reverted
    merge(world, pull, developer, at=at + timedelta(minutes=30))


def draft_pull(
    world: World,
    repository: str,
    developer: str,
    *,
    title: str,
    branch: str,
    opened: datetime,
    labels: tuple[str, ...] = (),
    bot: bool = False,
) -> Json:
    """An open pull request with its commits, which joins the repository's."""
    author = account(developer, bot=bot)
    commits = [
        {"commit": _commit(world, developer, title, opened - timedelta(hours=n))}
        for n in range(world.pick((1, 1, 2, 3)))
    ]
    changed = round(world.around(60, 1.2))
    pull: Json = {
        "title": title,
        "body": "",
        "author": author,
        "createdAt": written(opened),
        "isDraft": False,
        "baseRefName": "main",
        "headRefName": branch,
        "additions": changed,
        "deletions": changed // 3,
        "changedFiles": 1 + changed // 40,
        "labels": [{"name": name} for name in labels],
        "commits": commits[::-1],
        "reviews": [],
        "timelineItems": [],
        "closingIssuesReferences": [],
    }
    world.pulls.setdefault(repository, []).append(Draft(pull))
    return pull


def review(world: World, pull: Json, *, project: str, ready: datetime, merged: datetime) -> None:
    """Draft until `ready` (one in four), asked for and given reviews, then merged by its author."""
    developers = world.developers[setting.project(project).team]
    reviewer = account(developers[(developers.index(pull["author"]["login"]) + 1) % len(developers)])
    if world.chance(0.25):
        pull["isDraft"] = ready > END
        event(pull, "ReadyForReviewEvent", ready)
    event(pull, "ReviewRequestedEvent", ready, requestedReviewer=reviewer)
    if world.chance(0.3):
        _review(pull, reviewer, "CHANGES_REQUESTED", ready + (merged - ready) * 0.3)
    if world.chance(0.9):
        _review(pull, reviewer, "APPROVED", ready + (merged - ready) * 0.8)
    merge(world, pull, pull["author"]["login"], at=merged)


def merge(world: World, pull: Json, by: str, *, at: datetime) -> None:
    """Squashed into one commit that keeps the co-authors of all, unless the company's end comes first."""
    if at > END:
        return
    trailers = {t for c in pull["commits"] for t in re.findall(r"(?m)^Co-authored-by: .*$", c["commit"]["message"])}
    message = "\n\n".join([f"{pull['title']} (#{{number}})", *sorted(trailers)])
    commit = _commit(world, by, message, at)
    pull |= {"mergedAt": written(at), "closedAt": written(at), "mergedBy": account(by), "mergeCommit": commit}
    event(pull, "MergedEvent", at, mergeRefName="main", actor=account(by))


def close(pull: Json, *, at: datetime) -> None:
    """Closed without a merge."""
    pull["closedAt"] = written(at)
    event(pull, "ClosedEvent", at)


def event(pull: Json, kind: str, at: datetime, **more: Any) -> None:
    if at <= END:
        node = {"__typename": kind, "createdAt": written(at), "actor": pull["author"], **more}
        pull["timelineItems"].append(node)


def account(name: str, *, bot: bool = False) -> Json:
    """A GitHub account; a bot's login is written without `[bot]`, as GraphQL does."""
    return {"__typename": "Bot" if bot else "User", "login": name}


def written(at: datetime) -> str:
    """The instant as GitHub writes it: UTC, whole seconds."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def commit_of(name: str, message: str, at: datetime) -> Json:
    """A commit that no pull request made; its sha is made of the name."""
    who = {"name": "release-bot", "email": "release-bot@acme-shops.example", "date": written(at)}
    oid = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
    return {"oid": oid, "message": message, "author": who, "committer": who}


def _names(world: World, wish: Wish) -> tuple[str, str]:
    """(title, branch): the key stands in the title, bracketed or not, or in the branch alone, even in lower case."""
    summary = world.site.issue(wish.key).fields["summary"]
    slug = re.sub(r"[^a-z]+", "-", summary.lower()).strip("-")[:30]
    draw = world.rng.random()
    if draw < 0.6:
        return f"{wish.key}: {summary}", f"feature/{slug}"
    if draw < 0.75:
        return f"[{wish.key}] {summary}", f"{wish.key}-{slug}"
    return summary, f"feature/{wish.key if draw < 0.9 else wish.key.lower()}-{slug}"


def _review(pull: Json, reviewer: Json, state: str, at: datetime) -> None:
    if at <= END:
        dates = {"submittedAt": written(at), "createdAt": written(at), "updatedAt": written(at)}
        body = "Please look at the second case." if state == "CHANGES_REQUESTED" else ""
        pull["reviews"].append({"author": reviewer, "state": state, "body": body, **dates})


def _commit(world: World, name: str, message: str, at: datetime) -> Json:
    world.commits += 1
    who = {"name": name, "email": f"{name}@acme-shops.example", "date": written(at), "user": {"login": name}}
    if world.chance(0.08) and "Co-authored-by" not in message:
        other = world.pick(world.developers["platform"])
        message = f"{message}\n\nCo-authored-by: {other} <{other}@acme-shops.example>"
    oid = hashlib.sha1(str(world.commits).encode(), usedforsecurity=False).hexdigest()
    return {"oid": oid, "message": message, "author": who, "committer": who}
