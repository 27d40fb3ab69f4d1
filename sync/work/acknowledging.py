"""A finding, accepted for now into the file of acknowledgements."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from mappings.acknowledgements import Acknowledgements
from mappings.edit import appended
from mappings.load import read
from mappings.problems import Problem, Problems
from sync.reconcile.findings import Finding
from sync.reconcile.periods import day_of
from sync.report.model import Report

HEAD = "# Findings that are accepted for now: `fingerpost ack` adds to them.\n"


def acknowledging(report: Report, name: str, *, path: Path, reason: str, by: str | None, until: date) -> str:
    """The file's text with the finding of this id, or of the only id that begins so, accepted as grave as it is.

    It holds from the day of the report on. Raises `Problems` where there is no such finding, or where that day is past
    the last one.
    """
    finding = _named(name, [*report.findings, *(each.finding for each in report.accepted)])
    on = day_of(report.masthead.as_of, zone=ZoneInfo(report.masthead.zone))
    if until < on:
        raise Problems([Problem("--until", 0, 0, f"{until} is over", f"name {on} or a later day")])
    told = {
        "finding": finding.id,
        "reason": reason,
        "by": by or finding.owner,
        "on": on,
        "until": until,
        "severity": finding.severity,
    }
    text = appended(path.read_text(encoding="utf-8") if path.exists() else HEAD, str(path), "acks", told)
    read(text, str(path), Acknowledgements)
    return text


def _named(name: str, findings: Sequence[Finding]) -> Finding:
    found = [each for each in findings if name and each.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problems([Problem(name, 0, 0, "no finding has this id", "the report prints it beside each")])
    raise Problems([Problem(name, 0, 0, f"{len(found)} findings begin so", "give more of the id")])
