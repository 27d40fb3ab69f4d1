"""How every counted work item flowed: one row each, from its history (metrics.md §1.1–1.5)."""

from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import TYPE_CHECKING

from sync.reconcile import blocked, bulk, categories, instants, measures, timeline
from sync.reconcile.counted import counted
from sync.reconcile.flow_types import flow_type
from sync.reconcile.lost import lost
from sync.reconcile.periods import micros
from sync.reconcile.places import by_place
from sync.reconcile.runs import runs
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

TOLD = ("project", "repository", "type", "team", "created_us", "resolved_us", "resolution", "has_history")


@dataclass(frozen=True, kw_only=True)
class Flow:
    """How the counted work items flowed, and the stretches that this was read from."""

    items: "ir.Table"
    """One row a counted work item, by ref; null is what its history does not say, and durations are microseconds.

    ref, project, type, flow_type, team, category (at as_of), created_us, committed_us, started_us, last_active_us,
    finished_us, first_finished_us, first_reopened_us, outcome (delivered, discarded), lead_us, flow_us,
    cycle_us = active_us + waiting_us + done_gap_us, waiting_us = queued_us + blocked_us + returned_us, reopens,
    lost_us (since when it is out of sight), flags.
    """
    numbers: "ir.Table"  #: ref, item: the number that stands for it
    numbered_runs: "ir.Table"
    numbered_blocks: "ir.Table"

    @cached_property
    def runs(self) -> "ir.Table":
        """ref, category, start_us, end_us, is_last: debounced, half-open; the last one of an item ends at as_of."""
        return self._named(self.numbered_runs)

    @cached_property
    def blocks(self) -> "ir.Table":
        """ref, start_us, end_us: disjoint stretches in which an item was flagged or in a status mapped as blocked."""
        return self._named(self.numbered_blocks)

    def _named(self, stretches: "ir.Table") -> "ir.Table":
        return stretches.join(self.numbers, "item").drop("item").cache()


def flow(snapshot: Snapshot, *, links: "ir.Table", status_categories: "ir.Table", thresholds: Thresholds) -> Flow:
    """What the histories say by these categories: one reckoning, kept in memory and files of this process."""
    as_of_us, changes = micros(snapshot.as_of), snapshot["changes"]
    items = counted(snapshot["work_items"], thresholds).cache()
    moves = timeline.moves(items, changes, snapshot["statuses"]).cache()
    told = timeline.stays(items, moves, as_of_us=as_of_us)
    begun = categories.activations(items, changes, snapshot["pull_requests"], links)
    of_tracker = categories.of_tracker(told, items, changes, status_categories)
    stays = of_tracker.union(categories.of_repositories(told, items, begun)).cache()
    ran = runs(stays, as_of_us=as_of_us, debounce_s=thresholds.debounce_s).cache()
    stopped = blocked.blocks(items, changes, stays, as_of_us=as_of_us).cache()
    when = instants.instants(ran, restarting=_restarting(items, thresholds)).cache()
    facts = (
        when,
        measures.spent(ran, stopped, when),
        _entered(stays),
        _doubts(moves),
        bulk.bulk_closed(moves, when, items=thresholds.bulk_items, gap_s=thresholds.bulk_gap_s),
        categories.now(items, status_categories),
        _out_of_sight(items, snapshot),
    )
    known = items.select("item", "ref", *TOLD)
    for number, more in enumerate(facts):
        known = known.left_join(more, "item", rname=f"{{name}}_{number}")
    measured = _measured(_timed(known, thresholds)).order_by("ref").cache()
    return Flow(items=measured, numbers=items.select("ref", "item"), numbered_runs=ran, numbered_blocks=stopped)


def _restarting(items: "ir.Table", thresholds: Thresholds) -> "ir.Table | None":
    """The items whose clock starts anew when they go back to todo; None where there can be none."""
    if not thresholds.restart_on_return and not any(place.restart_on_return for place in thresholds.places):
        return None
    import ibis

    return items.filter(by_place(items, thresholds, "restart_on_return", ibis.literal)).select("item")


def _entered(stays: "ir.Table") -> "ir.Table":
    """When each item first came to a commitment status, and whether all of its statuses are mapped."""
    return stays.group_by("item").aggregate(
        entered_us=stays.start_us.min(where=stays.commitment), is_unmapped=(~stays.mapped).any()
    )


def _out_of_sight(items: "ir.Table", snapshot: Snapshot) -> "ir.Table":
    import ibis

    placed = items.select("item", "source", scope=ibis.coalesce(items.project, items.repository))
    return placed.join(lost(snapshot), ["source", "scope"]).select("item", "lost_us")


def _doubts(moves: "ir.Table") -> "ir.Table":
    """Where each item's history contradicts itself: a move from elsewhere, or an end elsewhere (§1.2.4–5)."""
    return moves.group_by("item").aggregate(
        is_broken=(moves.earlier_id != moves.from_id).any(), is_mismatched=moves.is_lost.any()
    )


def _timed(known: "ir.Table", thresholds: Thresholds) -> "ir.Table":
    """Instants, outcome and kind of every item (§1.4); without history, creation and resolution are all (§1.2.8)."""
    import ibis

    is_resolved = (known.category_now == "done") & known.resolved_us.notnull()
    resolved_us = ibis.ifelse(is_resolved, ibis.greatest(known.resolved_us, known.created_us), None)
    finished_us = ibis.ifelse(known.has_history, known.finished_us, resolved_us)
    started_us = ibis.ifelse(known.has_history, ibis.coalesce(known.began_us, finished_us), None)
    resolution = _plain(known.resolution)
    is_discarded = by_place(known, thresholds, "discarded", lambda names: resolution.isin(sorted(names)))
    return known.mutate(
        category=ibis.coalesce(known.category, known.category_now),
        started_us=started_us,
        committed_us=ibis.ifelse(known.has_commitment, known.entered_us, started_us),
        finished_us=finished_us,
        flow_type=by_place(known, thresholds, "flow_types", lambda kinds: flow_type(known.type, kinds)),
        outcome=ibis.ifelse(finished_us.notnull(), ibis.ifelse(is_discarded, "discarded", "delivered"), None),
    )


def _plain(resolution: "ir.StringValue") -> "ir.StringValue":
    """A resolution as `Thresholds.discarded` writes it, whoever typed it: not_planned, Won’t Fix."""
    return resolution.lower().replace("_", " ").replace("’", "'")


def _measured(timed: "ir.Table") -> "ir.Table":
    """The columns of `flow`, in its order."""
    import ibis

    cycle_us = timed.finished_us - timed.started_us
    parts = {name: ibis.ifelse(cycle_us.notnull(), timed[name].fill_null(0), None) for name in measures.PARTS}
    return timed.select(
        *("ref", "project", "type", "flow_type", "team", "category"),
        *("created_us", "committed_us", "started_us", "last_active_us", "finished_us"),
        *("first_finished_us", "first_reopened_us", "outcome"),
        lead_us=timed.finished_us - timed.created_us,
        flow_us=timed.finished_us - timed.committed_us,
        cycle_us=cycle_us,
        waiting_us=parts["queued_us"] + parts["blocked_us"] + parts["returned_us"],
        reopens=timed.reopens,
        lost_us=timed.lost_us,
        flags=_flags(timed),
        **parts,
    )


def _flags(timed: "ir.Table") -> "ir.ArrayValue":
    """What a reader should know before trusting the row, in a fixed order."""
    import ibis

    is_finished, is_resolved = timed.finished_us.notnull(), timed.resolution.notnull()
    flags = {
        "no_history": ~timed.has_history,
        "no_active": timed.has_history & is_finished & timed.began_us.isnull(),
        "no_commitment": timed.started_us.notnull() & timed.committed_us.isnull(),
        "no_resolution": is_finished & ~is_resolved,
        "resolved_not_done": is_resolved & (timed.category != "done"),
        "chain_break": timed.is_broken,
        "tail_mismatch": timed.is_mismatched,
        "unmapped": timed.is_unmapped,
        "bulk_closed": timed.is_bulk,
    }
    raised = reduce(add, [ibis.ifelse(holds, f"{name} ", "") for name, holds in flags.items()])
    none = ibis.array([""])[:0]  # PostgreSQL cannot tell the type of an empty array
    return ibis.ifelse(raised == "", none, raised.rstrip().split(" "))
