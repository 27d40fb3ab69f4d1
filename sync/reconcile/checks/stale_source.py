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

from typing import TYPE_CHECKING

from msgspec.structs import replace

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.lost import lost
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M40", "stale-source"
OPTIONS = (
    Option(says="Repair the sign-in, the permission or the schedule", cost="an hour of whoever runs it"),
    Option(says="Leave the place out of what is read", cost="its figures stand still for ever"),
)
DEFAULT = "Findings that rest on it stay unknown."


def ask(facts: Facts) -> list[Row]:
    return [*map(_source, rows_of(_stale(facts))), *map(_place, rows_of(lost(facts.snapshot)))]


def _stale(facts: Facts) -> "ir.Table":
    sources = facts.snapshot["sources"]
    since_us = facts.days_ago(0) - facts.thresholds.stale_after_hours * 3_600_000_000
    behind = sources.filter(sources.complete_us.isnull() | (sources.complete_us < since_us))
    return behind.select("name", "complete_us").order_by("name")


def _source(row: Row) -> Row:
    name, says = row["name"], "Never read to its end" if row["complete_us"] is None else "Last read to its end"
    subject = {"ref": f"{name}:source:{name}", "key": name, "url": None, "title": f"Source {name}"}
    return subject | {"says": says, "at_us": row["complete_us"]}


def _place(row: Row) -> Row:
    scope = row["scope"]
    subject = {"ref": f"{row['source']}:place:{scope}", "key": scope, "url": None, "title": f"{scope} is out of sight"}
    return subject | {"says": "Not to be seen since", "at_us": row["lost_us"]}


def finding(row: Row, facts: Facts) -> Finding:
    """Never unknown: that a source is behind is known, whatever else is not."""
    at = None if row["at_us"] is None else instant(row["at_us"])
    found = facts.finding(
        KIND,
        SLUG,
        row,
        severity="critical",
        evidence=(Evidence(says=row["says"], at=at),),
        place_to_fix="The source's sign-in, permission or schedule",
        action="Run `fingerpost doctor`, and give the account its permission back",
        since=at,
    )
    return replace(found, unknown=False)
