"""Why an item is tagged as it is, and why not otherwise: the decision walked back to facts and to lines of files."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mappings.ancestry import ancestors
from mappings.conditions import OF_CODE, RELATIONS, attributes, relations
from mappings.evidence import Evidence, Link, links_of
from mappings.links import names
from mappings.match import Related
from mappings.people import People
from mappings.rules import Mappings
from mappings.subjects import narrowed, pull_request_subjects, related_items, work_item_subjects
from mappings.trace import Asked, Step, trace

if TYPE_CHECKING:
    import ibis.expr.types as ir

Tables = Mapping[str, "ir.Table"]
KINDS = {"work_items": "work_item", "pull_requests": "pull_request"}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A work item or a pull request, as people know it; of one that is not read, as it is written."""

    ref: str | None
    key: str
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """A row of `mappings.tag.TAGS`, its origin by key."""

    outcome: str
    objective: str | None
    weight: float | None
    origin: str | None
    rule: str | None
    clause: str | None
    via: str | None
    distance: int | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An override of the item."""

    objective: str
    by: str
    on: date
    reason: str
    at: int  #: line of the mappings file
    counts: bool  #: it is the latest that has begun


@dataclass(frozen=True, kw_only=True)
class Relative:
    """An ancestor, and what it is for."""

    thing: Thing
    distance: int  #: 1 is the parent
    tags: tuple[Tagging, ...]  #: none where it is not read
    decides: bool  #: the item takes after it


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A linked item with all evidence for it, and what it is for."""

    thing: Thing
    evidence: tuple[Evidence, ...]
    counts: bool  #: the pull request takes after it, as far as nothing nearer decides
    tags: tuple[Tagging, ...]  #: none where it is not read


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What decided is the override, else an exemption, else a rule, else the nearest ancestor, else the links."""

    kind: str  #: work_item, pull_request
    thing: Thing
    on: date
    tags: tuple[Tagging, ...]
    overrides: tuple[Decision, ...]  #: the latest last
    steps: tuple[Step, ...]  #: exemptions, then rules, in the order of the file
    ancestors: tuple[Relative, ...]  #: the nearest first
    links: tuple[Linked, ...]  #: what a pull request names; of a work item, the pull requests that name it


def explain(
    tables: Tables,
    ref: str,
    *,
    tags: "ir.Table",
    links: "ir.Table",
    mappings: Mappings,
    day: date,
    people: People | None = None,
) -> Explanation:
    """Why the item with this ref has these tags; KeyError where the tables have no such item.

    `tags` and `links` are what `mappings.tag` and `mappings.links` make of the same tables and mappings.
    """
    above = _above(tables, ref)
    linked = links_of(tables, ref, links, mappings)
    ends = [end for link in linked for end in (link.item_ref, link.to_ref) if end]
    things = _Things(tables, tags, {ref, *above, *ends})
    decisions = _decisions(tables, ref, mappings, day)
    asked = _asked(tables, ref, things.kinds[ref], links=links, mappings=mappings, day=day, people=people)
    return Explanation(
        kind=things.kinds[ref],
        thing=things.named(ref),
        on=day,
        tags=things.tags(ref),
        overrides=decisions,
        steps=trace(asked, mappings, day=day, overridden=any(each.counts for each in decisions)),
        ancestors=_ancestors(above, things.tags(ref), things),
        links=_linked(linked, ref, things),
    )


class _Things:
    """What refs are called, and what each is for."""

    def __init__(self, tables: Tables, tags: "ir.Table", refs: Collection[str]) -> None:
        self._tags: dict[str, list[dict[str, Any]]] = {}
        for row in _rows(tags.filter(tags.ref.isin(sorted(refs))).order_by("ref", "objective")):
            self._tags.setdefault(row["ref"], []).append(row)
        named = {*refs, *(row["via_ref"] for rows in self._tags.values() for row in rows if row["via_ref"])}
        self.kinds: dict[str, str] = {}
        self._things: dict[str, Thing] = {}
        for name, kind in KINDS.items():
            table = tables[name]
            for row in _rows(table.filter(table.ref.isin(sorted(named))).select("ref", "key", "title", "url")):
                self.kinds[row["ref"]] = kind
                self._things[row["ref"]] = Thing(**row)

    def named(self, ref: str | None, key: str | None = None) -> Thing:
        """The thing; its key, or else its ref, alone where it is not read."""
        return self._things.get(ref or "") or Thing(ref=ref, key=key or ref or "")

    def tags(self, ref: str | None) -> tuple[Tagging, ...]:
        return tuple(self._tagging(row) for row in self._tags.get(ref or "", ()))

    def _tagging(self, row: dict[str, Any]) -> Tagging:
        via = row["via_ref"] and self.named(row["via_ref"]).key
        same = ("outcome", "objective", "weight", "origin", "rule", "clause", "distance")
        return Tagging(via=via, **{name: row[name] for name in same})


def _rows(table: "ir.Table") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows


def _decisions(tables: Tables, ref: str, mappings: Mappings, day: date) -> tuple[Decision, ...]:
    if not mappings.overrides:
        return ()
    called = names(tables)
    mine = {row["name"] for row in _rows(called.filter(called.to_ref == ref).select("name"))}
    pulls = tables["pull_requests"]
    mine |= {row["key"] for row in _rows(pulls.filter(pulls.ref == ref).select("key"))}
    placed = [(each.on, place, each) for place, each in enumerate(mappings.overrides) if each.item in mine]
    ordered = sorted(placed, key=lambda each: each[0])
    last = next((place for on, place, _ in reversed(ordered) if on <= day), None)
    return tuple(
        Decision(
            objective=each.objective,
            by=each.by,
            on=on,
            reason=each.reason,
            at=mappings.problem(("overrides", place), "").line,
            counts=place == last,
        )
        for on, place, each in ordered
    )


def _asked(
    tables: Tables,
    ref: str,
    kind: str,
    *,
    links: "ir.Table",
    mappings: Mappings,
    day: date,
    people: People | None,
) -> Asked:
    conditions = list(mappings.conditions())
    wanted = attributes(conditions)
    tables = narrowed(tables, wanted)
    items = work_item_subjects(tables, wanted, people=people, day=day).cache()
    subjects = items if kind == "work_item" else pull_request_subjects(tables, wanted, people=people, day=day)
    return Asked(
        subject=subjects.filter(subjects.ref == ref).cache(),
        related={name: _kept(related_items(tables, links, name, items)) for name in relations(conditions)},
        has=RELATIONS if kind == "work_item" else OF_CODE,
    )


def _kept(related: Related) -> Related:
    """Reckoned once, for the many questions to come."""
    return related._replace(pairs=related.pairs.cache())


def _above(tables: Tables, ref: str) -> dict[str, int]:
    """The refs of its ancestors, each with its distance, the nearest first."""
    chain = ancestors(tables["work_items"])
    return {row["ancestor"]: row["distance"] for row in _rows(chain.filter(chain.ref == ref).order_by("distance"))}


def _ancestors(above: Mapping[str, int], told: Iterable[Tagging], things: _Things) -> tuple[Relative, ...]:
    nearest = next((each.distance for each in told if each.origin == "inherited"), None)
    return tuple(
        Relative(thing=things.named(ref), distance=distance, tags=things.tags(ref), decides=distance == nearest)
        for ref, distance in above.items()
    )


def _linked(links: Iterable[Link], ref: str, things: _Things) -> tuple[Linked, ...]:
    """What is at the other end of each link."""
    ends = ((link.to_ref, link.to_key, link) if link.item_ref == ref else (link.item_ref, None, link) for link in links)
    return tuple(
        Linked(thing=things.named(end, key), evidence=link.evidence, counts=link.counts, tags=things.tags(end))
        for end, key, link in ends
    )
