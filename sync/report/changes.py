"""What changed, in a sentence each: among the findings, the figures, and what is accepted for now."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.reconcile.acknowledged import Accepted
from sync.reconcile.periods import day_of
from sync.report import words
from sync.report.model import Report

MOST = 2  #: changes that are told
EXPIRING = timedelta(days=7)  #: before its end an acknowledgement is told of


def of_findings(report: Report) -> str:
    """How many stand, and how many of them began in the period."""
    standing = [finding for finding in report.findings if not finding.unknown]
    if not standing:
        return "No finding stands."
    new = sum(_is_new(report, finding.first_at) for finding in standing)
    verb = "stands" if len(standing) == 1 else "stand"
    return f"{words.count(len(standing), 'finding')} {verb}; {new:,} of them began in the period."


def of_figures(report: Report) -> str:
    """What changed by the rules of evidence, or that nothing did as far as one can tell (metrics.md §7.3)."""
    compared = report.comparison
    if compared is None or compared.before is None:
        return "The figures are not compared: one of the two periods is not complete."
    changed = [line.says for line in compared.lines if line.changed]
    if changed:
        more = f" And {len(changed) - MOST} more." if len(changed) > MOST else ""
        return f"Against {compared.before}: {' '.join(changed[:MOST])}{more}"
    if not compared.tests:
        return f"Against {compared.before}: too few items to compare any figure."
    return f"Against {compared.before}: no detectable change in {words.count(compared.tests, 'comparison')}."


def of_acknowledgements(report: Report) -> str:
    """How many findings came back, and how many acknowledgements end soon; empty where none."""
    soon = len(ending(report))
    ends = "acknowledgement ends" if soon == 1 else "acknowledgements end"
    back = len(report.returned)
    told = [
        f"{words.count(back, 'finding')} came back: no longer acknowledged." if back else "",
        f"{soon:,} {ends} within {EXPIRING.days} days." if soon else "",
    ]
    return " ".join(filter(None, told))


def ending(report: Report) -> list[Accepted]:
    """What is accepted for a few more days only."""
    today = day_of(report.masthead.as_of, zone=ZoneInfo(report.masthead.zone))
    return [each for each in report.accepted if each.until < today + EXPIRING]


def _is_new(report: Report, first_at: datetime | None) -> bool:
    if first_at is None:
        return False
    return day_of(first_at, zone=ZoneInfo(report.masthead.zone)) >= report.masthead.first_on
