"""All that a report is made of, reckoned from facts, tags and strategy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.agreements import agreements_on
from mappings.audit import Precision
from mappings.people import People
from mappings.rules import Mappings, Service
from mappings.strategy import Strategy
from sync.reconcile.agreements import AgreementLine, by_agreement
from sync.reconcile.alignment.reckoned import aligned
from sync.reconcile.alignment.stretches import known_days
from sync.reconcile.alignment.view import AlignmentView
from sync.reconcile.balance import Balance, LinkLine, balances, link_lines
from sync.reconcile.change import Comparison
from sync.reconcile.checks import every_finding
from sync.reconcile.comparison import comparison
from sync.reconcile.control_chart import ControlChart
from sync.reconcile.control_charts import control_charts
from sync.reconcile.dora.told import dora_view
from sync.reconcile.dora.view import DoraView
from sync.reconcile.effort.window import told_since
from sync.reconcile.effort.work import by_flow_type
from sync.reconcile.facts import Facts, stale_sources, touched
from sync.reconcile.figures import Figure
from sync.reconcile.findings import Finding, ordered, without_consequences
from sync.reconcile.flow import flow
from sync.reconcile.flow_view import FlowView
from sync.reconcile.flow_views import flow_views
from sync.reconcile.lost import lost_places
from sync.reconcile.notes import notes
from sync.reconcile.obstacles import Obstacle, obstacles
from sync.reconcile.outlook import Outlook, outlooks
from sync.reconcile.periods import Period, day_of
from sync.reconcile.planning import PlanningLine, planning
from sync.reconcile.pull_requests.told import pull_request_view
from sync.reconcile.pull_requests.view import PullRequestView
from sync.reconcile.relations import Relations
from sync.reconcile.rule_lines import RuleLine, rule_lines
from sync.reconcile.scopes import Scopes
from sync.reconcile.series import Week
from sync.reconcile.services import ServiceLine, service_lines
from sync.reconcile.severities import graded
from sync.reconcile.shipped import shipped
from sync.reconcile.span import Span
from sync.reconcile.teams import TeamView, teams
from sync.reconcile.thresholds import Thresholds
from sync.reconcile.touch import touch_ratios
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """All that a report is made of."""

    flow: "ir.Table"
    balances: tuple[Balance, ...]
    link_lines: tuple[LinkLine, ...]
    service_lines: tuple[ServiceLine, ...]  #: what each service's deployments are read from
    figures: tuple[Figure, ...]  #: of all work first, then of each objective in rank order
    weeks: Mapping[str, tuple[Week, ...]]  #: throughput by scope, the latest week last
    findings: tuple[Finding, ...]  #: the gravest first
    flow_views: Mapping[str, FlowView] = field(default_factory=dict)  #: by scope
    suppressed: Mapping[str, int]  #: kind → how many findings of it another one explains
    notes: tuple[str, ...]  #: what the data lack, and what that leaves unsaid
    agreements: tuple[AgreementLine, ...] = ()  #: the exceptions that teams agreed on, by team
    pull_requests: PullRequestView | None = None
    dora: DoraView | None = None
    alignment: AlignmentView | None = None
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)  #: by objective
    planning: tuple[PlanningLine, ...] = ()  #: the latest first
    control_charts: tuple[ControlChart, ...] = ()
    comparison: Comparison | None = None  #: with the period before
    rules: tuple[RuleLine, ...] = ()  #: in the order in which the first that holds wins
    teams: tuple[TeamView, ...] = ()  #: by name
    obstacles: tuple[Obstacle, ...] = ()  #: by cause, objective and team, the most effort at stake first


def reconcile(
    snapshot: Snapshot,
    *,
    tags: "ir.Table",
    links: "ir.Table",
    categories: "ir.Table",
    strategy: Strategy,
    period: Period,
    thresholds: Thresholds,
    services: Sequence[Service] = (),
    people: People | None = None,
    mappings: Mappings | None = None,
    label_prefixes: Mapping[str, str] | None = None,
    precision: Precision | None = None,
    config_version: str = "",
) -> Reconciliation:
    """How work flowed in the period, and which of it leads nowhere. The same arguments give the same result.

    `config_version` names the configuration in the seeds of resampling (metrics.md §0.10); `precision` is what the
    latest audit of tags came to.
    """
    facts = judged(
        snapshot,
        tags=tags,
        links=links,
        categories=categories,
        strategy=strategy,
        zone=period.zone,
        thresholds=thresholds,
        people=people,
        mappings=mappings,
        label_prefixes=label_prefixes,
        precision=precision,
        config_version=config_version,
        effort_since=told_since(day_of(snapshot.as_of, zone=period.zone), period),
        scope_on=(period.first_on, period.until_on),
    )
    scopes = Scopes(flow=facts.flow, tags=tags, strategy=strategy, period=period, as_of=snapshot.as_of)
    charts = control_charts(scopes, thresholds=thresholds)
    in_force = agreements_on(facts.mappings.agreements, facts.today)
    told, agreed = by_agreement(every_finding(facts), in_force, facts)
    found, suppressed = without_consequences(told)
    span = Span(period=period, as_of=snapshot.as_of)
    alignment = aligned(facts, period, precision=precision, config_version=config_version)
    code = shipped(
        snapshot,
        services,
        flow=facts.flow,
        links=links,
        people=facts.people,
        thresholds=thresholds,
        day=facts.today,
    )
    return Reconciliation(
        flow=facts.flow,
        balances=balances(snapshot, tags),
        link_lines=link_lines(snapshot, links),
        service_lines=service_lines(snapshot, code.dora.shipping, span),
        figures=scopes.figures(config_version=config_version, replicates=thresholds.bootstrap_replicates),
        flow_views=flow_views(
            facts.flowed,
            scopes,
            thresholds=thresholds,
            touch=touch_ratios(facts, scopes, config_version=config_version),
            effort=None if alignment.reason else _by_flow_type(facts, period),
        ),
        outlooks=outlooks(facts, period),
        planning=planning(facts, facts.serving),
        control_charts=charts,
        comparison=comparison(facts, scopes, charts, config_version=config_version),
        weeks=scopes.weeks(thresholds.series_weeks),
        findings=tuple(ordered(graded(found, facts))),
        suppressed=suppressed,
        notes=notes(snapshot, facts.flow, period),
        agreements=agreed,
        pull_requests=pull_request_view(code.pull_requests, facts, span),
        dora=dora_view(code.dora, span, thresholds=thresholds),
        rules=rule_lines(facts.mappings, tags),
        teams=teams(facts),
        obstacles=obstacles(facts, code.pull_requests.rows),
        alignment=alignment,
    )


def _by_flow_type(facts: Facts, period: Period) -> Mapping[str, int]:
    return by_flow_type(facts.ledger.spent, facts.flow, known_days(period, until_day=facts.until_day))


def judged(
    snapshot: Snapshot,
    *,
    tags: "ir.Table",
    links: "ir.Table",
    categories: "ir.Table",
    strategy: Strategy,
    zone: ZoneInfo,
    thresholds: Thresholds,
    people: People | None = None,
    mappings: Mappings | None = None,
    label_prefixes: Mapping[str, str] | None = None,
    precision: Precision | None = None,
    config_version: str = "",
    effort_since: date | None = None,
    scope_on: tuple[date, ...] = (),
) -> Facts:
    """What the checks are given: the facts, and what they mean by these tags and this strategy.

    `label_prefixes` are, by source, those of the labels that name an objective.
    """
    flowed = flow(snapshot, links=links, status_categories=categories, thresholds=thresholds)
    return Facts(
        snapshot=snapshot,
        flowed=flowed,
        tags=tags,
        links=links,
        touched=touched(snapshot, links, days=thresholds.touched_days).cache(),
        stale=stale_sources(snapshot, hours=thresholds.stale_after_hours),
        lost=lost_places(snapshot),
        strategy=strategy,
        zone=zone,
        thresholds=thresholds,
        relations=Relations(
            snapshot=snapshot,
            flowed=flowed,
            links=links,
            categories=categories,
            people=people or People(),
            zone=zone,
        ),
        people=people or People(),
        mappings=mappings or Mappings(),
        label_prefixes=label_prefixes or {},
        effort_since=effort_since,
        scope_on=scope_on,
        precision=precision,
        config_version=config_version,
    )
