"""The evidence for the links of one item: every place that names another, what stands there, and who cut it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from mappings.links import links as every_link
from mappings.links import names
from mappings.rules import Mappings
from mappings.tag import best_links

if TYPE_CHECKING:
    import ibis.expr.types as ir

Tables = Mapping[str, "ir.Table"]
AROUND = 40  #: characters of a text that are shown on either side of what was found in it
COLUMNS = {
    "branch": "head",
    "title": "title",
    "body": "body",
    "trailer": "body",
}  #: place → where a pull request has its text


@dataclass(frozen=True, kw_only=True)
class CutBy:
    """Who cut a link, when and why."""

    by: str
    on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One place that names the item."""

    link_class: str
    place: str
    outcome: str  #: resolved, no_such_item, unread_project
    confidence: str | None  #: high, medium, low
    text: str | None  #: what stands there, with a few words around it; None where that cannot be had
    cut: CutBy | None  #: None where the link stands


@dataclass(frozen=True, kw_only=True)
class Link:
    """A pull request and an item that it names, with all evidence for it."""

    item_ref: str
    to_ref: str | None  #: None where no such item is read
    to_key: str
    counts: bool  #: it is resolved, none of the pull request's links is of a better class, and it is no release
    evidence: tuple[Evidence, ...]


def links_of(tables: Tables, ref: str, links: "ir.Table", mappings: Mappings) -> tuple[Link, ...]:
    """The links of a pull request, or to a work item, those that were cut too; by key.

    `links` are what `mappings.links` makes of the same tables and mappings.
    """
    uncut = every_link(tables, mappings.model_copy(update={"cuts": ()})) if mappings.cuts else links
    rows = sorted(_of(uncut, ref), key=_pair)
    if not rows:
        return ()
    best = best_links(links, mappings.links.at_most)
    deciding = {(row["ref"], row["via_ref"]) for row in _rows(best.filter((best.ref == ref) | (best.via_ref == ref)))}
    kept = set(map(_pair, _of(links, ref)))
    return tuple(
        Link(
            item_ref=pull,
            to_ref=(named := list(group))[0]["to_ref"],
            to_key=key,
            counts=(pull, named[0]["to_ref"]) in deciding,
            evidence=_evidence(named, tables, None if (key, pull) in kept else _cut(pull, key, tables, mappings)),
        )
        for (key, pull), group in groupby(rows, key=_pair)
    )


def _pair(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["to_key"], row["item_ref"]


def _of(links: "ir.Table", ref: str) -> list[dict[str, Any]]:
    return _rows(links.filter((links.item_ref == ref) | (links.to_ref == ref)))


def _rows(table: "ir.Table") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows


def _evidence(rows: list[dict[str, Any]], tables: Tables, cut: CutBy | None) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            link_class=row["class"],
            place=row["place"],
            outcome=row["outcome"],
            confidence=row["confidence"],
            text=_found(_texts(tables, row["item_ref"], row["place"]), row["to_key"]),
            cut=cut,
        )
        for row in rows
    )


def _found(texts: Iterable[str], key: str) -> str | None:
    return next((span for span in (_span(text, key) for text in texts) if span), None)


def _texts(tables: Tables, pull: str, place: str) -> list[str]:
    """The texts of a pull request in which such a place is; none where the source states the link without words."""
    pulls, commits = tables["pull_requests"], tables["commits"]
    found = []
    if place in COLUMNS:
        found += _rows(pulls.filter(pulls.ref == pull).select(text=COLUMNS[place]))
    if place in ("commit", "trailer"):
        found += _rows(commits.filter(commits.item_ref == pull).select(text="message"))
    return sorted(row["text"] for row in found if row["text"])


def _span(text: str, key: str) -> str | None:
    """The key as the text has it, in any case, or as a bare number of the same repository; with what is around it."""
    number = f"#{key.partition('#')[2]}" if "#" in key else key
    found = re.search(rf"(?:{re.escape(key)}|{re.escape(number)})(?!\d)", text, re.IGNORECASE)
    if found is None:
        return None
    start, end = max(0, found.start() - AROUND), found.end() + AROUND
    shown = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{shown}{'…' if end < len(text) else ''}"


def _cut(pull: str, key: str, tables: Tables, mappings: Mappings) -> CutBy | None:
    """The cut that names this pair, by whatever key it calls the item."""
    called, pulls = names(tables), tables["pull_requests"]
    items = {key, *(row["name"] for row in _rows(called.filter(called.now == key).select("name")))}
    keys = {row["key"] for row in _rows(pulls.filter(pulls.ref == pull).select("key"))}
    cut = next((cut for cut in mappings.cuts if cut.pull_request in keys and cut.item in items), None)
    return CutBy(by=cut.by, on=cut.on, reason=cut.reason) if cut else None
