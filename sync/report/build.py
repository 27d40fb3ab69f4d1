"""From what the reconciler found to the report: chosen, ordered and put into words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from mappings.rows import of_refs
from mappings.strategy import Objective, Strategy
from sync.reconcile.acknowledged import Accepted, Returned
from sync.reconcile.axes import AxisLine
from sync.reconcile.balance import LinkLine
from sync.reconcile.checks import discover
from sync.reconcile.figures import Figure, proportion_of
from sync.reconcile.findings import SEVERITIES, Finding
from sync.reconcile.manual import manual
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import Period, day_of, quarter_of
from sync.reconcile.reconciliation import Reconciliation
from sync.reconcile.terrain import TerrainView
from sync.reconcile.thresholds import Thresholds
from sync.report import gather, words
from sync.report.answer import sentence
from sync.report.decisions import decisions
from sync.report.definitions import DEFINITIONS
from sync.report.entries import Item
from sync.report.masthead import masthead
from sync.report.model import Answer, KindOfFinding, MapMove, Masthead, ObjectiveRow, Report
from sync.report.starting import starts
from sync.snapshot import Snapshot

SPENT, ANSWER = ("strategic_yield", "drift"), ("throughput", "coverage")
MOST_TOP = 5
MOST_TOP_OF_A_KIND = 2  #: as long as other kinds, as grave, are waiting
#: The most telling kinds first (report-and-findings.md §2c); unknown data before everything, as their guard.
TELLING = ("M40", "M02", "M04", "M09", "M12", "M20", "M21", "M22", "M19", "M33", "M15", "M08")


def build(
    reconciliation: Reconciliation,
    *,
    snapshot: Snapshot,
    strategy: Strategy,
    versions: tuple[str, str],
    period: Period,
    thresholds: Thresholds,
    failures: Iterable[str],
    digest: str,
    command: str,
    mistakes: Iterable[str] = (),
    accepted: Iterable[Accepted] = (),
    returned: Iterable[Returned] = (),
    breakdowns: Iterable[AxisLine] = (),
    moves: Iterable[MapMove] = (),
    terrain: TerrainView | None = None,
) -> Report:
    """The report. `versions` name the strategy and the mappings in force; `failures` are what this run could not do.

    `mistakes` are in the user's files, which is why an earlier version of them is in force.
    """
    figures = reconciliation.figures
    findings = sorted(reconciliation.findings, key=_urgency)
    head = masthead(
        snapshot,
        strategy=strategy,
        versions=versions,
        period=period,
        stale_after=timedelta(hours=thresholds.stale_after_hours),
        failures=failures,
        mistakes=mistakes,
        digest=digest,
    )
    today = day_of(snapshot.as_of, zone=period.zone)
    kinds = _kinds(findings, suppressed=reconciliation.suppressed)
    rows = tuple(
        _row(objective, rank=rank, on=today, reconciliation=reconciliation)
        for rank, objective in enumerate(strategy.objectives, start=1)
    )
    checks = discover()
    manuals = tuple(manual(checks[kind.slug]) for kind in kinds)
    report = Report(
        masthead=head,
        answer=_answer(reconciliation, findings, head, promises=_promises(rows, strategy, on=today)),
        objectives=rows,
        top=top(findings),
        delivery=tuple(figure for figure in figures if figure.scope == ALL and figure.id != "coverage"),
        weeks=reconciliation.weeks.get(ALL, ()),
        flow=reconciliation.flow_views.get(ALL),
        findings=tuple(findings),
        kinds=kinds,
        balance=reconciliation.balances,
        links=reconciliation.link_lines,
        linked=_linked(reconciliation.link_lines),
        services=reconciliation.service_lines,
        breakdowns=tuple(breakdowns),
        thresholds=thresholds,
        notes=reconciliation.notes,
        definitions=DEFINITIONS,
        items=(),
        command=command,
        pull_requests=reconciliation.pull_requests,
        dora=reconciliation.dora,
        alignment=reconciliation.alignment,
        planning=reconciliation.planning,
        control_charts=reconciliation.control_charts,
        comparison=reconciliation.comparison,
        moves=tuple(moves),
        rules=reconciliation.rules,
        teams=reconciliation.teams,
        obstacles=reconciliation.obstacles,
        terrain=terrain,
        accepted=tuple(accepted),
        returned=tuple(returned),
        agreements=reconciliation.agreements,
        manuals=manuals,
        decisions=decisions(findings, {page.id: page for page in manuals}),
    )
    return replace(report, items=_items(snapshot, refs=_named(report)), starts=starts(report))


def _answer(
    reconciliation: Reconciliation, findings: Sequence[Finding], head: Masthead, *, promises: dict[str, int]
) -> Answer:
    view = reconciliation.alignment
    spent = {figure.id: figure for figure in view.figures} if view else {}
    flowed = {figure.id: figure for figure in reconciliation.figures if figure.scope == ALL}
    shown = [spent[name] for name in SPENT if name in spent] + [flowed[name] for name in ANSWER if name in flowed]
    answer = Answer(
        sentence="",
        figures=tuple(shown),
        severities=_severities(findings),
        beside=view.beside if view else {},
        promises=promises,
    )
    return replace(answer, sentence=sentence(answer, masthead=head))


def _promises(rows: Sequence[ObjectiveRow], strategy: Strategy, *, on: date) -> dict[str, int]:
    """The promises that fall into the quarter of this day, by light; empty where none does."""
    dated = {objective.id for objective in strategy.objectives if _in_quarter(objective.promised_on, on)}
    lights: list[str] = [row.outlook.light.computed if row.outlook else "unknown" for row in rows if row.id in dated]
    return {light: lights.count(light) for light in words.LIGHTS} if lights else {}


def _in_quarter(promised_on: date | None, on: date) -> bool:
    return promised_on is not None and quarter_of(promised_on) == quarter_of(on)


def _row(objective: Objective, *, rank: int, on: date, reconciliation: Reconciliation) -> ObjectiveRow:
    found = (finding for finding in reconciliation.findings if finding.objective == objective.id)
    return ObjectiveRow(
        id=objective.id,
        name=objective.name,
        rank=rank,
        parent=objective.parent,
        owner=objective.owner,
        class_=objective.class_,
        state=objective.state_on(on),
        figures=(
            *(figure for figure in reconciliation.figures if figure.scope == objective.id),
            *(reconciliation.flow_views[objective.id].every_figure if reconciliation.flow_views else ()),
        ),
        weeks=reconciliation.weeks.get(objective.id, ()),
        severities=_severities(found),
        outlook=reconciliation.outlooks.get(objective.id),
    )


def _kinds(findings: Sequence[Finding], *, suppressed: Mapping[str, int]) -> tuple[KindOfFinding, ...]:
    """Those that have something to say, in the order of their gravest finding; what is only suppressed comes last."""
    slugs = {check.KIND: slug for slug, check in discover().items()}
    raised = Counter(finding.kind for finding in findings if not finding.unknown)
    unknown = Counter(finding.kind for finding in findings if finding.unknown)
    return tuple(
        KindOfFinding(
            id=kind,
            slug=slugs[kind],
            title=words.kind(slugs[kind]),
            raised=raised[kind],
            unknown=unknown[kind],
            suppressed=suppressed.get(kind, 0),
        )
        for kind in dict.fromkeys((*(finding.kind for finding in findings), *sorted(suppressed)))
    )


def _linked(lines: Sequence[LinkLine]) -> Figure:
    counts = {line.id: line.count for line in lines}
    by_people = sum(counts.values()) - counts["bot"]
    blank = Figure(id="linked", scope=ALL, title="Linked pull requests", unit="ratio")
    return proportion_of(counts["resolved"], by_people, blank=blank)


def _items(snapshot: Snapshot, *, refs: set[str]) -> tuple[Item, ...]:
    """The items of these refs, by ref."""
    import ibis

    wanted = of_refs(sorted(refs))
    tables = (snapshot[name].select("ref", "key", "title", "url") for name in ("work_items", "pull_requests"))
    rows = ibis.union(*tables).semi_join(wanted, "ref").order_by("ref").to_pyarrow().to_pylist()
    return tuple(Item(**row) for row in rows)


def _named(report: Report) -> set[str]:
    """The refs that the report speaks of."""
    parts = (report.answer, report.objectives, report.delivery, report.flow, report.alignment, report.planning)
    refs = {ref for figure in gather.figures((*parts, report.pull_requests, report.dora)) for ref in figure.items}
    for finding in (*report.findings, *(each.finding for each in report.accepted)):
        refs |= {finding.subject_ref, finding.counterpart_ref or ""}
    if report.flow:
        refs |= {row.ref for row in report.flow.ageing} | {row.ref for row in report.flow.scatter}
    refs |= {ref for each in report.obstacles for ref in each.longest}
    if report.alignment:
        refs |= {row.ref for row in report.alignment.misaligned}
    return refs


def _severities(findings: Iterable[Finding]) -> dict[str, int]:
    """Standing findings by severity: what is unknown stands for nothing."""
    counted = Counter(finding.severity for finding in findings if not finding.unknown)
    return {severity: counted[severity] for severity in SEVERITIES}


def _urgency(finding: Finding) -> tuple[bool, int, int, float, str]:
    """What stands first, then the gravest, then the most telling kind, then the latest."""
    age_s = -finding.first_at.timestamp() if finding.first_at else 0.0
    return finding.unknown, SEVERITIES.index(finding.severity), _telling(finding.kind), age_s, finding.id


def _telling(kind: str) -> int:
    return TELLING.index(kind) if kind in TELLING else len(TELLING)


def top(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The ids of five standing findings, so chosen from the ordered ones that no kind crowds out others as grave."""
    standing, seen = [finding for finding in findings if not finding.unknown], Counter[str]()
    turns = []
    for finding in standing:
        turns.append((SEVERITIES.index(finding.severity), seen[finding.kind] // MOST_TOP_OF_A_KIND))
        seen[finding.kind] += 1
    chosen = sorted(range(len(standing)), key=lambda place: (turns[place], place))[:MOST_TOP]
    return tuple(standing[place].id for place in chosen)
