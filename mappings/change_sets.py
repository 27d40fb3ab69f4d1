"""Which commits each deployment of a service brought, told from the history of its repository (metrics.md §3.2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ibis.expr.types as ir

Parents: TypeAlias = Mapping[str, Sequence[str]]  #: by commit, those that it follows on


def parents_of(commits: "ir.Table") -> dict[str, tuple[str, ...]]:
    """Of all commits of the histories that are held."""
    rows = commits.select("sha", "parents").to_pyarrow()
    return {
        sha: tuple(follows) for sha, follows in zip(rows["sha"].to_pylist(), rows["parents"].to_pylist(), strict=True)
    }


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """What one deployment brought."""

    service: str
    ref: str  #: of the deployment
    #: Commits that no earlier deployment of the service had; None where that cannot be known: of the first deployment,
    #: and where the history that is held does not reach the deployed commit.
    shas: frozenset[str] | None
    rollback: bool  #: what was deployed had been deployed, or left behind, before what it replaces


def change_sets(deployments: Iterable[Mapping[str, Any]], parents: Parents) -> Iterator[ChangeSet]:
    """One for each deployment, in order. `deployments` are rows of `SERVICE_DEPLOYMENTS`, oldest first.

    What a service deploys from several repositories, or to several environments, is told apart: each is a line of its
    own, of which the first deployment is the beginning.
    """
    ordered = sorted(deployments, key=lambda row: (*line_of(row), row["finished_us"], row["ref"]))
    for _, line in groupby(ordered, key=line_of):
        yield from _of_line(list(line), parents)


def line_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Service, repository, environment: what is deployed there follows on what was."""
    return row["service"], row["repository"], row["environment"] or ""


def _of_line(line: Sequence[Mapping[str, Any]], parents: Parents) -> Iterator[ChangeSet]:
    first, *rest = line
    brought = _new(first["sha"], parents, known=frozenset())
    yield ChangeSet(service=first["service"], ref=first["ref"], shas=None, rollback=False)
    before = first["sha"]
    for row in rest:
        back = row["sha"] in brought and _precedes(row["sha"], before, parents)
        new = _new(row["sha"], parents, known=brought)
        known = row["sha"] in parents and first["sha"] in parents
        yield ChangeSet(service=row["service"], ref=row["ref"], shas=frozenset(new) if known else None, rollback=back)
        brought |= new
        before = row["sha"]


def _new(sha: str, parents: Parents, *, known: Iterable[str]) -> set[str]:
    """What is reachable from the commit, itself too, without what is known and all that lies behind it."""
    found: set[str] = set()
    waiting = [sha]
    while waiting:
        commit = waiting.pop()
        if commit in parents and commit not in known and commit not in found:
            found.add(commit)
            waiting.extend(parents[commit])
    return found


def _precedes(sha: str, other: str, parents: Parents) -> bool:
    """Whether the other commit follows on this one, and is not the same."""
    if sha == other:
        return False
    seen: set[str] = set()
    waiting = [other]
    while waiting:
        commit = waiting.pop()
        if commit == sha:
            return True
        if commit not in seen:
            seen.add(commit)
            waiting.extend(parents.get(commit, ()))
    return False
