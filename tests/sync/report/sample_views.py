"""The invented report with everything that a report can hold."""

from datetime import date, timedelta
from functools import cache

from msgspec.structs import replace

from sync.reconcile.alignment.view import Account, AlignmentView, Beside, Misaligned, Mover, Spending, Stretch
from sync.reconcile.change import Change, Comparison, Signal
from sync.reconcile.control_chart import ChartPoint, ControlChart, Limits
from sync.reconcile.dora.view import DoraView, DoraWeek, ServiceView
from sync.reconcile.manual import Manual, Option
from sync.reconcile.obstacles import Obstacle
from sync.reconcile.pull_requests.view import PullRequestScope, PullRequestView
from sync.reconcile.rule_lines import RuleLine
from sync.reconcile.teams import RuleUse, TeamItem, TeamView, Wait
from sync.reconcile.terrain import Sighting, TerrainView
from sync.report.decisions import decisions
from sync.report.model import Answer, MapMove, ObjectiveRow, Report
from sync.report.starting import starts
from tests.sync.report.sample import FINDINGS, KINDS, OBJECTIVES, figure, item, sample, weeks
from tests.sync.report.sample_flow import MONDAY, flow_view
from tests.sync.report.sample_outlook import outlook


@cache
def full() -> Report:
    """As `sample`, with effort, outlook, flow, code, teams, terrain, rules, decisions, and where to start."""
    report = _without_starts()
    return replace(report, starts=starts(report))


def _without_starts() -> Report:
    return sample(
        answer=Answer(
            sentence="",
            figures=(*alignment().figures[:2], *sample().answer.figures),
            severities={},
            beside={
                "strategic_yield": Beside(plan=0.6, last=0.573, average=0.55),
                "drift": Beside(plan=None, last=0.21, average=None),
            },
            promises={"on": 1, "risk": 1, "off": 1, "unknown": 0, "none": 0},
        ),
        objectives=tuple(map(_with_outlook, OBJECTIVES)),
        weeks=weeks(52, first=18),
        flow=flow_view(),
        alignment=alignment(),
        pull_requests=PullRequestView(scopes=(_pull_requests(),), pickup=(), weeks=(), left_out={"by_bot": 12}),
        dora=DoraView(services=(_service("shop"), _service("ledger")), over_services=()),
        control_charts=(control_chart(),),
        comparison=comparison(),
        moves=(
            MapMove(
                aspect="state",
                objective="catalogue",
                says="One catalogue for every channel is closed since 2026-11-10; it was current.",
            ),
        ),
        rules=(
            RuleLine(id="on-call", kind="exemption", serves=(), from_on=None, own=24, passed_on=0),
            RuleLine(id="checkout-work", kind="rule", serves=("checkout",), from_on=None, own=120, passed_on=44),
            RuleLine(
                id="nordic-tax",
                kind="rule",
                serves=("nordics", "growth"),
                from_on=date(2026, 11, 10),
                own=0,
                passed_on=0,
            ),
        ),
        teams=(
            team("payments"),
            replace(team("storefront"), owns=("growth",), waits=(), holds_up=team("payments").waits),
        ),
        obstacles=(
            Obstacle(
                cause="review",
                objective="checkout",
                team="payments",
                items=2,
                oldest_days=9.0,
                effort_days=9.0,
                longest=("jira:work_item:1",),
            ),
            Obstacle(
                cause="review",
                objective="checkout",
                team="storefront",
                items=1,
                oldest_days=2.0,
                effort_days=2.0,
                longest=("jira:work_item:2",),
            ),
        ),
        terrain=TerrainView(
            since_on=MONDAY,
            new=(
                Sighting(kind="repository", place=None, name="acme/loyalty", items=14),
                Sighting(kind="status", place="PAY", name="In Audit", items=3),
            ),
            new_accounts=2,
            lost=(),
            unruled=(Sighting(kind="project", place=None, name="LAB", items=26),),
        ),
        manuals=MANUALS,
        decisions=decisions(FINDINGS, {page.id: page for page in MANUALS}),
    )


def alignment() -> AlignmentView:
    refs = tuple(item(number).ref for number in range(1, 9))
    spent = (("checkout", 0.31, 0.45), ("growth", 0.24, 0.2), ("nordics", 0.0, None), ("catalogue", 0.09, 0.0))
    return AlignmentView(
        basis="effort",
        figures=(
            figure("strategic_yield", "Strategic yield", 0.55, unit="ratio", low=0.41, high=0.62, n=35, items=refs),
            figure("drift", "Drift from plan", 0.19, unit="ratio", low=0.12, high=0.27, n=35),
            figure("coverage", "Coverage", 0.82, unit="ratio", low=0.7, high=0.82, n=35),
            figure("observability", "Observability", 0.88, unit="ratio", n=40),
            figure("unplanned_share", "Unplanned share", 0.17, unit="ratio", n=35),
        ),
        spending=(*(_spending(*each) for each in spent), _spending("running", 0.18, 0.2, class_="sanctioned")),
        movers=(
            Mover(id="checkout", actual=0.31, planned=0.45),
            Mover(id="catalogue", actual=0.09, planned=0.0),
            Mover(id="other", actual=0.18, planned=0.15),
        ),
        misaligned=(
            Misaligned(ref=item(5).ref, reason="untagged", effort_days=4),
            Misaligned(ref=item(9).ref, reason="closed_objective", effort_days=2, tag_conflict=True),
        ),
        misaligned_more=7,
        unplanned_weeks=tuple(
            Stretch(starts_on=MONDAY - timedelta(weeks=back), effort_days=7.0, share=0.1 + 0.01 * (back % 4))
            for back in reversed(range(52))
        ),
        account=Account(
            observed_days=35.0,
            current_days=19.25,
            sanctioned_days=6.3,
            reasons={"closed_objective": 3.15, "paused_objective": 0.0, "early": 0.0, "dark": 1.3, "untagged": 5.0},
            unobserved_days=5.0,
            tiers={"worklog": 0.1, "signal": 0.6, "presence": 0.18, "none": 0.12},
        ),
        notes=("Counting items instead of effort ranks the objectives otherwise.",),
    )


def _spending(identity: str, share: float, planned: float | None, *, class_: str = "strategic") -> Spending:
    blank = {"unit": "ratio", "scope": identity}
    return Spending(
        id=identity,
        title=identity,
        class_="sanctioned" if class_ == "sanctioned" else "strategic",
        effort_days=35 * share,
        share=figure("share", "Share of effort", share, low=max(0.0, share - 0.06), high=share + 0.06, n=12, **blank),
        planned=planned,
        attainment=figure("attainment", "Attainment", share / planned if planned else None, **blank),
        sensitivity=(share - 0.02, share + 0.02),
        by_items=figure("by_items", "Share of items", share + 0.05, **blank),
        by_points=figure("by_points", "Share of points", None, reason="not_configured", **blank),
        cost=figure("cost", "Cost", None, reason="not_configured", unit="money", scope=identity),
        priced=None,
        flags=("starved",) if identity == "nordics" else (),
        weeks=tuple(
            Stretch(starts_on=MONDAY - timedelta(weeks=back), effort_days=share * 35, share=share + 0.01 * back)
            for back in reversed(range(6))
        ),
    )


def _with_outlook(row: ObjectiveRow) -> ObjectiveRow:
    return replace(row, weeks=weeks(52, first=5 + row.rank, missing=20 * (row.rank == 3)), outlook=outlook(row.id))


def control_chart() -> ControlChart:
    points = tuple(
        ChartPoint(
            starts_on=week.starts_on,
            value=week.value,
            version=1,
            signals=("R1",) if week.value and week.value > 29 else (),
        )
        for week in weeks(26, first=18)
    )
    limits = Limits(version=1, first_on=points[0].starts_on, n=20, centre=15.2, low=0.0, high=29.5, range_limit=17.0)
    return ControlChart(id="throughput", scope="all", title="Delivered", unit="items", points=points, limits=(limits,))


def comparison() -> Comparison:
    calm = Change(
        id="cycle_time_p50",
        scope="all",
        title="Cycle time p50",
        unit="days",
        before=5.1,
        now=4.3,
        n_before=22,
        n_now=24,
        test="mann_whitney",
        p=0.31,
        adjusted_p=0.62,
        material=False,
        changed=False,
        says="Cycle time p50: no detectable change (n = 22 and 24).",
    )
    changed = replace(
        calm,
        id="throughput",
        title="Delivered",
        unit="items",
        before=12.0,
        now=24.0,
        adjusted_p=0.03,
        material=True,
        changed=True,
        says="Delivered changed: 12 to 24.",
    )
    return Comparison(
        before="2026-W45",
        data_changes=("The mappings were changed on 2026-11-10.",),
        lines=(changed, calm),
        tests=2,
        false_alarms=0.2,
        signals=(
            Signal(
                id="throughput",
                scope="all",
                starts_on=MONDAY,
                rule="R1",
                says="Delivered in the week of 2026-11-09 is above its natural limit.",
            ),
        ),
    )


def team(identity: str) -> TeamView:
    def of(number: int, days: float | None) -> TeamItem:
        about = item(number)
        return TeamItem(
            ref=about.ref,
            key=about.key,
            title=about.title,
            url=about.url,
            objective="checkout" if number % 2 else None,
            days=days,
            blocked=number == 44,
        )

    return TeamView(
        id=identity,
        owns=("checkout", "nordics"),
        serves={"checkout": 9, "growth": 2},
        shared={"checkout": (), "growth": ("storefront",)},
        next=(of(31, None), of(32, None)),
        underway=(of(43, 22.4), of(44, 12.0)),
        open_items=14,
        waits=(
            Wait(
                waiting_key="PAY-44",
                waiting_url=item(44).url,
                waiting_team=identity,
                blocking_key="WEB-7",
                blocking_url=None,
                blocking_team="storefront",
            ),
        ),
        holds_up=(),
        rules=(RuleUse(rule="checkout-work", items=9),),
    )


def _pull_requests() -> PullRequestScope:
    return PullRequestScope(
        id="all",
        kind="all",
        figures=(
            figure("merged_pull_requests", "Merged", 41.0, unit="items", n=41),
            figure("pickup_time_p50", "Pickup time p50", 5.4, unit="hours", low=4.0, high=9.0, n=41),
            figure("pickup_time_p85", "Pickup time p85", 26.0, unit="hours", n=41),
            figure("unreviewed_self_merge", "Merged without a review", 0.12, unit="ratio", n=41),
        ),
    )


def _service(identity: str) -> ServiceView:
    return ServiceView(
        id=identity,
        rung="deployments",
        figures=(
            figure("deployments_per_week", "Deployments a week", 14.0, scope=identity, unit="items", n=14),
            figure("change_lead_time_p50", "Change lead time p50", 31.0, scope=identity, unit="hours", n=30),
            figure(
                "change_fail_rate", "Change fail rate", 0.071, scope=identity, unit="ratio", low=0.01, high=0.26, n=14
            ),
            figure("recovery_time_p50", "Recovery p50", None, scope=identity, unit="hours", reason="small_n", n=1),
            figure("rework_rate", "Rework rate", 0.071, scope=identity, unit="ratio", low=0.01, high=0.26, n=14),
        ),
        deployments=(),
        weeks=tuple(
            DoraWeek(
                starts_on=MONDAY - timedelta(weeks=back),
                deployments=10 + back % 5,
                deploy_days=4,
                failed=back % 2,
                lead_hours=30.0,
            )
            for back in reversed(range(12))
        ),
        operational_incidents=(),
    )


MANUALS = tuple(
    Manual(
        id=kind,
        slug=slug,
        says=f"{slug.replace('-', ' ')}, in one sentence.",
        definition="What it means.",
        severity=f"{severity}.",
        evidence="What speaks for it.",
        decision="is this so?",
        options=(Option(says="Do it", cost="an hour"), Option(says="Leave it", cost="more of the same")),
        default="Nothing happens.",
        action=f"{action}.",
        guard="Young ones are left out.",
    )
    for kind, slug, severity, place, action in KINDS
)
