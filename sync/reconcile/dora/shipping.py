"""The deployments of every service, what each brought, and what speaks against it: read once (metrics.md §3.1–3.3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from mappings.change_sets import change_sets, parents_of
from mappings.deployments import Rung, service_deployments
from mappings.failures import Rule, failures
from mappings.mends import Mends, mends
from mappings.people import People
from mappings.reverts import reverts
from mappings.rows import as_table
from mappings.rules import Service
from sync.reconcile.periods import micros
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

BROUGHT = {"service": "string", "ref": "string", "repository": "string", "sha": "string", "finished_us": "int64"}


class Deployment(NamedTuple):
    """What was deployed, and which commits came with it."""

    service: str
    rung: Rung
    ref: str
    repository: str
    sha: str
    finished_us: int
    brought: frozenset[str] | None  #: shas; None where that cannot be known, as of the first
    rollback: bool


class Sign(NamedTuple):
    """Something that speaks for a deployment having failed."""

    ref: str  #: the deployment
    rule: Rule
    by_ref: str
    at_us: int


@dataclass(frozen=True, kw_only=True)
class Shipping:
    services: Sequence[Service]
    deployments: Mapping[str, Sequence[Deployment]]  #: by service, the earliest first
    mends: Mapping[str, Mends]  #: by service
    signs: Mapping[str, Sequence[Sign]]  #: by service
    deployed: "ir.Table"  #: `SERVICE_DEPLOYMENTS`
    failures: "ir.Table"  #: `FAILURES`
    reverts: "ir.Table"  #: `REVERTS`

    @cached_property
    def brought(self) -> "ir.Table":
        """`BROUGHT`: one row for each commit and deployment that brought it."""
        return as_table(self._brought(), BROUGHT).cache()

    def _brought(self) -> Iterator[dict[str, Any]]:
        for made in self.deployments.values():
            for each in made:
                place = {"service": each.service, "ref": each.ref, "repository": each.repository}
                for sha in sorted(each.brought or ()):
                    yield {**place, "sha": sha, "finished_us": each.finished_us}


def shipping(
    snapshot: Snapshot, services: Sequence[Service], *, links: "ir.Table", day: date, people: People
) -> Shipping:
    tables = snapshot.tables
    back, made = reverts(tables), service_deployments(tables, services)
    rows = made.to_pyarrow().to_pylist()
    held = tables["repository_commits"]
    parents = parents_of(held.filter(held.repository.isin(sorted({row["repository"] for row in rows}))))
    sets = list(change_sets(rows, parents))
    told = mends(tables, services, reverts=back, links=links, day=day, people=people)
    speaking = {service: _known(each, as_of_us=micros(snapshot.as_of)) for service, each in told.items()}
    failed = failures(rows, brought=sets, mends=speaking)
    brought = {(each.service, each.ref): each for each in sets}
    deployments: dict[str, list[Deployment]] = defaultdict(list)
    for row in rows:
        known = brought[row["service"], row["ref"]]
        named = {name: row[name] for name in Deployment._fields if name in row}
        deployments[row["service"]].append(Deployment(**named, brought=known.shas, rollback=known.rollback))
    signs: dict[str, list[Sign]] = defaultdict(list)
    for row in failed.to_pyarrow().to_pylist():
        signs[row["service"]].append(Sign(row["ref"], row["rule"], row["by_ref"], row["at_us"]))
    return Shipping(
        services=services,
        deployments=deployments,
        mends=speaking,
        signs=signs,
        deployed=made,
        failures=failed,
        reverts=back,
    )


def _known(told: Mends, *, as_of_us: int) -> Mends:
    """Without what its fields say of the time to come."""
    begun = [each for each in told.incidents if each.began_us <= as_of_us]
    ended = [each._replace(ended_us=_past(each.ended_us, as_of_us)) for each in begun]
    return told._replace(incidents=ended)


def _past(us: int | None, as_of_us: int) -> int | None:
    return us if us is not None and us <= as_of_us else None
