"""The notice to the travellers: what moved on the map, and whom it touches; as text and as JSON."""

import textwrap
from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from sync.reconcile.travellers import Travellers
from sync.report import words

VERSION: Literal["fingerpost.strategy-diff/1"] = "fingerpost.strategy-diff/1"
WIDTH = 96
MOST_KEYS = 8


class MapVersion(Struct, frozen=True, kw_only=True):
    """A strategy file, and the day on which it is read."""

    name: str
    on: date


class Moved(Struct, frozen=True, kw_only=True):
    """One thing that moved, as `mappings.strategy_diff` tells it."""

    aspect: str
    objective: str | None
    before: str | None
    after: str | None
    says: str


class Touched(Struct, frozen=True, kw_only=True):
    """Whom the moves of one objective touch; of the vision, everybody."""

    objective: str | None
    owners: tuple[str, ...]  #: before and after
    travellers: Travellers | None  #: None where no store was there to ask


class Notice(Struct, frozen=True, kw_only=True):
    version: Literal["fingerpost.strategy-diff/1"] = VERSION
    before: MapVersion
    after: MapVersion
    moved: tuple[Moved, ...]
    touched: tuple[Touched, ...]
    looked: bool  #: at the stored facts


def as_json(notice: Notice) -> str:
    """Indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(notice, order="deterministic"), indent=2).decode() + "\n"


def as_text(notice: Notice) -> str:
    """Blocks with a blank line between them and a final newline; the same notice gives the same bytes."""
    blocks = (_head(notice), _moved(notice), _touched(notice))
    return "\n\n".join(filter(None, ("\n".join(block) for block in blocks))) + "\n"


def _head(notice: Notice) -> Iterator[str]:
    before, after = notice.before, notice.after
    yield words.line(f"The map: {before.name} on {before.on} → {after.name} on {after.on}", most=WIDTH)


def _moved(notice: Notice) -> Iterator[str]:
    if not notice.moved:
        yield "Nothing moved."
        return
    yield "WHAT MOVED"
    for each in notice.moved:
        yield from textwrap.wrap(words.line(each.says), WIDTH, initial_indent="  ", subsequent_indent="    ")


def _touched(notice: Notice) -> Iterator[str]:
    if not notice.moved:
        return
    yield "WHOM IT TOUCHES"
    for each in notice.touched:
        said = f"{each.objective or 'everybody'}: {'; '.join(filter(None, _parts(each)))}"
        yield from textwrap.wrap(words.line(said), WIDTH, initial_indent="  ", subsequent_indent="    ")
    if not notice.looked:
        yield "Open items and what is in flight were not looked at: there is no store yet."


def _parts(touched: Touched) -> Iterator[str]:
    yield f"owned by {', '.join(touched.owners)}" if touched.owners else "owned by no team"
    if touched.travellers is None:
        return
    if touched.travellers.teams:
        yield f"worked on by {', '.join(touched.travellers.teams)}"
    yield words.count(touched.travellers.open_items, "open item")
    yield f"{len(touched.travellers.in_flight):,} in flight{_keys(touched.travellers)}"
    if touched.travellers.effort_days:
        yield f"{words.amount(touched.travellers.effort_days, unit='days')} of effort lately in what is in flight"


def _keys(travellers: Travellers) -> str:
    keys = [item.key for item in travellers.in_flight[:MOST_KEYS]]
    more = ["…"] if len(travellers.in_flight) > MOST_KEYS else []
    return f" ({', '.join([*keys, *more])})" if keys else ""
