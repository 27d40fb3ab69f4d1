"""Every figure of code is explained in the report that shows it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mappings.rules import Service
from sync.reconcile.dora.measures import frequency, incident_times, lead_times, recovery, stability
from sync.reconcile.figures import Figure
from sync.reconcile.periods import period
from sync.reconcile.pull_requests.load import review_load
from sync.reconcile.pull_requests.measures import measures, stale
from sync.reconcile.pull_requests.pickup import quantiles
from sync.reconcile.span import Span
from sync.reconcile.survival_view import UNWATCHED
from sync.report.definitions import DEFINITIONS
from sync.report.words import measure

SPAN = Span(period=period("2026-03", zone=ZoneInfo("UTC")), as_of=datetime(2026, 5, 1, tzinfo=UTC))
SHOP = Service(id="shop", repositories=("acme/shop",))
DEFINED = {definition.id for definition in DEFINITIONS}


def undefined(*figures: Figure) -> set[str]:
    return {measure(figure.id) for figure in figures} - DEFINED


def test_those_of_pull_requests() -> None:
    assert not undefined(
        *measures("all", [], span=SPAN, working_us=lambda *_: 0),
        *quantiles("all", UNWATCHED),
        *stale("all", [], days=7, draft_days=14),
        review_load("all", {}, least=5),
    )


def test_those_of_services() -> None:
    assert not undefined(
        *frequency("shop", [], SPAN),
        *lead_times("shop", []),
        *stability("shop", [], {}, SPAN, settled_us=0),
        *recovery("shop", [], {}, SPAN, look_back_days=182),
        *incident_times(SHOP, [], [], {}, SPAN),
    )
