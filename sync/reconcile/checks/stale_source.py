"""M40 stale source: what is shown may not be so any more.

Definition: a source without a complete pass in the last 48 hours (`stale_after_hours`), or without any; or a project or
repository that its source does not show any more.
Severity: critical, for the trust in all the rest.
Evidence: the last complete pass, or since when the place is out of sight.
Decision: who repairs it?
Suggested action: run `fingerpost doctor`, and give the account its permission back.
Against false alarms: none is known. Every finding that rests on the source is unknown until then, neither raised nor
resolved.
"""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.lost import lost
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M40", "stale-source"
OPTIONS = (
    Option(says="Repair the sign-in, the permission or the schedule", cost="an hour of whoever runs it"),
    Option(says="Leave the place out of what is read", cost="its figures stand still for ever"),
)
DEFAULT = "Findings that rest on it stay unknown."


def find(facts: Facts) -> list[Finding]:
    stale = [_of_source(row, facts) for row in _stale(facts).to_pyarrow().to_pylist()]
    return [*stale, *(_of_place(row, facts) for row in lost(facts.snapshot).to_pyarrow().to_pylist())]


def _stale(facts: Facts) -> "ir.Table":
    sources, since_us = (
        facts.snapshot["sources"],
        facts.days_ago(0) - facts.thresholds.stale_after_hours * 3_600_000_000,
    )
    behind = sources.filter(sources.complete_us.isnull() | (sources.complete_us < since_us))
    return behind.select("name", "complete_us").order_by("name")


def _of_source(row: dict[str, Any], facts: Facts) -> Finding:
    complete_at = None if row["complete_us"] is None else instant(row["complete_us"])
    says = "Last read to its end" if complete_at else "Never read to its end"
    subject = {"ref": f"{row['name']}:source:{row['name']}", "key": row["name"], "title": f"Source {row['name']}"}
    return _known(subject, Evidence(says=says, at=complete_at), facts)


def _of_place(row: dict[str, Any], facts: Facts) -> Finding:
    scope = row["scope"]
    subject = {"ref": f"{row['source']}:place:{scope}", "key": scope, "title": f"{scope} is out of sight"}
    return _known(subject, Evidence(says="Not to be seen since", at=instant(row["lost_us"])), facts)


def _known(subject: dict[str, Any], evidence: Evidence, facts: Facts) -> Finding:
    """That a source is behind is known, whatever else is not."""
    found = facts.finding(
        KIND,
        SLUG,
        {**subject, "url": None},
        severity="critical",
        evidence=(evidence,),
        place_to_fix="The source's sign-in, permission or schedule",
        action="Run `fingerpost doctor`, and give the account its permission back",
        since=evidence.at,
    )
    return replace(found, unknown=False)
