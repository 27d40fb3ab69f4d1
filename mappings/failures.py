"""What speaks for a deployment having failed: incidents, rollbacks, reverts and hotfixes (metrics.md §3.3)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from mappings.change_sets import ChangeSet, line_of
from mappings.mends import Mends
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir

Rule: TypeAlias = Literal["named", "rollback", "revert", "hotfix", "incident"]

#: Column → type of `failures`, one row for each deployment, rule, and thing that speaks.
FAILURES = {
    "service": "string",
    "ref": "string",  # the deployment
    "rule": "string",  # the surest first: named, rollback, revert, hotfix, incident
    "by_ref": "string",  # the incident, the deployment that went back, the pull request or commit that mends
    "at_us": "int64",  # when it spoke: an incident's beginning, the finish of the deployment that mends
}


class Windows(NamedTuple):
    """For how long after a deployment something speaks against it."""

    taken_back_us: int
    hotfix_us: int
    incident_us: int


class Shipment(NamedTuple):
    """A deployment and what it brought."""

    ref: str
    sha: str
    finished_us: int
    brought: frozenset[str]  #: commits; none where that is not known
    rollback: bool

    def within(self, later: "Shipment", most_us: int) -> bool:
        return later.finished_us - self.finished_us <= most_us

    def has(self, sha: str) -> bool:
        """Whether it brought, or is, the commit that begins so."""
        return any(own.startswith(sha) for own in (self.sha, *self.brought))


Sign: TypeAlias = tuple[str, int]  #: by_ref, at_us
Signs: TypeAlias = Callable[[Shipment, Sequence[Shipment], Mends, Windows], Iterator[Sign]]


def failures(
    deployments: Iterable[Mapping[str, Any]],
    *,
    brought: Iterable[ChangeSet],
    mends: Mapping[str, Mends],
    windows: Windows,
) -> "ir.Table":
    """Every sign of failure, as `FAILURES` describes; `mends` are by service.

    `deployments` are rows of `SERVICE_DEPLOYMENTS`, oldest first, and `brought` is what each of them brought. That one
    deployment fails once, and one incident fails one deployment, is for whoever counts them.
    """
    rows, sets = list(deployments), {(each.service, each.ref): each for each in brought}
    found: list[dict[str, Any]] = []
    for (service, *_), line in groupby(sorted(rows, key=line_of), key=line_of):
        shipments = [_shipment(row, sets[service, row["ref"]]) for row in line]
        found += [{"service": service, **sign} for sign in _of_line(shipments, mends.get(service, Mends()), windows)]
    order = [*RULES]
    return as_table(
        sorted(found, key=lambda row: (row["service"], row["ref"], order.index(row["rule"]), row["at_us"])), FAILURES
    )


def _shipment(row: Mapping[str, Any], brought: ChangeSet) -> Shipment:
    return Shipment(row["ref"], row["sha"], row["finished_us"], brought.shas or frozenset(), brought.rollback)


def _of_line(shipments: Sequence[Shipment], mends: Mends, windows: Windows) -> Iterator[dict[str, Any]]:
    for place, shipment in enumerate(shipments):
        for rule, signs in RULES.items():
            for by_ref, at_us in dict.fromkeys(signs(shipment, shipments[place + 1 :], mends, windows)):
                yield {"ref": shipment.ref, "rule": rule, "by_ref": by_ref, "at_us": at_us}


def _named(shipment: Shipment, _: Sequence[Shipment], mends: Mends, __: Windows) -> Iterator[Sign]:
    """An incident names a commit of it."""
    for incident in mends.incidents:
        if any(map(shipment.has, incident.shas)):
            yield incident.ref, incident.began_us


def _rolled_back(shipment: Shipment, later: Sequence[Shipment], _: Mends, windows: Windows) -> Iterator[Sign]:
    """The next one went back behind it, soon enough."""
    for following in later[:1]:
        if following.rollback and shipment.within(following, windows.taken_back_us):
            yield following.ref, following.finished_us


def _reverted(shipment: Shipment, later: Sequence[Shipment], mends: Mends, windows: Windows) -> Iterator[Sign]:
    """One that came soon enough brought a commit that takes back a commit of it."""
    for following in later:
        if not shipment.within(following, windows.taken_back_us):
            return
        for sha in sorted(following.brought & mends.undoings.keys()):
            for undoing in mends.undoings[sha]:
                if any(own.startswith(undoing.target) for own in shipment.brought):
                    yield undoing.by_ref, following.finished_us


def _fixed(shipment: Shipment, later: Sequence[Shipment], mends: Mends, windows: Windows) -> Iterator[Sign]:
    """The next one, soon enough, brought a hotfix."""
    for following in later[:1]:
        if shipment.within(following, windows.hotfix_us):
            for sha in sorted(following.brought & mends.hotfixes.keys()):
                yield mends.hotfixes[sha], following.finished_us


def _followed(shipment: Shipment, later: Sequence[Shipment], mends: Mends, windows: Windows) -> Iterator[Sign]:
    """An incident began before the next one, and soon enough."""
    until_us = min([shipment.finished_us + windows.incident_us, *(each.finished_us for each in later[:1])])
    for incident in mends.incidents:
        if shipment.finished_us <= incident.began_us < until_us:
            yield incident.ref, incident.began_us


#: The surest first.
RULES: dict[Rule, Signs] = {
    "named": _named,
    "rollback": _rolled_back,
    "revert": _reverted,
    "hotfix": _fixed,
    "incident": _followed,
}
