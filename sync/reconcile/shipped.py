"""What became of code: how pull requests came through, and how services were deployed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mappings.people import People
from mappings.rules import Service
from sync.reconcile.dora import Dora, dora
from sync.reconcile.dora.leads import deployed
from sync.reconcile.dora.shipping import shipping
from sync.reconcile.pull_requests import PullRequests, pull_requests
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Shipped:
    pull_requests: PullRequests
    dora: Dora


def shipped(
    snapshot: Snapshot,
    services: Sequence[Service],
    *,
    flow: "ir.Table",
    links: "ir.Table",
    people: People,
    thresholds: Thresholds,
    day: date,
) -> Shipped:
    made = shipping(snapshot, services, links=links, day=day, people=people, thresholds=thresholds)
    first = deployed(made.brought, snapshot["pull_requests"]) if services else None
    pulls = pull_requests(snapshot, links=links, thresholds=thresholds, deployed=first)
    return Shipped(pull_requests=pulls, dora=dora(snapshot, made, flow=flow, links=links, pull_requests=pulls.rows))
