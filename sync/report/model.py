"""The report as data: the only thing a renderer is given, and the contract `fingerpost.report/1`."""

from datetime import date, datetime
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from sync.reconcile.acknowledged import Accepted, Returned
from sync.reconcile.agreements import AgreementLine
from sync.reconcile.alignment.view import AlignmentView, Beside
from sync.reconcile.axes import AxisLine
from sync.reconcile.balance import Balance, LinkLine
from sync.reconcile.change import Comparison, Restatement
from sync.reconcile.control_chart import ControlChart
from sync.reconcile.dora.view import DoraView
from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Finding, Severity
from sync.reconcile.flow_view import FlowView
from sync.reconcile.manual import Manual
from sync.reconcile.obstacles import Obstacle
from sync.reconcile.outlook import Outlook
from sync.reconcile.planning import PlanningLine
from sync.reconcile.pull_requests.view import PullRequestView
from sync.reconcile.rule_lines import RuleLine
from sync.reconcile.series import Week
from sync.reconcile.services import ServiceLine
from sync.reconcile.teams import TeamView
from sync.reconcile.terrain import TerrainView
from sync.reconcile.thresholds import Thresholds
from sync.report.decisions import Decision
from sync.report.entries import Definition, Item, Starts

VERSION: Literal["fingerpost.report/1"] = "fingerpost.report/1"

Freshness: TypeAlias = Literal["fresh", "stale", "never"]
Verdict: TypeAlias = Literal["complete", "incomplete"]


class SourceState(Struct, frozen=True, kw_only=True):
    """How far one source is known."""

    name: str
    type: str
    complete_at: datetime | None  #: everything up to here was read; None before the first complete pass
    state: Freshness


class Masthead(Struct, frozen=True, kw_only=True):
    """Whether the rest can be trusted, and what it was made of."""

    period: str
    first_on: date
    until_on: date  #: first day after the period
    partial: bool  #: the period had not ended at `as_of`
    as_of: datetime
    zone: str
    vision: str
    strategy: str  #: version in force
    mappings: str  #: version in force
    sources: tuple[SourceState, ...]
    verdict: Verdict
    gaps: tuple[str, ...]  #: what could not be read, each with its source
    mistakes: tuple[str, ...] = ()  #: in the user's files, of which the last good version is in force
    digest: str  #: of every input; the same digest means the same bytes


class Answer(Struct, frozen=True, kw_only=True):
    sentence: str
    figures: tuple[Figure, ...]
    severities: dict[str, int]  #: standing findings by severity; every severity, zero too
    beside: dict[str, Beside] = {}  #: by the id of the figure that it stands beside
    promises: dict[str, int] = {}  #: that fall into the quarter of `as_of`, by light; every light, none where none does


class ObjectiveRow(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    rank: int
    parent: str | None
    owner: str | None
    class_: str = field(name="class")
    state: str
    figures: tuple[Figure, ...]
    weeks: tuple[Week, ...]  #: throughput, the latest last
    severities: dict[str, int]  #: its findings, by severity
    outlook: Outlook | None = None


class KindOfFinding(Struct, frozen=True, kw_only=True):
    """One section of the appendix."""

    id: str
    slug: str
    title: str
    raised: int
    unknown: int  #: withheld because a source is stale
    suppressed: int  #: covered by one finding of another kind that names their common cause


class MapMove(Struct, frozen=True, kw_only=True):
    """One thing that moved on the map, in a sentence."""

    aspect: str  #: vision, added, removed, rank, name, parent, owner, class, state, plan, promise, measure
    objective: str | None  #: its id; None for the vision
    says: str


class Report(Struct, frozen=True, kw_only=True):
    version: Literal["fingerpost.report/1"] = VERSION
    masthead: Masthead
    answer: Answer
    objectives: tuple[ObjectiveRow, ...]  #: in rank order
    top: tuple[str, ...]  #: ids of the findings to decide on first, at most five
    delivery: tuple[Figure, ...]
    weeks: tuple[Week, ...]  #: throughput, the latest last
    flow: FlowView | None = None  #: of all work
    findings: tuple[Finding, ...]  #: that nobody accepted, the gravest first
    kinds: tuple[KindOfFinding, ...]
    balance: tuple[Balance, ...]
    links: tuple[LinkLine, ...]  #: every pull request is in exactly one
    linked: Figure  #: share of the pull requests, bots' aside, that close or implement a work item that is read
    services: tuple[ServiceLine, ...]  #: what the deployments of each configured service are read from
    breakdowns: tuple[AxisLine, ...] = ()  #: every record is in one line of each axis
    thresholds: Thresholds  #: that it was decided by
    notes: tuple[str, ...]  #: what the data lack, and what that leaves unsaid
    definitions: tuple[Definition, ...]
    items: tuple[Item, ...]  #: every item that a figure or a finding names, by ref
    command: str  #: makes this report again
    pull_requests: PullRequestView | None = None
    dora: DoraView | None = None
    alignment: AlignmentView | None = None
    planning: tuple[PlanningLine, ...] = ()  #: sprints and quarters, the latest first
    control_charts: tuple[ControlChart, ...] = ()
    comparison: Comparison | None = None  #: with the period before
    restatements: tuple[Restatement, ...] = ()  #: where an earlier report said something else
    moves: tuple[MapMove, ...] = ()  #: on the map, in the period
    rules: tuple[RuleLine, ...] = ()  #: in the order in which the first that holds wins
    teams: tuple[TeamView, ...] = ()  #: by name
    obstacles: tuple[Obstacle, ...] = ()  #: by cause, objective and team, the most effort at stake first
    starts: tuple[Starts, ...] = ()  #: where to start, by ground
    terrain: TerrainView | None = None
    accepted: tuple[Accepted, ...] = ()  #: findings that are acknowledged, and in no other list or count
    returned: tuple[Returned, ...] = ()  #: of the findings, those that are acknowledged no longer
    agreements: tuple[AgreementLine, ...] = ()  #: exceptions that teams agreed on, by team
    manuals: tuple[Manual, ...] = ()  #: of the kinds that have something to say
    decisions: tuple[Decision, ...] = ()  #: that are asked for, at most three

    def found(self, severity: Severity | None) -> bool:
        """Whether a finding stands that weighs this much or more; never where no severity is named."""
        if severity is None:
            return False
        return any(self.answer.severities[name] for name in SEVERITIES[: SEVERITIES.index(severity) + 1])


def json_schema() -> dict[str, Any]:
    """JSON Schema of the JSON report."""
    return msgspec.json.schema(Report)
