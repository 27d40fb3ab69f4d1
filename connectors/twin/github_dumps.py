"""Real GitHub records as hosts: read from gzipped JSON lines, changed only where the docstring says so."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from connectors.twin import github_from_rest as from_rest
from connectors.twin import github_references as references
from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost

# What git alone does not know of a pull request.
UNKNOWN_TO_GIT = ("additions", "baseRefName", "body", "changedFiles", "createdAt", "deletions", "headRefName")


def arrow_github(folder: Path) -> GitHubHost:
    """The repository apache/arrow with the 5,565 pull requests that were read from its git history.

    `folder` is the data set `arrow`. There are no opening dates, reviews, labels or timelines. A pull request without
    a merge commit was closed or is open, git cannot tell which: it is shown as CLOSED, without a closing date. An
    account's login is the local part of its veiled address. `updatedAt` is the latest date that git knows.
    """
    rows = list(_lines(folder / "git" / "apache__arrow-pull-requests.jsonl.gz"))
    logins = {c["author"]: _login(c["author_email"]) for row in rows for c in row["commits"]}
    pulls = [_from_git(row, logins) for row in rows]
    repository = {"owner": {"login": "apache"}, "name": "arrow", "issues": [], "pullRequests": pulls}
    return GitHubHost(
        now=_just_after(pull["updatedAt"] for pull in pulls),
        repositories=[repository | {"defaultBranchRef": {"name": "master", "prefix": "refs/heads/"}}],
        nullable=frozenset(f"PullRequest.{field}" for field in UNKNOWN_TO_GIT),
    )


def bitcoin_github(folder: Path) -> GitHubHost:
    """The repositories gui and secp256k1 of bitcoin-core; `folder` is the data set `bitcoin-core-github`.

    Recorded by REST, so that nobody knows which review threads were resolved and when reviews were begun. What a pull
    request closes, and who speaks of whom, is read from the texts, as GitHub reads them.
    """
    repositories = [_recorded(folder, name) for name in ("gui", "secp256k1")]
    items = {
        (f"{r['owner']['login']}/{r['name']}", item["number"]): item
        for r in repositories
        for item in [*r["issues"], *r["pullRequests"]]
    }
    references.connect(items)
    references.cross_refer(items)
    return GitHubHost(
        now=_just_after(item["updatedAt"] for item in items.values()),
        repositories=repositories,
        nullable=from_rest.UNTOLD,
    )


def _recorded(folder: Path, name: str) -> Node:
    issues = [from_rest.issue(r["issue"], r["events"]) for r in _lines(folder / f"{name}-issues.jsonl.gz")]
    rows = list(_lines(folder / f"{name}-pulls.jsonl.gz"))
    pulls = [from_rest.pull_request(r["pull"], r["events"], r["comments"]) for r in rows]
    newest = max(rows, key=lambda row: str(row["pull"]["updated_at"]))
    repository = from_rest.repository(newest["pull"]["base"]["repo"])
    from_rest.close_by_keyword(pulls, issues, branch=repository["defaultBranchRef"]["name"])
    return repository | {"issues": issues, "pullRequests": pulls}


def _from_git(row: Node, logins: dict[str, str]) -> Node:
    commits = [{"commit": _commit(commit)} for commit in row["commits"]]
    merged_at = instant(row["merged_at"])
    fork, _, branch = (row["head_label"] or "").partition("/")
    return {
        "number": row["number"],
        "title": row["title"],
        "body": row["body"],
        "state": "MERGED" if row["merged"] else "CLOSED",
        "author": commits[0]["commit"]["author"]["user"],
        "headRefName": branch or None,
        "headRefOid": row["head_sha"],
        "headRepositoryOwner": {"login": fork, "__typename": "User"} if fork else None,
        "isCrossRepository": bool(fork),
        "mergedAt": merged_at,
        "closedAt": merged_at,
        "mergedBy": _account(logins.get(row["merged_by"]), row["merged_by"]),
        "mergeCommit": {"oid": row["merge_sha"], "committer": {"date": merged_at}} if row["merged"] else None,
        "commits": commits,
        "updatedAt": max(filter(None, [merged_at, *(c["commit"]["committer"]["date"] for c in commits)])),
    }


def _commit(row: Node) -> Node:
    login = _login(row["author_email"])
    author = {"name": row["author"], "email": row["author_email"], "user": _account(login, row["author"])}
    return {
        "oid": row["sha"],
        "message": row["message"],
        "author": {**author, "date": instant(row["authored_at"])},
        "committer": {"name": row["committer"], "date": instant(row["committed_at"])},
    }


def _account(login: str | None, name: str) -> Node | None:
    return {"__typename": "User", "login": login, "name": name} if login else None


def _login(address: str) -> str:
    return address.partition("@")[0]


def instant(text: str | None) -> str | None:
    """The instant as GitHub writes it: UTC, to the second."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if text else None


def _just_after(instants: Iterable[str]) -> Callable[[], datetime]:
    """A clock that stands at the minute after the latest."""
    stands_at = datetime.fromisoformat(max(instants)) + timedelta(minutes=1)
    return lambda: stands_at


def _lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rb") as lines:
        yield from map(msgspec.json.decode, lines)
