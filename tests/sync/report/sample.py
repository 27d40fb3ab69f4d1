"""An invented report, and the parts to vary it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from sync.reconcile.balance import Balance, LinkLine
from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Evidence, Finding
from sync.reconcile.series import Week
from sync.reconcile.services import ServiceLine
from sync.reconcile.thresholds import Thresholds
from sync.report.answer import sentence
from sync.report.definitions import DEFINITIONS
from sync.report.entries import Item
from sync.report.model import Answer, KindOfFinding, Masthead, ObjectiveRow, Report, SourceState

AS_OF = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
TITLES = ("Basket forgets its coupon", "Pay by invoice", "Retry a refused card", "Faster first paint", "Tax for Norway")


def sample(**changes: Any) -> Report:
    """A report of one week with five objectives and thirty findings; `changes` replace parts of it."""
    report = Report(
        masthead=masthead(),
        answer=Answer(sentence="", figures=(_delivered(24.0), _coverage()), severities={}),
        objectives=OBJECTIVES,
        top=(),
        delivery=delivery("all", n=24),
        weeks=weeks(26, first=18),
        findings=FINDINGS,
        kinds=(),
        balance=(
            Balance(kind="work_item", seen=412, tagged=301, exempt=24, untagged=85, unknown=2),
            Balance(kind="pull_request", seen=388, tagged=290, exempt=20, untagged=71, unknown=7),
        ),
        links=(
            LinkLine(id="resolved", title="Closes or implements a work item that is read", count=310),
            LinkLine(id="unread_project", title="Names a project that is not read", count=7),
            LinkLine(id="no_key_merged", title="Merged, and names no work item", count=60),
        ),
        linked=figure("linked", "Linked pull requests", 0.822, unit="ratio", low=0.784, high=0.855, n=377),
        services=(
            ServiceLine(id="shop", rung="deployments", deployments=14, other_environments=("qa", "staging")),
            ServiceLine(id="ledger", rung="merges", deployments=1, other_environments=()),
            ServiceLine(id="billing", rung=None, deployments=0, other_environments=()),
        ),
        thresholds=Thresholds(),
        notes=("12 pull requests have no opening date; their durations are not reckoned.",),
        definitions=DEFINITIONS,
        items=tuple(item(number) for number in range(1, 60)),
        command="fingerpost report --period 2026-W46 --as-of 2026-11-16T07:00:00Z",
    )
    return complete(replace(report, **changes))


def complete(report: Report) -> Report:
    """With all that follows from its findings: sentence, severities, kinds, the first five."""
    standing = [finding for finding in report.findings if not finding.unknown]
    severities = {name: sum(finding.severity == name for finding in standing) for name in SEVERITIES}
    answer = replace(report.answer, severities=severities)
    return replace(
        report,
        answer=replace(answer, sentence=sentence(answer, masthead=report.masthead)),
        top=tuple(finding.id for finding in standing[:5]),
        kinds=tuple(_kind(identity, report.findings) for identity in sorted({f.kind for f in report.findings})),
    )


def masthead(**changes: Any) -> Masthead:
    plain = Masthead(
        period="2026-W46",
        first_on=date(2026, 11, 9),
        until_on=date(2026, 11, 16),
        partial=False,
        as_of=AS_OF,
        zone="Europe/Berlin",
        vision="Every shop sells more through us",
        strategy="from 2026-01-01",
        mappings="from 2026-01-01",
        sources=(
            SourceState(name="jira", type="jira", complete_at=AS_OF - timedelta(minutes=3), state="fresh"),
            SourceState(name="github", type="github", complete_at=AS_OF - timedelta(minutes=4), state="fresh"),
        ),
        verdict="complete",
        gaps=(),
        digest="5f1d7a84e1b2c3d4a5968778695a4b3c2d1e0f00112233445566778899aabbcc",
    )
    return replace(plain, **changes)


def figure(identity: str, title: str, value: float | None, **changes: Any) -> Figure:
    plain = Figure(
        id=identity,
        scope="all",
        title=title,
        unit="days",
        value=value,
        low=None,
        high=None,
        n=None,
        reason=None,
        excluded={},
        items=(),
    )
    return replace(plain, **changes)


def finding(number: int, **changes: Any) -> Finding:
    kind, slug, severity, place, action = KINDS[number % len(KINDS)]
    about = item(number)
    plain = Finding(
        id=f"{number:010x}",
        kind=kind,
        slug=slug,
        severity=severity,
        subject_ref=about.ref,
        subject_key=about.key,
        subject_url=about.url,
        title=about.title,
        objective=("checkout", "growth", None)[number % 3],
        counterpart_ref=None,
        counterpart_key=None,
        evidence=(Evidence(says="It went active", at=datetime(2026, 11, 3, 9, 0, tzinfo=UTC), ref=None),),
        owner=("payments", "storefront", "operations")[number % 3],
        place_to_fix=place,
        action=action,
        first_at=AS_OF - timedelta(days=3 + number % 17),
        effort_days=None,
        unknown=False,
    )
    return replace(plain, **changes)


def item(number: int) -> Item:
    key = f"PAY-{number}"
    title = TITLES[number % len(TITLES)]
    return Item(ref=f"jira:work_item:{number}", key=key, title=title, url=f"https://jira.example.test/browse/{key}")


def weeks(count: int, *, first: int, missing: int = 0) -> tuple[Week, ...]:
    """Weeks up to the one of the sample, the first `missing` of them before the data."""
    monday = date(2026, 11, 9)
    days = [monday - timedelta(weeks=back) for back in reversed(range(count))]
    values = [float((first * (place + 3) * 7) % 31) for place in range(count)]
    return tuple(
        Week(starts_on=day, value=None if place < missing else value)
        for place, (day, value) in enumerate(zip(days, values, strict=True))
    )


def delivery(scope: str, *, n: int, first: int = 1) -> tuple[Figure, ...]:
    """Lead and cycle time, WIP, age and flow efficiency of one scope; too few below five items."""
    refs = tuple(item(number).ref for number in range(first, first + n))
    excluded = {"no_active": 3, "bulk_closed": 2}
    durations = [
        figure(f"{name}_p{percent}", f"{title} p{percent}", value, scope=scope, n=n, excluded=excluded, items=refs)
        for name, title, scale in (("lead_time", "Lead time", 2.0), ("cycle_time", "Cycle time", 1.0))
        for percent, value in ((50, 4.3 * scale), (85, 9.6 * scale), (95, 17.2 * scale))
    ]
    durations = [_few(each) if n < 7 else _bounded(each) for each in durations]
    open_refs = tuple(item(number).ref for number in range(40, 40 + n))
    return (
        *durations,
        figure("wip", "Work in progress", float(n), scope=scope, unit="items", n=n, items=open_refs),
        figure("age_p85", "Age p85", 21.4, scope=scope, low=12.0, n=n, items=open_refs),
        figure("flow_efficiency", "Flow efficiency", 0.553, scope=scope, unit="ratio", n=n),
    )


def _few(plain: Figure) -> Figure:
    return replace(plain, value=None, reason="small_n")


def _bounded(plain: Figure) -> Figure:
    assert plain.value is not None
    return replace(plain, low=plain.value * 0.7, high=None if plain.id.endswith("p95") else plain.value * 1.4)


def _objective(rank: int, identity: str, name: str, owner: str | None, state: str, *, n: int) -> ObjectiveRow:
    return ObjectiveRow(
        id=identity,
        name=name,
        rank=rank,
        parent=None,
        owner=owner,
        class_="strategic" if rank < 5 else "sanctioned",
        state=state,
        figures=(_delivered(n + 0.5 * (rank == 2), scope=identity), *delivery(identity, n=n, first=rank)),
        weeks=weeks(26, first=5 + rank, missing=10 * (rank == 3)),
        severities={name: (7 - n) * (name == "high") if n < 7 else rank * (name == "medium") for name in SEVERITIES},
    )


def _delivered(value: float, *, scope: str = "all") -> Figure:
    refs = tuple(item(number).ref for number in range(1, 1 + int(value)))
    return figure("throughput", "Delivered", value, scope=scope, unit="items", n=int(value), items=refs)


def _coverage() -> Figure:
    return figure("coverage", "Serves an objective", 0.792, unit="ratio", low=0.583, high=0.792, n=24)


def _kind(identity: str, findings: tuple[Finding, ...]) -> KindOfFinding:
    held = [finding for finding in findings if finding.kind == identity]
    return KindOfFinding(
        id=identity,
        slug=held[0].slug,
        title=held[0].slug.replace("-", " ").capitalize(),
        raised=sum(not finding.unknown for finding in held),
        unknown=sum(finding.unknown for finding in held),
        suppressed=0,
    )


KINDS = (
    ("M12", "retired-work", "high", "strategy.yaml", "Stop it, tag it anew, or extend the objective"),
    ("M22", "done-with-open-code", "high", "the item in Jira", "Open the item again, or close the pull request"),
    ("M01", "untagged-work", "medium", "mappings.yaml", "Tag it, add a rule, or exempt it"),
    ("M03", "unlinked-change", "medium", "the pull request", "Name the work item it serves"),
    ("M02", "unmapped-territory", "high", "mappings.yaml", "Add a rule, or leave the project out"),
)  # fmt: skip
OBJECTIVES = (
    _objective(1, "checkout", "Faster checkout", "payments", "current", n=12),
    _objective(2, "growth", "Shops find us by themselves", "storefront", "current", n=8),
    _objective(3, "nordics", "Open in the Nordics", "payments", "planned", n=0),
    _objective(4, "catalogue", "One catalogue for every channel", None, "closed", n=3),
    _objective(5, "running", "Keep it running", "operations", "current", n=7),
)
FINDINGS = tuple(
    sorted(
        (finding(number, unknown=number % 11 == 10) for number in range(1, 31)),
        key=lambda each: (SEVERITIES.index(each.severity), each.kind, each.id),
    )
)
