"""A finding, accepted for now: what is said of it, and that in the file of acknowledgements."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mappings.acknowledgements import Acknowledgement, Acknowledgements
from mappings.edit import appended
from mappings.load import read
from mappings.problems import Problem, Problems
from sync.reconcile.findings import Finding
from sync.report.model import Report

HEAD = "# Findings that are accepted for now: `fingerpost ack` adds to them.\n"


def accepted(report: Report, name: str, *, reason: str, by: str | None, on: date, until: date) -> Acknowledgement:
    """The finding of this id, or of the only id that begins so, accepted as grave as it is, from a day on.

    Raises `Problems` where there is no such finding, where nobody says why, or where that day is past the last one.
    """
    finding = _named(name, [*report.findings, *(each.finding for each in report.accepted)])
    if until < on:
        raise Problems([Problem("--until", 0, 0, f"{until} is over", f"name {on} or a later day")])
    if not reason.strip():
        raise Problems([Problem("--reason", 0, 0, "says nothing", "say why it is accepted")])
    return Acknowledgement(
        finding=finding.id,
        reason=reason.strip(),
        by=by or finding.owner,
        on=on,
        until=until,
        severity=finding.severity,
    )


def written(made: Acknowledgement, path: Path) -> str:
    """The file's text with the acknowledgement as its last. Raises `Problems` where something in it is wrong."""
    text = path.read_text(encoding="utf-8") if path.exists() else HEAD
    text = appended(text, str(path), "acks", made.model_dump())
    read(text, str(path), Acknowledgements)
    return text


def _named(name: str, findings: Sequence[Finding]) -> Finding:
    found = [each for each in findings if name and each.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problems([Problem(name, 0, 0, "no finding has this id", "the report prints it beside each")])
    raise Problems([Problem(name, 0, 0, f"{len(found)} findings begin so", "give more of the id")])
