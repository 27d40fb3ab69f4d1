"""What is to be said to readers, before a channel gives it its form."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, TypeAlias

import msgspec

from sync.report import digest, words
from sync.report.model import Report
from sync.report.notice import MOST_KEYS, Moved, Notice, Touched
from sync.report.outline import Code, Line, Link, Strong
from sync.report.sections import MOST_TITLE, title

About: TypeAlias = Literal["report", "map", "trouble"]
REPORT = "report"  #: first word of every subject about one, its period the second
TROUBLE = "trouble "  #: that every subject of a trouble begins with


@dataclass(frozen=True, kw_only=True)
class Message:
    """A later message of the same subject takes the place of the one before."""

    subject: str
    about: About
    title: str
    lines: tuple[Line, ...]  #: at most twelve
    team: str | None = None  #: whose part of it this is; None for what is for everybody
    under: str | None = None  #: subject of the message that this one belongs to
    report: Report | None = None  #: in full, for channels that have room
    page: str = ""  #: the report as HTML
    url: str = ""  #: where the page can be read

    @property
    def whole(self) -> Line:
        """Where the whole report is, or how to make it again."""
        if self.url:
            return (Link("The whole report", self.url),)
        return ("The whole report: ", Code(f"{self.report.command} --format html")) if self.report else ()


def of_report(report: Report, *, page: str = "", url: str = "") -> list[Message]:
    """The digest for everybody, and for each team whose turn something is its own part of it."""
    subject = f"{REPORT} {report.masthead.period}"
    whole = Message(
        subject=subject,
        about="report",
        title=f"fingerpost · {title(report)}",
        lines=digest.digest(report, page=url),
        report=report,
        page=page,
        url=url,
    )
    return [whole, *(_of_team(report, team, under=subject, url=url) for team in digest.teams(report))]


def of_notice(notice: Notice) -> list[Message]:
    """That the map has moved: for everybody, and for each team that it touches; nothing where it has not."""
    if not notice.moved:
        return []
    head = f"The map has moved: {words.line(notice.before.name)} → {words.line(notice.after.name)}"
    subject = f"map {digest_of(msgspec.json.encode(notice.moved))}"
    moved: list[Line] = [(f"• {words.line(each.says, most=MOST_TITLE)}",) for each in notice.moved]
    whole = Message(subject=subject, about="map", title=head, lines=_within(head, moved))
    teams = sorted({team for touched in notice.touched for team in _teams(touched)})
    parts = [(team, list(_part(notice, team))) for team in teams]
    return [whole] + [
        Message(
            subject=f"{subject} {team}",
            about="map",
            title=head,
            lines=_within(f"{words.line(team)}: this touches you", lines),
            team=team,
            under=subject,
        )
        for team, lines in parts
    ]


def of_troubles(troubles: Iterable[tuple[str, str]]) -> list[Message]:
    """One line each, from what tells one trouble from another and what is to be said of it."""
    return [
        Message(
            subject=f"{TROUBLE}{identity}",
            about="trouble",
            title="fingerpost needs a hand",
            lines=((f"{words.MARKS['incomplete']} {words.line(said, most=400)}",),),
        )
        for identity, said in troubles
    ]


def digest_of(content: bytes) -> str:
    """Sixteen hex digits that tell one content from another."""
    return blake2b(content, digest_size=8).hexdigest()


def _of_team(report: Report, team: str, *, under: str, url: str) -> Message:
    return Message(
        subject=f"{under} {team}",
        about="report",
        title=f"{words.line(team)} · {title(report)}",
        lines=digest.team_digest(report, team, page=url),
        team=team,
        under=under,
        url=url,
    )


def _within(head: str, lines: list[Line]) -> tuple[Line, ...]:
    room = digest.MOST_LINES - 1
    more: list[Line] = [(f"and {len(lines) - room + 1:,} more",)] if len(lines) > room else []
    return ((Strong(head),), *lines[: room - len(more)], *more)


def _teams(touched: Touched) -> set[str]:
    worked_on = touched.travellers.teams if touched.travellers else ()
    return {*touched.owners, *worked_on}


def _part(notice: Notice, team: str) -> Iterator[Line]:
    """What moved of that which this team owns or works on, and what it has in flight there."""
    touching = {touched.objective: touched for touched in notice.touched if team in _teams(touched)}
    for each in notice.moved:
        if each.objective in touching:
            yield (f"• {words.line(each.says, most=MOST_TITLE)}{_in_flight(touching[each.objective], each)}",)


def _in_flight(touched: Touched, moved: Moved) -> str:
    flying = touched.travellers.in_flight if touched.travellers and moved.objective else ()
    if not flying:
        return ""
    keys = ", ".join(words.line(item.key, most=40) for item in flying[:MOST_KEYS])
    return f" ({words.count(len(flying), 'item')} in flight: {textwrap.shorten(keys, 200, placeholder=' …')})"
