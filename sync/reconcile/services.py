"""What the deployments of each service are read from: a figure of a service means what its rung can tell."""

from collections.abc import Sequence

from msgspec import Struct

from mappings.deployments import Rung, other_environments
from mappings.rules import Service
from sync.reconcile.dora.shipping import Deployment, Shipping
from sync.reconcile.span import Span
from sync.snapshot import Snapshot


class ServiceLine(Struct, frozen=True, kw_only=True):
    """One service in the account of deployments."""

    id: str
    rung: Rung | None  #: what its deployments are read from; None where nothing of it is known
    deployments: int  #: that finished in the period
    other_environments: tuple[str, ...]  #: that its repositories deploy to, and that do not count


def service_lines(snapshot: Snapshot, shipping: Shipping, span: Span) -> tuple[ServiceLine, ...]:
    """One for each service, in the order of the mappings."""
    return tuple(
        _line(service, shipping.deployments.get(service.id, ()), snapshot, span) for service in shipping.services
    )


def _line(service: Service, made: Sequence[Deployment], snapshot: Snapshot, span: Span) -> ServiceLine:
    return ServiceLine(
        id=service.id,
        rung=made[0].rung if made else None,
        deployments=len(span.within(made)),
        other_environments=other_environments(service, snapshot.tables),
    )
