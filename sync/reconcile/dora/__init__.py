"""How each service is deployed, and how often that goes wrong (metrics.md §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.reconcile.dora.incidents import endings, repairs
from sync.reconcile.dora.leads import leads
from sync.reconcile.dora.shipping import Shipping
from sync.reconcile.dora.verdicts import Ending, Verdict, verdicts
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Dora:
    """What became of every deployment of every service."""

    shipping: Shipping
    leads: "ir.Table"  #: service, ref (the deployment), change, finished_us, lead_us, pipeline_us
    verdicts: Mapping[str, Mapping[str, Verdict]]  #: by service and deployment
    endings: Mapping[str, Ending]  #: by incident


def dora(
    snapshot: Snapshot, shipping: Shipping, *, flow: "ir.Table", links: "ir.Table", pull_requests: "ir.Table"
) -> Dora:
    incidents = {each.ref for mends in shipping.mends.values() for each in mends.incidents}
    ended = endings(snapshot, flow, incidents) if incidents else {}
    return Dora(
        shipping=shipping,
        leads=leads(shipping.brought, snapshot, pull_requests),
        verdicts={
            service.id: verdicts(
                shipping.deployments.get(service.id, ()),
                shipping.signs.get(service.id, ()),
                mends=shipping.mends[service.id],
                endings=ended,
                repairs=repairs(snapshot, links, shipping.mends[service.id]),
            )
            for service in shipping.services
        },
        endings=ended,
    )
