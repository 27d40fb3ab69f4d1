"""Which change a pull request takes back, and how we know (github.md §6)."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir

Form: TypeAlias = Literal["body", "branch", "trailer", "title"]

#: Column → type of `reverts`, one row for each pull request and change that it takes back.
REVERTS = {
    "item_ref": "string",  # the pull request that reverts
    "to_ref": "string",  # the pull request that is taken back; null where only the commit is known
    "to_sha": "string",  # the commit, as far as it was written; null where only the pull request is known
    "form": "string",  # body, branch, trailer, title: the surest first
    "reland": "boolean",  # what is taken back was itself a revert: the change comes in again
}
#: What GitHub writes into the description when somebody presses its button.
BODY = re.compile(r"^Reverts\s+(?:(?P<repository>[\w.-]+/[\w.-]+))?#(?P<number>[1-9]\d*)\b", re.MULTILINE)
BODY_URL = re.compile(
    r"^Reverts\s+https?://[^/\s]+/(?P<repository>[\w.-]+/[\w.-]+)/pull/(?P<number>[1-9]\d*)\b", re.MULTILINE
)
BRANCH = re.compile(r"^revert-(?P<number>[1-9]\d*)-")  #: of the branch that the same button makes
TRAILER = re.compile(r"\bThis reverts commit (?P<sha>[0-9a-f]{7,40})\b")  #: what `git revert` writes
TITLE = re.compile(r'^(?:Revert|Reapply)\s+"(?P<title>.+)"(?:\s*\(#\d+\))?$', re.DOTALL)
REAPPLY = "Reapply"  #: `git revert` of a revert, since Git 2.43
SIGN = "(?i)revert|reapply"


class Sign(NamedTuple):
    """One sign that a change is taken back; what it does not tell is None."""

    form: Form
    repository: str | None = None
    number: int | None = None
    sha: str | None = None
    title: str | None = None


def signs(*, title: str, body: str | None, branch: str | None, messages: Iterable[str]) -> Iterator[Sign]:
    """Every sign in the texts of a pull request, the surest first."""
    for pattern in (BODY, BODY_URL):
        for found in pattern.finditer(body or ""):
            yield Sign("body", repository=found["repository"], number=int(found["number"]))
    if made := BRANCH.match(branch or ""):
        yield Sign("branch", number=int(made["number"]))
    for text in (body or "", *messages):
        for found in TRAILER.finditer(text):
            yield Sign("trailer", sha=found["sha"])
    if quoted := TITLE.match(title):
        yield Sign("title", title=quoted["title"])


def reverts(tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    """Every change that a pull request takes back, by the surest sign of it, as `REVERTS` describes.

    A sign that leads to no pull request and names no commit is left out: a title alone may be talk.
    """
    pulls = _Pulls(tables)
    rows = [row for pull in pulls.suspects() for row in _taken_back(pull, pulls)]
    reverting = {row["item_ref"] for row in rows}
    found = [{**row, "reland": row["reland"] or row["to_ref"] in reverting} for row in rows]
    return as_table(sorted(found, key=lambda row: (row["item_ref"], row["to_ref"] or "", row["to_sha"] or "")), REVERTS)


class _Pulls:
    """Pull requests as one looks them up: by number, by a commit, by title."""

    def __init__(self, tables: Mapping[str, "ir.Table"]) -> None:
        pulls, commits = tables["pull_requests"], tables["commits"]
        telling = commits.filter(commits.message.re_search(SIGN)).select(ref="item_ref", message="message")
        self._messages: dict[str, list[str]] = {}
        for row in telling.order_by("ref", "message").to_pyarrow().to_pylist():
            self._messages.setdefault(row["ref"], []).append(row["message"])
        told = [pulls[name].re_search(SIGN).fill_null(False) for name in ("title", "body", "head")]
        suspected = told[0] | told[1] | told[2] | pulls.ref.isin(sorted(self._messages))
        columns = ("ref", "repository", "number", "title", "body", "head", "created_us", "merged_us", "merge_sha")
        self._suspects = pulls.filter(suspected).select(*columns).order_by("ref").to_pyarrow().to_pylist()
        self._numbers: dict[tuple[str, int], str] = {}
        self._shas: dict[str, str] = {}
        self._titles: dict[tuple[str, str], list[tuple[int, str]]] = {}
        if self._suspects:
            self._learn(pulls.select("ref", "repository", "number", "title", "merged_us", "merge_sha"), commits)

    def suspects(self) -> Iterator[dict[str, Any]]:
        """Those that may take something back, with the `messages` of their commits that say so."""
        for pull in self._suspects:
            yield {**pull, "messages": self._messages.get(pull["ref"], [])}

    def meant(self, sign: Sign, pull: Mapping[str, Any]) -> str | None:
        """The ref of the pull request that the sign in `pull` leads to."""
        repository = sign.repository or pull["repository"]
        if sign.number is not None:
            return self._numbers.get((repository, sign.number))
        if sign.sha is not None:
            return self._by_sha(sign.sha)
        before = [
            ref
            for merged_us, ref in self._titles.get((repository, sign.title or ""), [])
            if pull["created_us"] is None or merged_us <= pull["created_us"]
        ]
        return before[-1] if before else None

    def _learn(self, pulls: "ir.Table", commits: "ir.Table") -> None:
        for row in commits.select("sha", "item_ref").to_pyarrow().to_pylist():
            self._shas[row["sha"]] = row["item_ref"]
        for row in pulls.order_by("merged_us", "ref").to_pyarrow().to_pylist():
            self._numbers[row["repository"], row["number"]] = row["ref"]
            if row["merge_sha"]:
                self._shas[row["merge_sha"]] = row["ref"]
            if row["merged_us"] is not None:
                self._titles.setdefault((row["repository"], row["title"]), []).append((row["merged_us"], row["ref"]))
        self._sorted_shas = sorted(self._shas)

    def _by_sha(self, start: str) -> str | None:
        place = bisect_left(self._sorted_shas, start)
        known = self._sorted_shas[place] if place < len(self._sorted_shas) else ""
        return self._shas[known] if known.startswith(start) else None


def _taken_back(pull: Mapping[str, Any], pulls: _Pulls) -> Iterator[dict[str, Any]]:
    """One row for each change, by its surest sign."""
    seen: set[str | None] = {pull["ref"]}
    again = pull["title"].startswith(REAPPLY)
    said = signs(title=pull["title"], body=pull["body"], branch=pull["head"], messages=pull["messages"])
    for sign in said:
        meant = pulls.meant(sign, pull)
        if (meant or sign.sha) is None or (meant or sign.sha) in seen:
            continue
        seen.add(meant or sign.sha)
        yield {"item_ref": pull["ref"], "to_ref": meant, "to_sha": sign.sha, "form": sign.form, "reland": again}
