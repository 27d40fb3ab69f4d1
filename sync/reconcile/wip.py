"""Work in progress at the end of a period, and its age (metrics.md §1.8)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from sync.reconcile.figures import Figure, percentile_of
from sync.reconcile.instants import UNDER_WAY
from sync.reconcile.periods import micros

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERCENTS = (50, 85)


class Started(NamedTuple):
    """An item in progress, in one scope; nobody knows the age of one without history."""

    scope: str
    ref: str
    weight: float
    age_us: int | None


def in_progress(flow: "ir.Table", members: "ir.Table", *, at: datetime) -> dict[str, list[Started]]:
    """Scope → the items that were started and not finished, by ref; those without history by where they are now.

    What is out of sight stays as it was when it was last seen, and ages no more.
    """
    import ibis

    at_us = micros(at)
    seen_us = ibis.least(ibis.coalesce(flow.lost_us, at_us), at_us)
    is_open = flow.finished_us.isnull() | (flow.finished_us > at_us)
    untold = flow.flags.contains("no_history") & flow.category.isin(UNDER_WAY) & (flow.created_us <= at_us)
    going = flow.filter(is_open & ((flow.started_us <= at_us) | untold))
    started = going.select("ref", age_us=seen_us - flow.started_us).join(members, "ref")
    started = started.mutate(weight=started.weight.cast("float64"))
    by_scope: dict[str, list[Started]] = defaultdict(list)
    for row in started.select(Started._fields).order_by(["scope", "ref"]).to_pyarrow().to_pylist():
        by_scope[row["scope"]].append(Started(**row))
    return by_scope


def wip(scope: str, started: Sequence[Started]) -> list[Figure]:
    """How much is in progress, by weight, and how old; without value where no item's history tells it."""
    dated = [item for item in started if item.age_us is not None]
    excluded = {"no_history": len(started) - len(dated)} if len(dated) < len(started) else {}
    items = tuple(item.ref for item in dated)
    blank = Figure(id="wip", scope=scope, title="WIP", unit="items", n=len(dated), excluded=excluded, items=items)
    is_told = bool(dated) or not excluded
    count = replace(blank, value=fsum(item.weight for item in dated)) if is_told else replace(blank, reason="no_data")
    ages = replace(blank, id="age", title="Age", unit="days")
    values_us = [item.age_us for item in dated if item.age_us is not None]
    return [count, *(percentile_of(values_us, percent=percent, blank=ages) for percent in PERCENTS)]
