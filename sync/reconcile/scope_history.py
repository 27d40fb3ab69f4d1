"""What was in the scope of each objective, and delivered, at any midnight of a range (metrics.md §6.1, §6.4).

Every item is counted whole for each objective that it serves. What is known at a midnight is what had happened by
then: a delivery that was taken back later is one, and one that came later is none.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sync.reconcile.days import day_numbers, number_of
from sync.reconcile.periods import start_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

ADDED = ("added", "assumed")  #: the day is told by the item's history; it is the day of its creation for want of one
DONE = ("delivered", "swept")  #: swept are delivered too, but in bulk: no sample of what a week brings


@dataclass(frozen=True, kw_only=True)
class Edges:
    """The days at whose midnights a history can be asked for."""

    mondays: tuple[date, ...]  #: one a week, ascending
    others: tuple[date, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(sorted({*self.mondays, *self.others}))

    def number(self, day: "ir.IntegerValue") -> "ir.IntegerValue":
        """How many of them lie on the day or before it: those a week apart are reckoned, the others compared."""
        import ibis

        weeks = ibis.greatest(day - number_of(self.mondays[0]) + 7, 0) // 7
        others = sorted({*self.others} - {*self.mondays})
        beside = (ibis.ifelse(day >= number_of(other), 1, 0) for other in others)
        return sum(beside, start=ibis.least(weeks, len(self.mondays)))


class Entry(NamedTuple):
    """So many items that came into scope, or were done, between two edges; edges are told by their number.

    What happened after edge 2 and before edge 3 stands at 3.
    """

    kind: str
    start: int  #: added, or done
    known: int  #: the later of being done and of coming into scope
    until: int  #: opened again; one more than the last edge has where that did not happen
    items: int

    @property
    def was_done(self) -> bool:
        """Done before it came into scope."""
        return self.start < self.known

    def stands_at(self, edge: int) -> bool:
        return self.known <= edge < self.until


class Standing(NamedTuple):
    """At one instant."""

    scope: int
    delivered: int

    @property
    def remaining(self) -> int:
        return self.scope - self.delivered


class Weekly(NamedTuple):
    """What one week brought, as known at an instant."""

    delivered: int
    added: int  #: less what was discarded

    @property
    def change(self) -> int:
        """Of what remains."""
        return self.added - self.delivered


@dataclass(frozen=True, kw_only=True)
class History:
    """Of one objective. Edges are the midnights that it was asked for; the last number is the instant of asking."""

    edges: tuple[date, ...]
    entries: tuple[Entry, ...]

    @property
    def now(self) -> int:
        return len(self.edges)

    @property
    def assumed(self) -> int:
        """Items that count from their creation for want of a history."""
        return sum(entry.items for entry in self.entries if entry.kind == "assumed")

    def edge(self, day: date) -> int:
        return self.edges.index(day)

    def at(self, edge: int) -> Standing:
        return self._standings[edge]

    @cached_property
    def _standings(self) -> tuple[Standing, ...]:
        """By edge, the last one now."""
        scope, delivered = [0] * (self.now + 2), [0] * (self.now + 2)
        for entry in self.entries:
            counted = delivered if entry.kind in DONE else scope
            items = -entry.items if entry.kind == "discarded" else entry.items
            counted[entry.known] += items
            counted[min(entry.until, self.now + 1)] -= items
        return tuple(Standing(*told) for told in zip(accumulate(scope), accumulate(delivered), strict=True))

    def weeks(self, mondays: Sequence[date], *, known_at: int) -> list[Weekly]:
        """Of each week from one Monday to the next, as known at an edge.

        What came into scope when it was done already counts as added when it was done: it never remained. A sweep is
        neither delivery nor loss.
        """
        bounds = [self.edge(monday) for monday in mondays]
        delivered, added = [0] * (len(bounds) + 1), [0] * (len(bounds) + 1)
        for entry in self.entries:
            if not entry.stands_at(known_at):
                continue
            begun, known = _week(bounds, entry.start), _week(bounds, entry.known)
            if entry.kind in ADDED:
                added[begun] += entry.items
            if entry.kind == "discarded" or entry.was_done:
                added[known] -= entry.items
            if entry.kind == "delivered":
                delivered[begun] += entry.items
                added[begun] += entry.items if entry.was_done else 0
        return [Weekly(*told) for told in zip(delivered[1:-1], added[1:-1], strict=True)]


def _week(bounds: Sequence[int], edge: int) -> int:
    """The number, from 1 on, of the week that what stands at this edge lies in; 0 before the first."""
    return bisect_right(bounds, edge - 1)


def histories(
    flow: "ir.Table",
    runs: "ir.Table",
    members: "ir.Table",
    changes: "ir.Table",
    *,
    discarded: Collection[str],
    edges: Edges,
    zone: ZoneInfo,
    as_of: datetime,
) -> dict[str, History]:
    """Objective → its history, for those that have members (`membership.membership`).

    `discarded`: resolutions of work that was given up.
    """
    told = _dated(flow, runs, members, changes, discarded=discarded)
    numbered = _numbered(told, edges, zone=zone, as_of=as_of).cache()
    counts = numbered.group_by("scope", *Entry._fields[:-1]).aggregate(items=numbered.count())
    rows = counts.order_by("scope", *Entry._fields[:-1]).to_pyarrow().to_pylist()
    by_scope: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        by_scope[row.pop("scope")].append(Entry(**row))
    return {scope: History(edges=edges.days, entries=tuple(entries)) for scope, entries in by_scope.items()}


def _dated(
    flow: "ir.Table", runs: "ir.Table", members: "ir.Table", changes: "ir.Table", *, discarded: Collection[str]
) -> "ir.Table":
    """scope, kind, start_us, known_us, until_us (null where it lasts): one row for each that came in or was done."""
    import ibis

    kind = ibis.ifelse(members.is_dated, "added", "assumed")
    came = members.select("scope", kind=kind, start_us="since_us", known_us="since_us", until_us=ibis.null("int64"))
    done = _done(flow, runs, changes, discarded=discarded).join(members, "ref")
    known_us = ibis.greatest(done.start_us, done.since_us)
    return came.union(done.select("scope", "kind", "start_us", known_us=known_us, until_us="until_us"))


def _done(flow: "ir.Table", runs: "ir.Table", changes: "ir.Table", *, discarded: Collection[str]) -> "ir.Table":
    """ref, kind, start_us, until_us: every stretch of being done, and as what."""
    import ibis

    finished = flow.filter(flow.finished_us.notnull())
    in_bulk = finished.flags.contains("bulk_closed") & (finished.outcome == "delivered")
    last = finished.select(
        "ref",
        kind=ibis.ifelse(in_bulk, "swept", finished.outcome),
        start_us="finished_us",
        until_us=ibis.null("int64"),
    )
    reopened = runs.filter((runs.category == "done") & ~runs.is_last).select("ref", "start_us", until_us="end_us")
    reopened = reopened.left_join(_given_up(reopened, changes, discarded), ["ref", "start_us"])
    kind = ibis.ifelse(reopened.is_discarded.fill_null(False), "discarded", "delivered")
    return last.union(reopened.select("ref", kind=kind, start_us="start_us", until_us="until_us"))


def _given_up(reopened: "ir.Table", changes: "ir.Table", discarded: Collection[str]) -> "ir.Table":
    """ref, start_us, is_discarded: the stretches in which a resolution said that the work was given up."""
    import ibis

    said = changes.filter(changes.field == "resolution").select("at_us", "to_text", ref="item_ref")
    met = reopened.join(said, "ref")
    plain = met.to_text.lower().replace("_", " ").replace("’", "'")
    met = met.filter((met.at_us >= met.start_us) & (met.at_us < met.until_us) & plain.isin(sorted(discarded)))
    return met.select("ref", "start_us").distinct().mutate(is_discarded=ibis.literal(True))


def _numbered(told: "ir.Table", edges: Edges, *, zone: ZoneInfo, as_of: datetime) -> "ir.Table":
    """scope and the first fields of `Entry`: instants as numbers of edges."""
    import ibis

    since = start_of(edges.days[0], zone=zone)

    def number(at_us: "ir.IntegerValue") -> "ir.IntegerValue":
        return edges.number(day_numbers(at_us, zone=zone, since=since, until=as_of))

    start, known, until = (number(told[name]) for name in ("start_us", "known_us", "until_us"))
    until = ibis.ifelse(told.until_us.isnull(), len(edges.days) + 1, until)
    return told.select("scope", "kind", start=start, known=known, until=until)
