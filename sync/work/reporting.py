"""From stored facts to the report: snapshot, links, tags, reconciliation, words."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from mappings.audit import latest
from mappings.breakdowns import breakdowns
from mappings.identities import identities
from mappings.links import links
from mappings.people import with_bots
from mappings.problems import Problems
from mappings.reverts import reverts
from mappings.statuses import categories
from mappings.strategy_diff import Dated, strategy_diff
from mappings.suggestions import suggested_links
from mappings.tag import tag
from sync import __version__
from sync.config import Config
from sync.files import Files, Map
from sync.mirrors import unmirrored
from sync.reconcile.acknowledged import acknowledged
from sync.reconcile.axes import axis_lines
from sync.reconcile.dora.deployments import deployments
from sync.reconcile.flow import Flow, flow
from sync.reconcile.periods import Period, day_of, last_complete_week
from sync.reconcile.periods import period as named_period
from sync.reconcile.pull_requests import PULL_REQUEST_PHASES
from sync.reconcile.reconciliation import Reconciliation, reconcile
from sync.reconcile.relations import Relations
from sync.reconcile.shipped import shipped
from sync.reconcile.terrain import terrain_view
from sync.reconcile.thresholds import Thresholds, thresholds_of
from sync.reconcile.weekly_flow import weekly_flow
from sync.report.build import build
from sync.report.confidential import by_key_alone
from sync.report.model import VERSION, MapMove, Report
from sync.report.restated import restated
from sync.snapshot import Snapshot
from sync.store import reports
from sync.store.analytics import Analytics, carried
from sync.store.load import snapshot
from sync.work.posted import map_on

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What the facts known at an instant mean by the map of that day."""

    facts: Snapshot
    map: Map
    links: "ir.Table"
    tags: "ir.Table"
    day: date
    zone: ZoneInfo


def meaning(
    engine: Engine, *, config: Config, files: Files, as_of: datetime, analytics: Analytics = Analytics.duckdb
) -> Meaning:
    """Links and tags of everything that is known at `as_of`, on an engine.

    Raises `Problems` where no map is in force then, `StoreError` where the engine cannot be had.
    """
    day = day_of(as_of, zone=ZoneInfo(config.zone))
    in_force = map_on(engine, files, day)
    facts = carried(snapshot(engine, as_of, fields=in_force.mappings.asks_fields), analytics, engine)
    return understood(facts, in_force, config=config, day=day)


def understood(
    facts: Snapshot, in_force: Map, *, config: Config, day: date, linked: "ir.Table | None" = None
) -> Meaning:
    """What these facts mean by a map on a day. `linked` are the links where they are known already."""
    rules = in_force.mappings
    accounts = with_bots(facts["accounts"], in_force.people)
    facts = replace(facts, tables={**facts.tables, "accounts": accounts})
    seen = unmirrored(facts.tables, config.mirrors)
    linked = links(seen, rules).cache() if linked is None else linked
    tagged = tag(
        seen,
        links=linked,
        strategy=in_force.strategy,
        mappings=rules,
        day=day,
        people=in_force.people,
    )
    return Meaning(facts=facts, map=in_force, links=linked, tags=tagged.cache(), day=day, zone=ZoneInfo(config.zone))


def report(
    engine: Engine,
    *,
    config: Config,
    files: Files,
    as_of: datetime,
    period: str | None,
    mistakes: tuple[str, ...] = (),
    analytics: Analytics = Analytics.duckdb,
) -> Report:
    """The report on a period as known at `as_of`. The same store, files and arguments give the same report.

    So does every engine of `analytics`.

    `mistakes` are in the files as they stand now, of which `files` are a version that was good. It restates what the
    report said that was published last of those that knew less.
    """
    zone = ZoneInfo(config.zone)
    span = named_period(period, zone=zone) if period else last_complete_week(as_of, zone=zone)
    known = meaning(engine, config=config, files=files, as_of=as_of, analytics=analytics)
    thresholds = thresholds_of(known.map.mappings.thresholds, known.day)
    found = reconciled(known, config=config, span=span, thresholds=thresholds)
    told = acknowledged(found.findings, known.map.acks, day=known.day)
    earlier = next((each for each in reports.history(engine) if each.as_of < as_of), None)
    restating = (earlier.digest,) if earlier else ()
    made = build(
        replace(found, findings=told.standing, notes=(*found.notes, *told.notes)),
        snapshot=known.facts,
        strategy=known.map.strategy,
        versions=(known.map.strategy_name, known.map.mappings_name),
        period=span,
        thresholds=thresholds,
        failures=(),
        mistakes=mistakes,
        accepted=told.accepted,
        returned=told.returned,
        breakdowns=axis_lines(placed(known)),
        moves=_moves(known, files, since=span.first_on),
        terrain=terrain_view(
            known.facts,
            tables=unmirrored(known.facts.tables, config.mirrors),
            tags=known.tags,
            people=known.map.people,
            period=span,
        ),
        digest=digest_of(known, span, config, beside=(*mistakes, *restating, *config.confidential)),
        command=_command(span, as_of),
    )
    made = by_key_alone(made, known.facts.tables, config.confidential)
    return restated(made, reports.content_of(engine, earlier.digest) if earlier else None)


def _moves(known: Meaning, files: Files, *, since: date) -> tuple[MapMove, ...]:
    """What moved on the map since a day; nothing where there was no map then."""
    try:
        before = files.on(since).strategy
    except Problems:
        return ()
    shifts = strategy_diff(Dated(before, since), Dated(known.map.strategy, known.day))
    return tuple(MapMove(aspect=shift.aspect, objective=shift.objective, says=shift.says) for shift in shifts)


def reconciled(known: Meaning, *, config: Config, span: Period, thresholds: Thresholds) -> Reconciliation:
    """How the work flowed in the period, and which of it leads nowhere."""
    rules = known.map.mappings
    return reconcile(
        known.facts,
        tags=known.tags,
        links=known.links,
        categories=categories(known.facts.tables, rules.statuses, known.day),
        strategy=known.map.strategy,
        period=span,
        thresholds=thresholds,
        services=rules.services,
        people=known.map.people,
        mappings=rules,
        precision=latest(known.map.audit, known.day),
        label_prefixes={name: each.label_prefix for name, each in config.mirrors.items() if each.label_prefix},
    )


def suggested(known: Meaning, tables: "Mapping[str, ir.Table] | None" = None) -> "ir.Table":
    """Links that are offered to a person, and never assumed. `tables` are the facts as that person may see them."""
    people = identities(known.facts["accounts"], known.map.people)
    return suggested_links(tables or known.facts.tables, links=known.links, mappings=known.map.mappings, people=people)


def placed(known: Meaning) -> "ir.Table":
    """Where each work item and pull request stands on each further axis."""
    map_, links = known.map, known.links
    return breakdowns(known.facts.tables, links=links, mappings=map_.mappings, day=known.day, people=map_.people)


def derived(known: Meaning) -> "dict[str, pa.Table]":
    """What an export adds to the facts: links and tags, how code was reviewed, deployed, and taken back."""
    rules = known.map.mappings
    thresholds = thresholds_of(rules.thresholds, known.day)
    status_categories = categories(known.facts.tables, rules.statuses, known.day)
    flowed = flow(known.facts, links=known.links, status_categories=status_categories, thresholds=thresholds)
    code = shipped(
        known.facts,
        rules.services,
        flow=flowed.items,
        links=known.links,
        people=known.map.people,
        thresholds=thresholds,
        day=known.day,
    )
    found = {
        "links": known.links,
        "tags": known.tags,
        "suggested_links": suggested(known),
        "breakdowns": placed(known),
        "reverts": reverts(known.facts.tables),
        "pull_request_phases": code.pull_requests.rows.select(*PULL_REQUEST_PHASES),
        "service_deployments": deployments(code.dora),
        "failures": code.dora.shipping.failures,
        "weekly_flow": _weekly_flow(known, flowed, status_categories, thresholds),
    }
    return {name: table.to_pyarrow() for name, table in found.items()}


def _weekly_flow(known: Meaning, flowed: Flow, status_categories: "ir.Table", thresholds: Thresholds) -> "ir.Table":
    relations = Relations(
        snapshot=known.facts,
        flowed=flowed,
        links=known.links,
        categories=status_categories,
        people=known.map.people,
        zone=known.zone,
    )
    return weekly_flow(
        known.facts,
        flowed.items,
        tags=known.tags,
        teams=relations.item_teams,
        strategy=known.map.strategy,
        people=known.map.people,
        zone=known.zone,
        least_group=thresholds.least_group,
    )


def digest_of(known: Meaning, span: Period, config: Config, *, beside: tuple[str, ...] = ()) -> str:
    """SHA-256 of everything that the report was made of; the same digest means the same report.

    `beside` are the mistakes in the files, and the digest of the report that it restates.
    """
    facts = known.facts
    complete = facts["sources"].select("name", "complete_us").order_by("name").to_pyarrow().to_pylist()
    inputs = (VERSION, __version__, facts.digest, complete, known.map.digest, span.text, facts.as_of, config.zone)
    return hashlib.sha256("\n".join(map(str, (*inputs, *beside))).encode()).hexdigest()


def _command(span: Period, as_of: datetime) -> str:
    return f"fingerpost report --as-of {as_of:%Y-%m-%dT%H:%M:%SZ} --period {span.text}"
