"""How the company's code reaches its shops: deployments and their rollbacks, releases, tags, and workflow runs."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from connectors.twin.company.code import account, written
from connectors.twin.company.history import patch
from connectors.twin.company.setting import END, SERVICES, START
from connectors.twin.company.world import World

Json = dict[str, Any]

FAILED, ROLLED_BACK, FLAKY = 0.04, 0.04, 0.08
RELEASED, TAGGED = "mobile-app", "merchant-numbers"
"""The repository that publishes releases, and the one that only tags."""
PATCHED = 6
"""The fortnight whose release was mended beside the default branch."""
FIRST_RUN = 2**33
"""Run ids have long outgrown 32 bits (github/rest-api-description#3795)."""


def deployments(world: World, pulls: list[Json]) -> Iterator[Json]:
    """One on every day that has something new at 15:00 UTC, and one a quarter of an hour after each hotfix."""
    merged = _merged(pulls)
    by_day = {str(pull["mergedAt"])[:10]: pull for pull in merged if str(pull["mergedAt"])[11:] < "15:00"}
    routine = [(f"{day}T15:00:00Z", pull) for day, pull in by_day.items()]
    urgent = [(str(pull["mergedAt"]), pull) for pull in merged if {"name": "hotfix"} in pull["labels"]]
    for at, pull in sorted([*routine, *urgent], key=lambda entry: entry[0]):
        created = datetime.fromisoformat(at) + timedelta(minutes=15)
        if created + timedelta(minutes=10) < END:
            yield deployment(pull["mergeCommit"], created, result="FAILURE" if world.chance(FAILED) else "SUCCESS")


def deployment(commit: Json, created: datetime, *, result: str) -> Json:
    """A deployment to production that took eight minutes."""
    ended = created + timedelta(minutes=8)
    steps = [("QUEUED", created), ("IN_PROGRESS", created + timedelta(minutes=1)), (result, ended)]
    return {
        "createdAt": written(created),
        "updatedAt": written(ended),
        "environment": "production",
        "task": "deploy",
        "creator": account("deploy-bot", bot=True),
        "commit": commit,
        "ref": {"name": "main"},
        "statuses": [_status(state, at) for state, at in steps],
    }


def ship(world: World, repository: Json) -> None:
    """Add what the repository's pull requests and deployments lead to."""
    merged = _merged(repository["pullRequests"])
    if repository["name"] in SERVICES:
        repository["deployments"] = sorted(_with_rollbacks(world, repository["deployments"]), key=_created)
        _supersede(repository["deployments"])
    if repository["name"] in (RELEASED, TAGGED):
        repository["refs"] = list(_tags(merged, annotated=repository["name"] == TAGGED))
    if repository["name"] == RELEASED:
        repository["releases"] = list(_releases(repository["refs"]))
    repository["workflowRuns"] = list(_runs(world, repository))


def _with_rollbacks(world: World, made: list[Json]) -> Iterator[Json]:
    """The deployments, a few of them taken back after 40 minutes by deploying once more what was there before."""
    yield from made
    succeeded = [each for each in made if each["statuses"][-1]["state"] == "SUCCESS"]
    for before, taken_back in pairwise(succeeded):
        at = datetime.fromisoformat(taken_back["createdAt"]) + timedelta(minutes=40)
        if at + timedelta(hours=1) < END and world.chance(ROLLED_BACK):
            yield {**deployment(before["commit"], at, result="SUCCESS"), "description": "Rollback"}


def _supersede(made: list[Json]) -> None:
    """Each success makes the one before it inactive, seconds later."""
    succeeded = [each for each in made if each["statuses"][-1]["state"] == "SUCCESS"]
    for before, after in pairwise(succeeded):
        at = datetime.fromisoformat(after["statuses"][-1]["createdAt"]) + timedelta(seconds=2)
        before["statuses"].append(_status("INACTIVE", at))
        before["updatedAt"] = written(at)


def _status(state: str, at: datetime) -> Json:
    dates = {"createdAt": written(at), "updatedAt": written(at)}
    return {"state": state, **dates, "creator": account("deploy-bot", bot=True), "environment": "production"}


def _tags(merged: list[Json], *, annotated: bool) -> Iterator[Json]:
    """One for the last change of every second week; one that was released had to be mended."""
    last = {(_at(pull["mergedAt"]) - START).days // 14: pull for pull in merged}
    for fortnight, pull in sorted(last.items()):
        name, commit = f"v1.{fortnight}", pull["mergeCommit"]
        tagger = {"name": "release-bot", "date": written(_at(pull["mergedAt"]) + timedelta(hours=1))}
        tag = {"__typename": "Tag", "name": name, "oid": _sha(name), "tagger": tagger, "target": commit}
        yield {"name": name, "prefix": "refs/tags/", "target": tag if annotated else commit}
        if fortnight == PATCHED and not annotated:
            yield {"name": f"{name}.1", "prefix": "refs/tags/", "target": patch(commit)}


def _releases(tags: list[Json]) -> Iterator[Json]:
    """One for each tag, published an hour after its commit; every fourth is a trial, and one is still being written."""
    for number, tag in enumerate(tags):
        committed = _at(tag["target"]["committer"]["date"])
        published = min(committed + timedelta(hours=1), END)
        yield {
            "tagName": tag["name"],
            "name": f"Mobile {tag['name'][1:]}",
            "author": account("mobile-dev-1"),
            "createdAt": written(committed),
            "publishedAt": written(published),
            "updatedAt": written(published),
            "isPrerelease": number % 4 == 3,
        }
    draft = {"tagName": "v2.0", "name": "Mobile 2.0", "author": account("mobile-dev-1"), "isDraft": True}
    yield {**draft, "createdAt": written(END), "updatedAt": written(END)}


def _runs(world: World, repository: Json) -> Iterator[Json]:
    """The checks of every pull request, some of them run twice, and a run for each deployment; oldest first."""
    checks = [_checks(world, pull) for pull in repository["pullRequests"]]
    ships = [_deploys(each) for each in repository["deployments"]]
    for number, run in enumerate(sorted([*checks, *ships], key=_created), start=1):
        digest = int(_sha(repository["name"])[:6], 16)
        yield {**run, "id": FIRST_RUN + digest * 100_000 + number, "runNumber": number}


def _checks(world: World, pull: Json) -> Json:
    begun = _at(pull["createdAt"]) + timedelta(minutes=1)
    attempts = [_attempt(begun, "success", pull["author"])]
    if world.chance(FLAKY):
        attempts = [
            _attempt(begun, "failure", pull["author"]),
            _attempt(begun + HALF_AN_HOUR, "success", pull["author"]),
        ]
    branch, sha = pull["headRefName"], pull["commits"][-1]["commit"]["oid"]
    return _run("checks", event="pull_request", branch=branch, sha=sha, attempts=attempts)


def _deploys(deployed: Json) -> Json:
    failed = any(status["state"] == "FAILURE" for status in deployed["statuses"])
    attempt = _attempt(_at(deployed["createdAt"]), "failure" if failed else "success", deployed["creator"])
    return _run("deploy", event="push", branch="main", sha=deployed["commit"]["oid"], attempts=[attempt])


def _run(name: str, *, event: str, branch: str, sha: str, attempts: list[Json]) -> Json:
    where = {"event": event, "headBranch": branch, "headSha": sha}
    path = f".github/workflows/{name}.yml"
    return {"name": name, "path": path, **where, "createdAt": attempts[0]["startedAt"], "attempts": attempts}


def _attempt(at: datetime, conclusion: str, actor: Json) -> Json:
    ended = at + timedelta(minutes=9)
    if ended > END:
        return {"status": "in_progress", "conclusion": None, "startedAt": written(at), "updatedAt": written(END)}
    dates = {"startedAt": written(at), "updatedAt": written(ended)}
    return {"status": "completed", "conclusion": conclusion, "actor": actor, **dates}


def _merged(pulls: list[Json]) -> list[Json]:
    return sorted((pull for pull in pulls if "mergedAt" in pull), key=lambda pull: str(pull["mergedAt"]))


def _created(made: Json) -> str:
    return str(made["createdAt"])


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


HALF_AN_HOUR = timedelta(minutes=30)
