"""How people's attention was spread: over roots in a day, from day to day, over items at a time (metrics.md §5.1)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.population import Span
from sync.reconcile.effort.roster import UNIT

if TYPE_CHECKING:
    import ibis.expr.types as ir

FARTHEST = 4  #: calendar days between two days that follow each other


class Habits(NamedTuple):
    """By person, in units: sums, and how many they are of."""

    spread: Mapping[int, tuple[int, int]]  #: effective number of roots, summed over observed days; days
    switched: Mapping[int, tuple[int, int]]  #: part of the attention that moved from one day to the next; pairs
    held_us: Mapping[int, int]  #: time of items that were active in their hands, summed over items


def habits(ledger: Ledger, span: Span, *, start_us: int, until_us: int) -> Habits:
    """Of the people at work in the span."""
    parts = _parts(ledger.split.shares.filter(span.holds(ledger.split.shares.day))).cache()
    held = ledger.presence.held
    return Habits(
        spread=_pairs(_spread(parts)), switched=_pairs(_switched(parts)), held_us=_held(held, start_us, until_us)
    )


def _parts(shares: "ir.Table") -> "ir.Table":
    """person, day, root, part: of the day's observed effort, in units."""
    import ibis

    summed = shares.group_by("person", "day", "root").agg(effort=shares.effort.sum())
    whole = summed.effort.sum().over(ibis.window(group_by=["person", "day"])).cast("float64")
    return summed.select("person", "day", "root", part=_whole(summed.effort.cast("float64") / whole))


def _spread(parts: "ir.Table") -> "ir.Table":
    """person, amount, n: exp of the entropy over roots, summed over days."""
    part = parts.part.cast("float64") / UNIT
    terms = parts.mutate(term=_whole(-part * part.ln())).filter(parts.part > 0)
    days = terms.group_by("person", "day").agg(entropy=terms.term.sum())
    days = days.mutate(roots=_whole((days.entropy.cast("float64") / UNIT).exp()))
    return days.group_by("person").agg(amount=days.roots.sum(), n=days.count())


def _switched(parts: "ir.Table") -> "ir.Table":
    """person, amount, n: total variation between the root vectors of days that follow each other, summed over pairs."""
    import ibis

    days = parts.select("person", "day").distinct()
    before = days.day.lag().over(ibis.window(group_by="person", order_by="day"))
    pairs = days.mutate(before=before).filter(lambda day: day.day - day.before <= FARTHEST)
    now = pairs.inner_join(parts, ["person", "day"])
    then = parts.select("person", "root", was="part", before="day")
    both = now.inner_join(then, ["person", "root", "before"])
    kept = both.group_by("person", "day").agg(kept=ibis.least(both.part, both.was).sum())
    told = pairs.left_join(kept, ["person", "day"])
    moved = (UNIT - told.kept.fill_null(0)).clip(lower=0)
    return told.group_by("person").agg(amount=moved.sum(), n=told.count())


def _held(held: "ir.Table", start_us: int, until_us: int) -> dict[int, int]:
    import ibis

    met = held.filter((held.start_us < until_us) & (held.end_us > start_us))
    length_us = ibis.least(met.end_us, until_us) - ibis.greatest(met.start_us, start_us)
    summed = met.group_by("person").agg(held_us=length_us.sum().cast("decimal(38, 0)"))
    return {row["person"]: int(row["held_us"]) for row in summed.to_pyarrow().to_pylist()}


def _pairs(table: "ir.Table") -> dict[int, tuple[int, int]]:
    rows = table.mutate(amount=table.amount.cast("decimal(38, 0)")).to_pyarrow().to_pylist()
    return {row["person"]: (int(row["amount"]), row["n"]) for row in rows}


def _whole(value: "ir.FloatingValue") -> "ir.IntegerValue":
    """In units, the nearest."""
    return (value * UNIT + 0.5).floor().cast("int64")
