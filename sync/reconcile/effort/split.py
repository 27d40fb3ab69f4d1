"""The split: each person's day shared out among what they worked on (metrics.md §4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.effort.roster import UNIT
from sync.reconcile.effort.subjects import with_root

if TYPE_CHECKING:
    import ibis.expr.types as ir

KINDS = ("code", "review", "coord", "present")
ONE_DAY = ("person", "day")
TIERS = {"worklog": 1, "signal": 2, "presence": 3}


class Weights(NamedTuple):
    """What a day's signal of each direct kind weighs; presence is what is left where there is none (§4.3)."""

    code: int = 4
    review: int = 2
    coord: int = 1
    present: int = 1


@dataclass(frozen=True, kw_only=True)
class Split:
    """One split of all days, by people's numbers."""

    shares: "ir.Table"  #: person, day, subject, root, tier, effort: in units, by the evidence for it
    unseen: "ir.Table"  #: person, day, effort: days, or their rest, of which nothing tells
    entered: "ir.Table"  #: person, day, subject, effort: what entries of time took
    rest: "ir.Table"  #: person, day, effort: what they left
    signs: "ir.Table"  #: `weighable` signals, by which the rest is shared out


def split(
    days: "ir.Table",
    told: "ir.Table",
    present: "ir.Table",
    roots: "ir.Table",
    *,
    minutes_a_day: int,
    weights: Weights = Weights(),  # noqa: B008 - it is frozen
) -> Split:
    """`days`: person, day, capacity; `told` and `present` as `Signals.told` and `Presence.days` say."""
    import ibis

    entered = _entered(days, told, minutes_a_day=minutes_a_day).cache()
    rest = _rest(days, entered).cache()
    signs = weighable(told, present, roots).cache()
    by_signals = weighed(signs, rest, {"effort": weights})
    shares = entered.select(*ONE_DAY, "subject", "effort", tier=ibis.literal(TIERS["worklog"], "int64"))
    shares = with_root(shares, roots).select("person", "day", "subject", "root", "tier", "effort")
    every = shares.union(by_signals.select(*shares.columns)).filter(lambda share: share.effort > 0).cache()
    unseen = rest.anti_join(signs, ONE_DAY).filter(rest.effort > 0)
    return Split(shares=every, unseen=unseen.cache(), entered=entered, rest=rest, signs=signs)


def _entered(days: "ir.Table", told: "ir.Table", *, minutes_a_day: int) -> "ir.Table":
    """person, day, subject, effort: what entries of time take, at most the whole day (tier 1)."""
    import ibis

    logged = told.filter(told.spent_s > 0).select(*ONE_DAY, "subject", "spent_s")
    logged = logged.mutate(day_s=_real(logged.spent_s.sum().over(ibis.window(group_by=ONE_DAY))))
    logged = logged.inner_join(days.select(*ONE_DAY, "capacity"), ONE_DAY)
    full_s = _real(logged.capacity) / UNIT * (minutes_a_day * 60)
    effort = _whole(_real(logged.capacity) * (_real(logged.spent_s) / ibis.greatest(logged.day_s, full_s)))
    return logged.select(*ONE_DAY, "subject", effort=effort)


def _rest(days: "ir.Table", entered: "ir.Table") -> "ir.Table":
    """person, day, effort: what entries of time leave of each day with capacity."""
    taken = entered.group_by(*ONE_DAY).agg(taken=entered.effort.sum())
    known = days.filter(days.capacity > 0).left_join(taken, ONE_DAY)
    # Each entry is rounded by itself, so that together they may take one unit more than there is.
    left = (known.capacity - known.taken.fill_null(0)).clip(lower=0)
    return known.select(*ONE_DAY, effort=left.cast("int64"))


def weighable(told: "ir.Table", present: "ir.Table", roots: "ir.Table") -> "ir.Table":
    """person, day, subject, root, tier and the part of each kind: direct signals, else presence (tiers 2 and 3)."""
    direct = told.filter(told.code + told.review + told.coord > 0)
    direct = direct.select(*ONE_DAY, "subject", "code", "review", "coord", present=0, tier=TIERS["signal"])
    absent = dict.fromkeys(("code", "review", "coord"), 0)
    held = present.anti_join(direct, ONE_DAY).select(
        *ONE_DAY, "subject", **absent, present="present", tier=TIERS["presence"]
    )
    columns = {"code": "int64", "review": "int64", "coord": "int64", "present": "int64", "tier": "int64"}
    return with_root(direct.cast(columns).union(held.cast(columns)), roots)


def weighed(signs: "ir.Table", rest: "ir.Table", variants: Mapping[str, Weights]) -> "ir.Table":
    """person, day, subject, root, tier, and for each variant the effort by these weights.

    A root weighs what the heaviest signal of each kind in it weighs, so that splitting a ticket buys nothing.
    """
    import ibis

    own = {f"own_{name}": _sum_of(signs, weights) for name, weights in variants.items()}
    items = signs.mutate(**own)
    of_root = items.group_by(*ONE_DAY, "root").agg(
        **{kind: items[kind].max() for kind in KINDS},
        **{f"all_{name}": _real(items[f"own_{name}"].sum()) for name in variants},
    )
    of_root = of_root.mutate(**{f"root_{name}": _sum_of(of_root, weights) for name, weights in variants.items()})
    whole = ibis.window(group_by=ONE_DAY)
    of_root = of_root.mutate(**{f"day_{name}": _real(of_root[f"root_{name}"].sum().over(whole)) for name in variants})
    known = items.inner_join(of_root.drop(*KINDS), [*ONE_DAY, "root"]).inner_join(rest, ONE_DAY)
    efforts = {
        name: _whole(
            _real(known.effort)
            * (_real(known[f"root_{name}"]) / known[f"day_{name}"])
            * (_real(known[f"own_{name}"]) / known[f"all_{name}"])
        )
        for name in variants
    }
    return known.select(*ONE_DAY, "subject", "root", "tier", **efforts)


def _sum_of(signs: "ir.Table", weights: Weights) -> "ir.IntegerValue":
    return sum(signs[kind] * weight for kind, weight in weights._asdict().items())


def _real(value: "ir.NumericValue") -> "ir.FloatingValue":
    """A double, before any division: a sum of integers is a decimal on PostgreSQL."""
    return value.cast("float64")


def _whole(value: "ir.FloatingValue") -> "ir.IntegerValue":
    """The nearest unit, halves up: the same on every engine."""
    return (value + 0.5).floor().cast("int64")
