"""What each service's deployments are read from, and how many lie in the period."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings.links import LINKS
from mappings.people import People
from mappings.rules import Service
from sync.reconcile.dora.shipping import shipping
from sync.reconcile.periods import period
from sync.reconcile.services import ServiceLine, service_lines
from sync.reconcile.span import Span
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import table, tables

BERLIN = ZoneInfo("Europe/Berlin")
SHOP = Service(id="shop", repositories=("acme/shop",))
PAY = Service(id="pay", repositories=("acme/pay",))


def deployment(at: str, environment: str = "production") -> dict[str, Any]:
    place = {"repository": "acme/shop", "environment": environment, "sha": at}
    return {"ref": f"{environment} {at}", "succeeded_us": at, **place}


def lines(
    *made: dict[str, Any], services: tuple[Service, ...] = (SHOP,), as_of: str = "2026-11-20"
) -> list[ServiceLine]:
    known = Snapshot(
        as_of=datetime.fromisoformat(as_of).replace(tzinfo=UTC), digest="", tables=tables(deployments=list(made))
    )
    shipped = shipping(
        known,
        services,
        links=table(LINKS, []),
        day=known.as_of.date(),
        people=People(),
        thresholds=Thresholds(),
    )
    return list(service_lines(known, shipped, Span(period=period("2026-W46", zone=BERLIN), as_of=known.as_of)))


def test_those_count_that_finished_in_the_period_from_midnight_to_midnight_of_the_zone() -> None:
    times = ("2026-11-08T22:59:59Z", "2026-11-08T23:00:00Z", "2026-11-15T22:59:59Z", "2026-11-15T23:00:00Z")
    (line,) = lines(*map(deployment, times))
    assert (line.id, line.rung, line.deployments) == ("shop", "deployments", 2)


def test_a_service_that_stands_nowhere_is_told_as_well_in_the_order_of_the_file() -> None:
    told = lines(deployment("2026-11-10T09:00:00Z"), services=(PAY, SHOP))
    assert [(line.id, line.rung, line.deployments) for line in told] == [("pay", None, 0), ("shop", "deployments", 1)]


def test_environments_that_do_not_count_are_named() -> None:
    (line,) = lines(deployment("2026-11-10T09:00:00Z"), deployment("2026-11-10T08:00:00Z", "qa"))
    assert (line.deployments, line.other_environments) == (1, ("qa",))


def test_a_rung_stands_though_none_of_it_lies_in_the_period() -> None:
    (line,) = lines(deployment("2026-10-10T09:00:00Z"))
    assert (line.rung, line.deployments) == ("deployments", 0)


def test_without_services_there_is_nothing_to_tell() -> None:
    assert lines(deployment("2026-11-10T09:00:00Z"), services=()) == []
