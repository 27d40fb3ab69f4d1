"""The facts as they were known at an instant, from the facts as they are: what happened later is taken back."""

from collections.abc import Callable, Mapping
from functools import reduce

import ibis
import ibis.expr.types as ir
from ibis import ifelse

from sync.snapshot import SCHEMAS
from sync.store import taken_back
from sync.store.replay import replayed

Tables = Mapping[str, ir.Table]
Keep = Callable[[str, ir.Table], ir.Table]

# Every engine merges nested selects by itself; Ibis would take a quarter of the time that it needs to write a query.
ibis.options.sql.fuse_selects = False

#: What belongs to an item, and when it happened, where it says.
CHILDREN = {
    "members": None,
    "board_columns": None,
    "changes": "at_us",
    "stated_links": None,
    "remote_links": None,
    "reviews": "submitted_us",
    "review_threads": None,
    "commits": "committed_us",
    "changed_files": None,
    "deployment_statuses": "at_us",
}
_ITEMS = ("work_items", "pull_requests")
#: What the items of a kind are, where they are neither work items nor pull requests.
_PARENTS = {"members": ("accounts",), "board_columns": ("boards",), "deployment_statuses": ("deployments",)}


def as_known(facts: Tables, as_of_us: int, *, keep: Keep = lambda _, table: table) -> dict[str, ir.Table]:
    """Every table of `SCHEMAS` that `facts` has, as it stood at `as_of_us`.

    `facts` are these tables as they stand now, with `read_us` where there is a `ref`; `tombstones` (ref, at_us); and
    `observations` of what has no history of its own. `keep` may reckon a finished table once and give it back; the
    tables that others are made from come first.
    """
    observations, tombstones = facts["observations"], facts["tombstones"]
    observed = _seen_later(observations, as_of_us)
    gone = tombstones.filter(tombstones.at_us <= as_of_us) if _is_any(tombstones.at_us <= as_of_us) else None
    given = [name for name in SCHEMAS if name in facts]
    shown = {name: _as_observed(facts, name, as_of_us) if name in observed else facts[name] for name in given}
    there = {name: _there(table, gone, as_of_us) for name, table in shown.items()}
    known: dict[str, ir.Table] = {}

    def finish(name: str, table: ir.Table) -> None:
        known[name] = keep(name, table.select(*SCHEMAS[name]))

    items = replayed(there["work_items"], facts["changes"], there["statuses"], as_of_us)
    finish("work_items", taken_back.cut(items, "status_changed_us", "resolved_us", as_of_us=as_of_us))
    finish("pull_requests", taken_back.pull_requests(there["pull_requests"], facts["changes"], as_of_us))
    if "deployments" in given:
        finish("deployments", taken_back.deployments(there["deployments"], facts["deployment_statuses"], as_of_us))
    for name in (name for name in given if name not in known and name not in CHILDREN):
        come = _of_items(there[name], known, _ITEMS) if name in ("comments", "worklogs") else there[name]
        finish(name, taken_back.BY_KIND[name](come, as_of_us) if name in taken_back.BY_KIND else come)
    for name, instant in CHILDREN.items():
        if name not in given:
            continue
        come = there[name].filter(there[name][instant] <= as_of_us) if instant else there[name]
        finish(name, _of_items(come, known, _PARENTS.get(name, _ITEMS)))
    return {name: known[name] for name in given}


def _there(table: ir.Table, gone: ir.Table | None, as_of_us: int) -> ir.Table:
    """What had come and was not gone: a thing that was read after its tombstone is back."""
    if "created_us" in table.columns:
        table = table.filter(table.created_us.isnull() | (table.created_us <= as_of_us))
    if gone is None or "ref" not in table.columns:
        return table
    return table.anti_join(gone, [table.ref == gone.ref, table.read_us <= gone.at_us])


def _as_observed(facts: Tables, name: str, as_of_us: int) -> ir.Table:
    """The records; where they were read later, and have no history of their own, as they were observed then.

    That is the latest observation by then, or the first of all.
    """
    table, seen = facts[name], _observed(facts["observations"], name)
    later = table.filter(table.read_us > as_of_us).select("ref", "read_us")
    has_begun = seen.first_us <= as_of_us
    until_us = ifelse(has_begun, ibis.least(seen.last_us, as_of_us), -seen.first_us)
    order = [has_begun.desc(), until_us.desc(), seen.first_us.desc(), seen.digest]
    ranked = seen.mutate(rank=ibis.row_number().over(group_by="ref", order_by=order))
    shown = ranked.filter(ranked.rank == 0).join(later, "ref")
    return table.anti_join(shown, "ref").union(shown.select(table.columns))


def _observed(observations: ir.Table, name: str) -> ir.Table:
    """The observations of a kind, what they hold as columns of its table."""
    of_kind = observations.filter(observations.kind == name).drop("ref", "kind")
    content = of_kind.content.cast("json")
    return of_kind.mutate(**{column: content[column].unwrap_as(typed) for column, typed in SCHEMAS[name].items()})


def _seen_later(observations: ir.Table, as_of_us: int) -> frozenset[str]:
    """The kinds of which anything was observed after that instant."""
    later = observations.filter(observations.last_us > as_of_us).select("kind").distinct()
    return frozenset(later.to_pyarrow()["kind"].to_pylist())


def _is_any(flags: ir.BooleanColumn) -> bool:
    return bool(flags.any().to_pyarrow().as_py())


def _of_items(table: ir.Table, known: Tables, kinds: tuple[str, ...]) -> ir.Table:
    refs = reduce(ir.Table.union, (known[kind].select("ref") for kind in kinds))
    return table.semi_join(refs, [("item_ref", "ref")])
