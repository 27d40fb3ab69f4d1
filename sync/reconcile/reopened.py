"""How much of what was done was opened again (metrics.md §1.6)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from sync.reconcile.figures import Figure, proportion_of
from sync.reconcile.periods import Period, micros

if TYPE_CHECKING:
    import ibis.expr.types as ir


def reopen_rates(
    flow: "ir.Table", members: "ir.Table", *, scopes: Sequence[str], period: Period, as_of: datetime, days: int
) -> dict[str, Figure]:
    """Scope → of the items first done in the period, the share that was opened again in so many days after that.

    Null until that many days have passed since the end of the period.
    """
    if period.end_at + timedelta(days=days) > as_of:
        return {scope: replace(_blank(scope), reason="immature") for scope in scopes}
    done: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in _first_done(flow, members, period=period, days=days).to_pyarrow().to_pylist():
        done[row["scope"]].append((row["ref"], bool(row["is_reopened"])))
    return {scope: _rate(scope, done[scope]) for scope in scopes}


def _first_done(flow: "ir.Table", members: "ir.Table", *, period: Period, days: int) -> "ir.Table":
    import ibis

    first_us, within_us = flow.first_finished_us, timedelta(days=days) // timedelta(microseconds=1)
    done = flow.filter(first_us >= micros(period.start_at), first_us < micros(period.end_at))
    is_reopened = (done.first_reopened_us - done.first_finished_us < within_us).fill_null(False)
    told = done.select("ref", is_reopened=ibis.ifelse(is_reopened, 1, 0))
    return told.join(members.select("ref", "scope"), "ref").order_by("scope", "ref")


def _rate(scope: str, done: Sequence[tuple[str, bool]]) -> Figure:
    reopened = tuple(ref for ref, is_reopened in done if is_reopened)
    return proportion_of(len(reopened), len(done), blank=replace(_blank(scope), items=reopened))


def _blank(scope: str) -> Figure:
    return Figure(id="reopen_rate", scope=scope, title="Opened again", unit="ratio")
