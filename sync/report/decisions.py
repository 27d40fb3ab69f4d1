"""The decisions that a report asks for: at most three, each with what one can answer and what happens otherwise."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from sync.reconcile.findings import Finding
from sync.reconcile.manual import Manual, Option

MOST = 3


class Decision(Struct, frozen=True, kw_only=True):
    """One question about all standing findings of a kind."""

    kind: str
    slug: str
    asks: str
    options: tuple[Option, ...]
    default: str  #: what happens if nobody answers
    owners: tuple[str, ...]  #: whose findings they are, the one with the most first
    findings: tuple[str, ...]  #: their ids, the gravest first


def decisions(findings: Iterable[Finding], manuals: Mapping[str, Manual]) -> tuple[Decision, ...]:
    """One for each of the kinds that stand first; `findings` stand in their order, `manuals` are by kind."""
    held: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if not finding.unknown and finding.kind in manuals:
            held[finding.kind].append(finding)
    return tuple(_decision(manuals[kind], held[kind]) for kind in list(held)[:MOST])


def _decision(manual: Manual, findings: list[Finding]) -> Decision:
    owners = [finding.owner for finding in findings]
    return Decision(
        kind=manual.id,
        slug=manual.slug,
        asks=manual.decision[:1].upper() + manual.decision[1:],
        options=manual.options,
        default=manual.default,
        owners=tuple(sorted(set(owners), key=lambda owner: (-owners.count(owner), owner))),
        findings=tuple(finding.id for finding in findings),
    )
