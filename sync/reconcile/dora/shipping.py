"""The deployments of every service, what each brought, and what speaks against it: read once (metrics.md §3.1–3.3)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from mappings.change_sets import ChangeSet, change_sets, parents_of
from mappings.deployments import Rung, service_deployments
from mappings.failures import Rule, Windows, failures
from mappings.mends import Mends, mends
from mappings.people import People
from mappings.reverts import reverts
from mappings.rows import as_table
from mappings.rules import Service
from sync.reconcile.figures import DAY_US, HOUR_US
from sync.reconcile.periods import micros
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

BROUGHT = {"service": "string", "ref": "string", "repository": "string", "sha": "string", "finished_us": "int64"}


class OfService(Protocol):
    @property
    def service(self) -> str: ...


S = TypeVar("S", bound=OfService)


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

    service: str
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

    @cached_property
    def brought(self) -> "ir.Table":
        """`BROUGHT`: one row for each commit and deployment that brought it."""
        return as_table(self._brought(), BROUGHT)

    def _brought(self) -> Iterator[dict[str, Any]]:
        for made in self.deployments.values():
            for each in made:
                place = {"service": each.service, "ref": each.ref, "repository": each.repository}
                for sha in sorted(each.brought or ()):
                    yield {**place, "sha": sha, "finished_us": each.finished_us}


def shipping(
    snapshot: Snapshot,
    services: Sequence[Service],
    *,
    links: "ir.Table",
    day: date,
    people: People,
    thresholds: Thresholds,
) -> Shipping:
    same_within_us = thresholds.same_deployment_minutes * HOUR_US // 60
    made = service_deployments(snapshot.tables, services, same_within_us=same_within_us)
    rows = made.to_pyarrow().to_pylist()
    sets = _change_sets(rows, snapshot)
    speaking = _mends(snapshot, services, links=links, day=day, people=people) if services else {}
    failed = failures(rows, brought=sets.values(), mends=speaking, windows=_windows(thresholds))
    return Shipping(
        services=services,
        deployments=_by_service(_deployment(row, sets[row["service"], row["ref"]]) for row in rows),
        mends=speaking,
        signs=_by_service(Sign(**row) for row in failed.to_pyarrow().to_pylist()),
        deployed=made,
        failures=failed,
    )


def _windows(thresholds: Thresholds) -> Windows:
    return Windows(
        taken_back_us=thresholds.taken_back_days * DAY_US,
        hotfix_us=thresholds.hotfix_hours * HOUR_US,
        incident_us=thresholds.incident_hours * HOUR_US,
    )


def _change_sets(rows: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> dict[tuple[str, str], ChangeSet]:
    """What each deployment brought, by service and ref, from the histories of the repositories deployed from."""
    held, deployed_from = snapshot["repository_commits"], sorted({row["repository"] for row in rows})
    parents = parents_of(held.filter(held.repository.isin(deployed_from))) if rows else {}
    return {(each.service, each.ref): each for each in change_sets(rows, parents)}


def _deployment(row: Mapping[str, Any], brought: ChangeSet) -> Deployment:
    told = {name: row[name] for name in Deployment._fields if name in row}
    return Deployment(**told, brought=brought.shas, rollback=brought.rollback)


def _by_service(rows: Iterable[S]) -> dict[str, list[S]]:
    found: dict[str, list[S]] = defaultdict(list)
    for row in rows:
        found[row.service].append(row)
    return found


def _mends(
    snapshot: Snapshot, services: Sequence[Service], *, links: "ir.Table", day: date, people: People
) -> dict[str, Mends]:
    back = reverts(snapshot.tables)
    told = mends(snapshot.tables, services, reverts=back, links=links, day=day, people=people)
    return {service: _known(each, as_of_us=micros(snapshot.as_of)) for service, each in told.items()}


def _known(told: Mends, *, as_of_us: int) -> Mends:
    """Without what its fields say of the time to come."""
    begun = [each for each in told.incidents if each.began_us <= as_of_us]
    ended = [each._replace(ended_us=_past(each.ended_us, as_of_us)) for each in begun]
    return told._replace(incidents=ended)


def _past(us: int | None, as_of_us: int) -> int | None:
    return us if us is not None and us <= as_of_us else None
