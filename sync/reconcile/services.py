"""What the deployments of each service are read from: a figure of a service means what its rung can tell."""

from collections.abc import Sequence

from msgspec import Struct

from mappings.deployments import Rung, service_deployments, standings
from mappings.rules import Service
from sync.reconcile.periods import Period, micros
from sync.snapshot import Snapshot


class ServiceLine(Struct, frozen=True, kw_only=True):
    """One service in the account of deployments."""

    id: str
    rung: Rung | None  #: what its deployments are read from; None where nothing of it is known
    deployments: int  #: that finished in the period
    other_environments: tuple[str, ...]  #: that its repositories deploy to, and that do not count


def service_lines(snapshot: Snapshot, services: Sequence[Service], *, period: Period) -> tuple[ServiceLine, ...]:
    """One for each service, in the order of the mappings."""
    if not services:
        return ()
    made = service_deployments(snapshot.tables, services)
    in_period = made.filter(
        made.finished_us >= micros(period.start_at), made.finished_us < micros(period.known_until(snapshot.as_of))
    )
    rows = in_period.group_by("service").aggregate(count=in_period.count()).to_pyarrow().to_pylist()
    counts = {row["service"]: row["count"] for row in rows}
    return tuple(
        ServiceLine(
            id=standing.service,
            rung=standing.rung,
            deployments=counts.get(standing.service, 0),
            other_environments=standing.other_environments,
        )
        for standing in standings(snapshot.tables, services)
    )
