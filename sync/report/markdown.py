"""The report as Markdown in GitHub's flavour, which pings nobody and leaves no trace at what it speaks of."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlsplit

from sync.report.model import Report
from sync.report.outline import Block, Bullets, Code, Line, Link, Section, Span, Strong, Table, fitted
from sync.report.page import href
from sync.report.sections import sections

MOST = 65_536  #: signs of a GitHub body; more is refused (report-and-findings.md §1b)
ENDING = 2_000  #: signs kept for what had no room, and for where the whole is
BREAK = "\u200b"  #: no width, and no word goes on across it

#: Whatever GitHub would make a mention, a cross reference or a link of: an escape or an entity does not stop it.
_TRACES = re.compile(r"@(?=\w)|#(?=\d)|\bgh-(?=\d)|\bwww(?=\.)|\b(?:https?|ftp|mailto|xmpp):", re.IGNORECASE)
_MARKUP = re.compile(r"[\\`*_\[\]<>|~$&]")
_LEADING = re.compile(r"^(?=[-+=#>])|^(\d+)(?=[.)](?:\s|$))")
#: An issue, a pull request or a discussion at GitHub, whose page would tell who linked to it.
_REFERRED = re.compile(r"/[^/]+/[^/]+/(?:issues|pull|discussions)/\d+")
_SAFE = "/:?#[]@!$&'*+,;=%~"


def render(report: Report) -> str:
    """All of it, with a final newline."""
    return text(sections(report))


def body(report: Report, *, most: int = MOST, elsewhere: Line = ()) -> str:
    """As much of it as a channel has room for, summary first; `elsewhere` says where the whole is."""
    fits = fitted(sections(report), most=most - ENDING, size=lambda section: len(_section(section)) + 1)
    ends = [(f"There was no room for: {', '.join(fits.left_out)}.",)] if fits.left_out else []
    return "\n".join((text(fits.sections), *(f"{line(each)}\n" for each in (*ends, elsewhere) if each)))


def text(told: Sequence[Section]) -> str:
    """The sections, each with a blank line before the next."""
    return "\n".join(map(_section, told))


def line(spans: Line) -> str:
    """One line of inline Markdown."""
    return "".join(map(_span, spans))


def quoted(told: str) -> str:
    """Somebody's text that is shown as it stands and means nothing to GitHub.

    # github.github.com/gfm §2.4, §6.9; docs.github.com: autolinked references and URLs
    """
    broken = _TRACES.sub(lambda found: f"{found.group()[:-1]}{BREAK}:" if ":" in found.group() else _after(found), told)
    escaped = _MARKUP.sub(lambda found: f"\\{found.group()}", broken)
    return _LEADING.sub(lambda found: f"{found[1] or ''}\\", escaped)


def _after(found: re.Match[str]) -> str:
    return f"{found.group()}{BREAK}"


def _section(section: Section) -> str:
    return "\n\n".join((f"## {quoted(section.title)}", *filter(None, map(_block, section.blocks)))) + "\n"


def _block(block: Block) -> str:
    match block:
        case Bullets(lines=lines, more=more):
            return "\n".join((*(f"- {line(each)}" for each in lines), *_more(more, "- ")))
        case Table(heads=heads, rows=rows, more=more):
            return "\n".join((*_table(heads, rows), *_more(more, "\n")))
    return line(block)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Line]]) -> Iterator[str]:
    yield f"| {' | '.join(map(quoted, heads))} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(map(line, row))} |"


def _more(more: int, before: str) -> Iterator[str]:
    if more:
        yield f"{before}and {more:,} more"


def _span(span: Span) -> str:
    match span:
        case Link(text=told, url=url):
            address = _address(url)
            return f"[{quoted(told)}](<{address}>)" if address else _code(told)
        case Strong(text=told):
            return f"**{quoted(told)}**"
        case Code(text=told):
            return _code(told)
    return quoted(span)


def _code(told: str) -> str:
    """A code span: in it nothing is a mention, a reference or markup."""
    return f"`{told.replace('`', chr(0x2BC)).replace('|', chr(0xA6))}`" if told else ""


def _address(url: str | None) -> str:
    """Where a link may lead: GitHub's own redirector where the thing itself would tell of the link; else nowhere."""
    target = quote(href(url), safe=_SAFE)
    parts = urlsplit(target)
    if not _REFERRED.match(parts.path):
        return target
    # renovatebot/renovate, lib/util/markdown.ts: what is reached through it shows no reference
    return target.replace("//github.com/", "//redirect.github.com/", 1) if parts.netloc == "github.com" else ""
