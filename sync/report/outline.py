"""An outline: sections of lines, lists and tables, plain data that every written form is made from."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias


class Link(NamedTuple):
    """Something that its source shows at an address."""

    text: str
    url: str | None


class Strong(NamedTuple):
    text: str


class Code(NamedTuple):
    text: str


Span: TypeAlias = str | Link | Strong | Code
Line: TypeAlias = tuple[Span, ...]


class Bullets(NamedTuple):
    lines: tuple[Line, ...]
    more: int = 0  #: that are not listed


class Table(NamedTuple):
    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    more: int = 0  #: rows that are not listed


Block: TypeAlias = Line | Bullets | Table


class Section(NamedTuple):
    title: str
    blocks: tuple[Block, ...]


class Fitted(NamedTuple):
    """What a channel has room for."""

    sections: tuple[Section, ...]
    left_out: tuple[str, ...]  #: titles of the sections for which there was no room at all


def plain(line: Line) -> str:
    """The line as nothing but text."""
    return "".join(span if isinstance(span, str) else span.text for span in line)


def fitted(sections: Sequence[Section], *, most: int, size: Callable[[Section], int]) -> Fitted:
    """As much as `most` holds by `size`: the first sections whole, then one with fewer rows, in their order."""
    kept, left_out, room = [], [], most
    for section in sections:
        fits = next((cut for cut in _cuts(section) if size(cut) <= room), None)
        if fits is None:
            left_out.append(section.title)
            continue
        kept.append(fits)
        room -= size(fits)
    return Fitted(tuple(kept), tuple(left_out))


def _cuts(section: Section) -> Iterator[Section]:
    """The section whole, then with ever shorter lists, down to none."""
    longest = max((_length(block) for block in section.blocks), default=0)
    yield section
    while longest > 1:
        longest //= 2
        yield section._replace(blocks=tuple(_cut(block, longest) for block in section.blocks))


def _length(block: Block) -> int:
    match block:
        case Bullets(lines=held) | Table(rows=held):
            return len(held)
    return 0


def _cut(block: Block, most: int) -> Block:
    match block:
        case Bullets(lines=lines, more=more):
            return Bullets(lines[:most], more + len(lines[most:]))
        case Table(heads=heads, rows=rows, more=more):
            return Table(heads, rows[:most], more + len(rows[most:]))
    return block
