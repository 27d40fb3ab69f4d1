"""The options that commands share, and the words that they take."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from sync import instants


class Form(StrEnum):
    """The forms of a preview, and of what a run prints."""

    text = "text"
    html = "html"
    json = "json"


class ReportForm(StrEnum):
    """The forms of a report."""

    text = "text"
    html = "html"
    markdown = "markdown"
    confluence = "confluence"
    json = "json"
    csv = "csv"
    pdf = "pdf"
    png = "png"


class Severity(StrEnum):
    """How much a finding weighs."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class Roll(StrEnum):
    """Whom a census calls."""

    all = "all"
    open = "open"


class Document(StrEnum):
    """The files and documents that have a published schema, and the pages of the manual."""

    fingerpost = "fingerpost"
    strategy = "strategy"
    mappings = "mappings"
    people = "people"
    acks = "acks"
    report = "report"
    configuration = "configuration"
    explanation = "explanation"
    diff = "diff"
    message = "message"
    checks = "checks"
    commands = "commands"
    measures = "measures"
    metrics = "metrics"
    api = "api"


def instant(text: str) -> datetime:
    """The instant that the option names; a day alone is its end, in UTC."""
    try:
        return instants.instant(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def duration(text: str) -> timedelta:
    """How long the option says: 50m, 1h30m, 90s."""
    found = re.fullmatch(r"(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", text.strip())
    if not found or not any(found.groups()):
        raise typer.BadParameter(f"{text!r} is no duration; write 50m, 1h30m or 90s")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _period(text: str) -> str:
    """The text, if it names a period."""
    from sync.reconcile.periods import period

    try:
        period(text, zone=ZoneInfo("UTC"))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


ConfigFile = Annotated[Path, typer.Option("--config", envvar="FINGERPOST_CONFIG", help="The configuration file.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=instant,
        metavar="INSTANT",
        help="What was known then: 2026-11-20T18:00Z, or a whole day, 2026-11-20 in UTC; default now.",
    ),
]
Period = Annotated[
    str | None,
    typer.Option(
        "--period",
        parser=_period,
        metavar="PERIOD",
        help="2026-W46, 2026-11, 2026-Q4 or 2026-11-02..2026-11-16; default the last whole week.",
    ),
]
FailOn = Annotated[Severity | None, typer.Option("--fail-on", help="End with 1 if a finding weighs this much or more.")]
