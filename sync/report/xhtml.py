"""The report as plain XHTML: what Confluence stores of a page, and what an e-mail shows."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape

from sync.report.model import Report
from sync.report.outline import Block, Bullets, Code, Line, Link, Section, Span, Strong, Table, fitted
from sync.report.page import href
from sync.report.sections import sections

#: What no XML document may hold, not even by a number. # w3.org/TR/xml §2.2
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: An issue of Jira: it would tell that a page links to it.
_REFERRED = re.compile(r"https?://[^/]+(?:/[^/]+)?/browse/[^/]+$")

ENDING = 2_000  #: bytes kept for what had no room, and for where the whole is

Linked = Callable[[str], str]  #: an address → where the link leads; empty where there is to be none


def render(report: Report) -> str:
    """All of it in Confluence's storage format, with a final newline."""
    return fragment(sections(report), linked=unreferred) + "\n"


def body(report: Report, *, most: int, elsewhere: Line = (), linked: Linked = href) -> str:
    """As much of it as there is room for, summary first; `elsewhere` says where the whole is."""
    size = partial(fragment, linked=linked)
    fits = fitted(sections(report), most=most - ENDING, size=lambda section: len(size([section]).encode()))
    ends = [(f"There was no room for: {', '.join(fits.left_out)}.",)] if fits.left_out else []
    told = (_block(each, linked) for each in (*ends, elsewhere) if each)
    return "\n".join((fragment(fits.sections, linked=linked), *told))


def unreferred(url: str) -> str:
    """The address, unless what it leads to would tell of the link."""
    address = href(url)
    return "" if _REFERRED.match(address) else address


def fragment(told: Sequence[Section], *, linked: Linked = href) -> str:
    """The sections, to stand in a document's body."""
    return "\n".join("\n".join((f"<h2>{_text(each.title)}</h2>", *_blocks(each, linked))) for each in told)


def line(spans: Line, *, linked: Linked = href) -> str:
    """One line, to stand in an element."""
    return "".join(_span(span, linked) for span in spans)


def _blocks(section: Section, linked: Linked) -> Iterator[str]:
    return (_block(block, linked) for block in section.blocks)


def _block(block: Block, linked: Linked) -> str:
    match block:
        case Bullets(lines=lines, more=more):
            told = [line(each, linked=linked) for each in lines] + _more(more)
            return f"<ul>{''.join(f'<li>{each}</li>' for each in told)}</ul>" if told else ""
        case Table(heads=heads, rows=rows, more=more):
            return _table(heads, rows, linked) + "".join(f"<p>{each}</p>" for each in _more(more))
    return f"<p>{line(block, linked=linked)}</p>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[Line]], linked: Linked) -> str:
    head = "".join(f"<th>{_text(each)}</th>" for each in heads)
    cells = ("".join(f"<td>{line(cell, linked=linked)}</td>" for cell in row) for row in rows)
    return f"<table><tbody><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table>"


def _more(more: int) -> list[str]:
    return [f"and {more:,} more"] if more else []


def _span(span: Span, linked: Linked) -> str:
    match span:
        case Link(text=told, url=url):
            address = linked(url or "")
            return f'<a href="{_text(address)}">{_text(told)}</a>' if address else f"<code>{_text(told)}</code>"
        case Strong(text=told):
            return f"<strong>{_text(told)}</strong>"
        case Code(text=told):
            return f"<code>{_text(told)}</code>"
    return _text(span)


def _text(told: str) -> str:
    return escape(_FORBIDDEN.sub("", told))
