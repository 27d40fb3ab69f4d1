"""The facts as they were known at an instant, from the facts as they are: what happened later is taken back."""

from collections.abc import Callable, Mapping

import ibis.expr.types as ir
from ibis import ifelse, null

from sync.snapshot import SCHEMAS
from sync.store.replay import replayed

Tables = Mapping[str, ir.Table]
Keep = Callable[[str, ir.Table], ir.Table]

#: What belongs to a work item or pull request, and when it happened; a link does not say.
CHILDREN = {"changes": "at_us", "reviews": "submitted_us", "commits": "committed_us", "stated_links": None}


def as_known(facts: Tables, as_of_us: int, *, keep: Keep = lambda _, table: table) -> dict[str, ir.Table]:
    """Every table of `SCHEMAS` as it stood at `as_of_us`.

    `facts` are the same tables as they stand now, with `read_us` where there is a `ref`, and `tombstones` (ref, at_us).
    `keep` may reckon a finished table once and give it back; the tables that others are made from come first.
    """

    def finished(name: str, table: ir.Table) -> ir.Table:
        return keep(name, table.select(*SCHEMAS[name]))

    there = {name: _there(facts, name, as_of_us) for name in SCHEMAS if name not in CHILDREN}
    items = replayed(there["work_items"], facts["changes"], there["statuses"], as_of_us)
    known = {
        "work_items": finished("work_items", _cut(items, "status_changed_us", "resolved_us", as_of_us=as_of_us)),
        "pull_requests": finished("pull_requests", _pull_requests(there["pull_requests"], as_of_us)),
    }
    refs = known["work_items"].select("ref").union(known["pull_requests"].select("ref"))
    rest = {
        **there,
        **{name: _children(facts[name], refs, instant, as_of_us) for name, instant in CHILDREN.items()},
        "sources": _sources(there["sources"], as_of_us),
        "deployments": _deployments(there["deployments"], as_of_us),
        "sprints": _sprints(there["sprints"], as_of_us),
    }
    return known | {name: finished(name, rest[name]) for name in SCHEMAS if name not in known}


def _there(facts: Tables, name: str, as_of_us: int) -> ir.Table:
    """What had come and was not gone: a thing that was read after its tombstone is back."""
    table, tombstones = facts[name], facts["tombstones"]
    if "created_us" in table.columns:
        table = table.filter(table.created_us.isnull() | (table.created_us <= as_of_us))
    if "ref" not in table.columns:
        return table
    gone = tombstones.filter(tombstones.at_us <= as_of_us)
    return table.anti_join(gone, [table.ref == gone.ref, table.read_us <= gone.at_us])


def _children(table: ir.Table, items: ir.Table, instant: str | None, as_of_us: int) -> ir.Table:
    known = table.filter(table[instant] <= as_of_us) if instant else table
    return known.semi_join(items, [("item_ref", "ref")])


def _cut(table: ir.Table, *instants: str, as_of_us: int) -> ir.Table:
    """Without those instants where they had not come; and last updated at `as_of_us`, at the latest."""
    come = {name: ifelse(table[name] > as_of_us, null("int64"), table[name]) for name in instants}
    return table.mutate(**come, updated_us=ifelse(table.updated_us > as_of_us, as_of_us, table.updated_us))


def _pull_requests(table: ir.Table, as_of_us: int) -> ir.Table:
    ended_later = ((table.closed_us > as_of_us) | (table.merged_us > as_of_us)).fill_null(False)
    merged_later = (table.merged_us > as_of_us).fill_null(False)
    then = table.mutate(
        state=ifelse(ended_later, "open", table.state),
        merge_sha=ifelse(merged_later, null("string"), table.merge_sha),
        merged_by=ifelse(merged_later, null("string"), table.merged_by),
    )
    return _cut(then, "closed_us", "merged_us", as_of_us=as_of_us)


def _sources(table: ir.Table, as_of_us: int) -> ir.Table:
    """A source that was read whole later is known whole up to `as_of_us`."""
    return table.mutate(complete_us=ifelse(table.complete_us > as_of_us, as_of_us, table.complete_us))


def _deployments(table: ir.Table, as_of_us: int) -> ir.Table:
    """A deployment tells its last state only: what it was before that is not known."""
    state = ifelse(table.updated_us > as_of_us, null("string"), table.state)
    return _cut(table.mutate(state=state), "succeeded_us", as_of_us=as_of_us)


def _sprints(table: ir.Table, as_of_us: int) -> ir.Table:
    """A sprint that began later was in the future, in Jira's words, and one that ended later was active."""
    begins, ends = ((table[name] > as_of_us).fill_null(False) for name in ("activated_us", "completed_us"))
    return table.mutate(
        state=ifelse(begins, "future", ifelse(ends, "active", table.state)),
        activated_us=ifelse(begins, null("int64"), table.activated_us),
        completed_us=ifelse(ends, null("int64"), table.completed_us),
    )
