"""A report goes out: kept unaltered in the store, written into the folder, and told by every channel."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from mappings.problems import Problems
from sync.channels import MailConfig
from sync.config import Config
from sync.deliver import file
from sync.deliver.message import REPORT, TROUBLE, Message, of_notice, of_report, of_troubles
from sync.files import Files, read_files
from sync.passes import Pass
from sync.reconcile.periods import day_of, months_before, period, quarter_of
from sync.report import html, json, text
from sync.report.confidential import without_titles
from sync.report.model import Report
from sync.report.notice import Notice
from sync.store import maps, messages, reports
from sync.store.messages import Sent
from sync.store.names import titles_of
from sync.store.reports import Published
from sync.work import troubles
from sync.work.comparing import between, in_force_on

FORMS = {"html": html.render, "json": json.render, "txt": text.render}  #: written by each publication, by suffix
TOLD_MAP = "map"  #: subject under which it is noted up to which map everybody was told


def publish(made: Report, *, config: Config, engine: Engine, at: datetime) -> list[Path]:
    """The files written. What the report says now is kept for good, whatever becomes of the files."""
    head = made.masthead
    published = Published(head.digest, head.period, head.as_of, at)
    reports.keep(engine, published, json.render(made).encode())
    return file.deliver(made, {suffix: render(made) for suffix, render in FORMS.items()}, folder=Path(config.reports))


def last_published(engine: Engine, span: str | None, *, config: Config) -> Report | None:
    """The report of the latest knowledge, on a period or on any, as it may be shown today.

    None where there is none, or none of this version.
    """
    for each in reports.history(engine, period=span):
        try:
            made = json.read(reports.content_of(engine, each.digest) or b"")
            return as_shown(made, config=config, engine=engine)
        except msgspec.ValidationError:
            continue  # of an older version, whose readers are gone
    return None


def as_shown(made: Report, *, config: Config, engine: Engine) -> Report:
    """A report that was kept, without the titles of what became confidential since."""
    return without_titles(made, titles_of(engine, config.confidential))


def due_editions(config: Config, engine: Engine, *, now: datetime) -> list[str]:
    """The last whole month and quarter, where they are asked for and nothing was published on them yet."""
    today = day_of(now, zone=ZoneInfo(config.zone))
    ended = [_last_whole(edition, today) for edition in config.editions]
    return [span for span in ended if not reports.history(engine, period=span)]


def undelivered(engine: Engine, *, beside: str, config: Config) -> list[Report]:
    """Published reports, beside the one on this period, that did not reach everybody when they were last sent."""
    about = (each.subject.split() for each in messages.failed(engine))
    spans = {span for kind, span, *_ in about if kind == REPORT} - {beside}
    held = (last_published(engine, span, config=config) for span in sorted(spans))
    return [report for report in held if report]


def _last_whole(edition: Literal["month", "quarter"], today: date) -> str:
    """2026-10, 2026-Q3."""
    return f"{months_before(today, 1):%Y-%m}" if edition == "month" else quarter_of(months_before(today, 3))


def digests(made: Report, *, config: Config) -> list[Message]:
    """The report for everybody, and each team's part of it."""
    url = f"{config.reports_url}/{file.name(made)}.html" if config.reports_url else ""
    attached = any(isinstance(channel, MailConfig) for channel in config.deliver.values())
    return of_report(made, page=html.render(made) if attached else "", url=url)


def alarms(made: Report, passes: Sequence[Pass], *, config: Config, engine: Engine, now: datetime) -> list[Message]:
    """One line for each thing that went wrong; what is over by now is forgotten, so that it is told when it recurs."""
    span = period(made.masthead.period, zone=ZoneInfo(config.zone))
    within = timedelta(hours=config.late_after_hours)
    found = [
        *troubles.of_sources(passes, made.masthead),
        *troubles.of_report(reports.history(engine), span, now=now, within=within),
    ]
    told = of_troubles(found)
    messages.forget(engine, prefix=TROUBLE, keep=[message.subject for message in told])
    return told


def moves(*, config: Config, files: Files, folder: Path, engine: Engine, as_of: datetime) -> list[Message]:
    """What moved on the map since everybody was last told, for everybody and for the teams that it touches."""
    notice = _moved(config=config, files=files, folder=folder, engine=engine, as_of=as_of)
    return of_notice(notice) if notice else []


def note_map_told(engine: Engine, files: Files, *, at: datetime) -> None:
    """Everybody knows this map by now."""
    messages.note(engine, Sent("", TOLD_MAP, remote=files.digest, digest="", sent_at=at))


def _moved(*, config: Config, files: Files, folder: Path, engine: Engine, as_of: datetime) -> Notice | None:
    told = messages.sent(engine, subjects=[TOLD_MAP]).get(("", TOLD_MAP))
    texts = maps.kept(engine, told.remote) if told else None
    if told is None or told.sent_at is None or texts is None:
        return None
    zone = ZoneInfo(config.zone)
    try:
        before = in_force_on(read_files(config, folder=folder, kept=texts), day_of(told.sent_at, zone=zone))
    except Problems:
        return None  # kept under names that the configuration has given up
    after = in_force_on(files, day_of(as_of, zone=zone))
    return between(engine, config=config, files=files, sides=(before, after), as_of=as_of)
