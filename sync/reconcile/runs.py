"""Runs of one category, debounced: what an item's instants and measures are read from (metrics.md §1.3)."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Run(NamedTuple):
    """An uninterrupted stretch in one category; the last one of an item is open and ends at `as_of`."""

    item: int
    start_us: int
    end_us: int
    category: str
    is_last: bool


def runs(stays: "ir.Table", *, as_of_us: int, debounce_s: int) -> "ir.Table":
    """Adjacent stays of one category as one run, flickers taken out: item, start_us, end_us, category, is_last."""

    merged = _merged(stays, as_of_us=as_of_us).cache()
    is_flicker = (merged.end_us - merged.start_us < debounce_s * 1_000_000) & (merged.before == merged.after)
    flickering = merged.filter(is_flicker).select("item").distinct()
    merged = merged.select(Run._fields)
    told = merged.semi_join(flickering, "item").order_by(["item", "start_us"]).to_pyarrow().to_pylist()
    if not told:
        return merged
    settled = debounced((Run(**row) for row in told), debounce_s=debounce_s)
    put_back = as_table((run._asdict() for run in settled), merged.schema())
    return merged.anti_join(flickering, "item").union(put_back)


def _merged(stays: "ir.Table", *, as_of_us: int) -> "ir.Table":
    """The runs as told, each with the category before and after it."""
    import ibis

    in_order = ibis.window(group_by="item", order_by="start_us")
    turns = stays.select("item", "start_us", "category", before=stays.category.lag().over(in_order))
    turns = turns.filter(turns.before.isnull() | (turns.before != turns.category))
    next_us = turns.start_us.lead().over(in_order)
    after = turns.category.lead().over(in_order)
    return turns.mutate(end_us=next_us.fill_null(as_of_us), is_last=next_us.isnull(), after=after)


def debounced(told: Iterable[Run], *, debounce_s: int) -> Iterator[Run]:
    """The runs without those shorter than `debounce_s` between two of one category; `told` ascends by item and time.

    Leftmost first, as the order decides what remains: joining three runs never makes an earlier one eligible.
    """
    for _, of_item in groupby(told, key=itemgetter(0)):
        settled: list[Run] = []
        for run in of_item:
            is_flicker = len(settled) > 1 and settled[-1].end_us - settled[-1].start_us < debounce_s * 1_000_000
            if is_flicker and settled[-2].category == run.category:
                run = run._replace(start_us=settled[-2].start_us)
                del settled[-2:]
            settled.append(run)
        yield from settled
