"""What the page folds away: findings by kind, and the items behind the figures."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Finding
from sync.reconcile.manual import Manual
from sync.report import gather, words
from sync.report.entries import Item
from sync.report.model import KindOfFinding, Report

MOST_FINDINGS = 1000  #: shown as rows; the JSON inside the page has all of them
MOST_ITEMS = 250  #: shown in one list; likewise


@dataclass(frozen=True, kw_only=True)
class Group:
    """The findings of one kind, the gravest first; what all of them share is said once."""

    kind: KindOfFinding
    findings: Sequence[Finding]
    more: int  #: not shown
    manual: Manual | None
    action: str | None
    place: str | None


@dataclass(frozen=True, kw_only=True)
class ItemList:
    """The items that one or several figures of one scope rest on."""

    id: str
    title: str
    figures: Sequence[tuple[str, str]]  #: scope and id
    items: Sequence[Item]
    more: int  #: not shown


def groups(report: Report) -> list[Group]:
    """Every kind that found something, its rows cut where the page has enough of them; the first five have theirs."""
    shown: dict[str, list[Finding]] = defaultdict(list)
    for place, finding in enumerate(report.findings):
        if place < MOST_FINDINGS or finding.id in report.top:
            shown[finding.kind].append(finding)
    manuals = {manual.id: manual for manual in report.manuals}
    return [_group(kind, shown[kind.id], manuals.get(kind.id)) for kind in report.kinds]


def choices(report: Report) -> dict[str, list[tuple[str, str]]]:
    """Filter → its values, each with the words for it."""
    findings = report.findings
    held = {finding.objective for finding in findings}
    return {
        "objective": [(row.id, row.name) for row in report.objectives if row.id in held],
        "kind": [(kind.slug, kind.title) for kind in report.kinds],
        "owner": [(owner, owner) for owner in sorted({finding.owner for finding in findings if finding.owner})],
        "severity": [(name, name) for name in (*SEVERITIES, "unknown") if name in set(map(words.standing, findings))],
    }


def item_lists(report: Report) -> list[ItemList]:
    """One list for all figures of a scope that rest on the same items."""
    names = {row.id: row.name for row in report.objectives}
    items = {item.ref: item for item in report.items}
    behind: dict[tuple[str, tuple[str, ...]], list[Figure]] = defaultdict(list)
    for figure in _figures(report):
        if figure.items and figure not in behind[figure.scope, figure.items]:
            behind[figure.scope, figure.items].append(figure)
    return [
        ItemList(
            id=f"items-{place}",
            title=_list_title(figures, scope=names.get(scope, "All work")),
            figures=[(figure.scope, figure.id) for figure in figures],
            items=[items[ref] for ref in refs[:MOST_ITEMS] if ref in items],
            more=max(0, len(refs) - MOST_ITEMS),
        )
        for place, ((scope, refs), figures) in enumerate(behind.items(), start=1)
    ]


def _figures(report: Report) -> Iterable[Figure]:
    """Those that the page shows."""
    spent, code = report.alignment, report.pull_requests
    yield from gather.figures((report.answer, report.delivery, report.flow, report.dora, report.planning))
    yield from gather.figures([row.figures for row in report.objectives])
    yield from gather.figures([(spent.figures, spent.spending)] if spent else [])
    yield from gather.figures([scope for scope in code.scopes if scope.kind == "all"] if code else [])


def _list_title(figures: Sequence[Figure], *, scope: str) -> str:
    return f"{scope}: {', '.join(dict.fromkeys(figure.title for figure in figures))}"


def _group(kind: KindOfFinding, findings: Sequence[Finding], manual: Manual | None) -> Group:
    return Group(
        kind=kind,
        findings=findings,
        manual=manual,
        more=kind.raised + kind.unknown - len(findings),
        action=_shared(findings, lambda finding: finding.action),
        place=_shared(findings, lambda finding: finding.place_to_fix),
    )


def _shared(findings: Sequence[Finding], part: Callable[[Finding], str | None]) -> str | None:
    """What all of them say, if they say the same."""
    said = {part(finding) for finding in findings}
    return said.pop() if len(said) == 1 else None
