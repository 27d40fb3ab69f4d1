"""Deployments told in a few words, and what became of them. The instants are of March 2026."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from mappings.conditions import Condition
from mappings.links import links
from mappings.people import People
from mappings.rules import Mappings, Service
from sync.reconcile.dora import Dora, dora
from sync.reconcile.dora.leads import deployed as first_deployed
from sync.reconcile.dora.shipping import shipping
from sync.reconcile.dora.told import dora_view
from sync.reconcile.dora.view import ServiceView
from sync.reconcile.figures import Figure
from sync.reconcile.periods import period
from sync.reconcile.pull_requests import pull_requests
from sync.reconcile.span import Span
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, tables

Row = dict[str, Any]
UTC = ZoneInfo("UTC")
SHOP = Service(
    id="shop",
    repositories=("acme/shop",),
    incidents=Condition.model_validate({"project": "OPS", "type": "Incident"}),
    hotfix=Condition.model_validate({"labels": "hotfix"}),
    escaped=Condition.model_validate({"labels": "found-in-production"}),
    impact_start="began",
    impact_end="ended",
)
PLACE = {"source": "github", "repository": "acme/shop"}
HOME = {"name": "acme/shop", "default_branch": "main"}


def sha(name: str) -> str:
    return name.encode().hex().ljust(40, "0")


def commit(name: str, *follows: str, **row: Any) -> Row:
    parents = [sha(each) for each in follows]
    told = {"authored_us": "2026-03-01T00:00Z", "committed_us": "2026-03-01T00:00Z", "message": name}
    return {**PLACE, "ref": f"c:{name}", "sha": sha(name), "parents": parents, **told, **row}


def line(*names: str, **rows: Row) -> list[Row]:
    """Commits that follow on each other; of some of them more is said."""
    before = [(), *((name,) for name in names)]
    return [commit(name, *each, **rows.get(name, {})) for name, each in zip(names, before, strict=False)]


def deployed(at: str, name: str, **row: Any) -> Row:
    """A deployment to production, called by when it finished: `03T12:00`."""
    place = {**PLACE, "environment": "production"}
    return {**place, "ref": at, "sha": sha(name), "succeeded_us": f"2026-03-{at}Z", **row}


def incident(number: int, at: str, **row: Any) -> Row:
    kind = {"type": "Incident", "level": 0, "status_id": "open", "status_category": "todo"}
    return {"key": f"OPS-{number}", "created_us": f"2026-03-{at}Z", **kind, **row}


def closed(at: str, resolution: str = "Fixed") -> Row:
    """What an incident is from then on; its tracker has no history of it."""
    over = {"status_id": "closed", "status_category": "done", "has_history": False}
    return {**over, "resolution": resolution, "resolved_us": f"2026-03-{at}Z", "updated_us": f"2026-03-{at}Z"}


def merged(number: int, name: str, *, at: str = "01T00:00", opened: str = "01T00:00", **row: Any) -> Row:
    told = {"author": "github:account:ann", "base": "main", "merged_by": "github:account:ann"}
    instants = {"created_us": f"2026-03-{opened}Z", "merged_us": f"2026-03-{at}Z"}
    return {"key": f"acme/shop#{number}", "merge_sha": sha(name), **told, **instants, **row}


def written(number: int, name: str, **row: Any) -> Row:
    """A commit of a pull request."""
    told = {"message": name, "author": "github:account:ann", "committed_us": "2026-03-01T00:00Z", "co_authors": []}
    return {"item_ref": ref_of(f"acme/shop#{number}", kind="pull_request"), "sha": sha(name), **told, **row}


def known(*services: Service, as_of: str, **rows: Sequence[Row]) -> Dora:
    held = {"repositories": [HOME], **{name: list(each) for name, each in rows.items()}}
    facts = Snapshot(as_of=datetime.fromisoformat(as_of), digest="", tables=tables(**held))
    linked = links(facts.tables, Mappings()).cache()
    day = facts.as_of.date()
    shipped = shipping(facts, services, links=linked, day=day, people=People(), thresholds=Thresholds())
    items = facts["work_items"]
    over = items.filter(items.resolved_us.notnull())
    outcome = ibis.ifelse(over.resolution == "Duplicate", "discarded", "delivered")
    flow = over.select("ref", outcome=outcome, finished_us="resolved_us")
    first = first_deployed(shipped.brought, facts["pull_requests"])
    pulls = pull_requests(facts, links=linked, thresholds=Thresholds(), deployed=first)
    return dora(facts, shipped, flow=flow, links=linked, pull_requests=pulls.rows)


def view(
    service: Service = SHOP, *, span: str = "2026-03", as_of: str = "2026-04-15T00:00Z", **rows: Sequence[Row]
) -> ServiceView:
    """What the report shows of one service."""
    at = Span(period=period(span, zone=UTC), as_of=datetime.fromisoformat(as_of))
    (told,) = dora_view(known(service, as_of=as_of, **rows), at, thresholds=Thresholds(series_weeks=6)).services
    return told


def figures(told: ServiceView) -> dict[str, Figure]:
    return {figure.id: figure for figure in told.figures}
