"""How the company's commits follow on each other: squashed onto the default branch, or merged in one repository."""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Any

from connectors.twin.company.code import commit_of, written
from connectors.twin.company.setting import START

Json = dict[str, Any]

MERGED = "infrastructure"
"""The repository that keeps every commit of a pull request; the others squash them."""


def grow(repository: Json) -> None:
    """Say of every merged commit what it follows on, down to a first one; the default branch ends with the last."""
    merged = sorted((p for p in repository["pullRequests"] if "mergeCommit" in p), key=lambda p: str(p["mergedAt"]))
    main = [commit_of(f"first of {repository['name']}", "Begin", START - timedelta(days=30))]
    dates = [written(START - timedelta(days=30))]
    for pull in merged:
        heads = [main[-1]["oid"]]
        if repository["name"] == MERGED:
            heads.append(_branch(pull, main[bisect_right(dates, _begun(pull)) - 1]))
        pull["mergeCommit"]["follows"] = heads
        main.append(pull["mergeCommit"])
        dates.append(str(pull["mergedAt"]))
    repository["defaultBranchRef"]["target"] = main[-1]
    repository["commits"] = [main[0]]


def patch(tagged: Json) -> Json:
    """A commit beside the default branch that mends what was tagged."""
    at = datetime.fromisoformat(tagged["committer"]["date"]) + timedelta(days=2)
    mended = commit_of(f"mends {tagged['oid']}", "Mend it where it was shipped", at)
    return mended | {"follows": [tagged["oid"]]}


def _branch(pull: Json, begun_at: Json) -> str:
    """The last of the pull request's commits; the first follows on where the default branch stood when it was made."""
    before = str(begun_at["oid"])
    for each in pull["commits"]:
        each["commit"]["follows"] = [before]
        before = str(each["commit"]["oid"])
    return before


def _begun(pull: Json) -> str:
    return str(pull["commits"][0]["commit"]["committer"]["date"])
