"""The facts as they were known at an instant, from the facts as they are: what happened later is taken back."""

from collections.abc import Mapping

import ibis.expr.types as ir
from ibis import ifelse, null

from sync.snapshot import SCHEMAS
from sync.store.replay import replayed

Tables = Mapping[str, ir.Table]


def as_known(facts: Tables, as_of_us: int) -> dict[str, ir.Table]:
    """Every table of `SCHEMAS` as it stood at `as_of_us`.

    `facts` are the same tables as they stand now, with `read_us` where there is a `ref`, and `tombstones` (ref, at_us).
    """
    with_ref = [name for name, columns in SCHEMAS.items() if "ref" in columns]
    there = {name: _there(facts[name], facts["tombstones"], as_of_us) for name in with_ref}
    work_items = _created_by(there["work_items"], as_of_us)
    pull_requests = _created_by(there["pull_requests"], as_of_us)
    both = work_items.select("ref").union(pull_requests.select("ref"))
    statuses = there["statuses"]
    known = {
        **facts,
        **there,
        "work_items": _cut(replayed(work_items, facts["changes"], statuses, as_of_us), WORK_ITEM_INSTANTS, as_of_us),
        "pull_requests": _pull_requests(pull_requests, as_of_us),
        "deployments": _deployments(_created_by(there["deployments"], as_of_us), as_of_us),
        "sprints": _sprints(there["sprints"], as_of_us),
        "changes": _of(both, facts["changes"]).filter(lambda change: change.at_us <= as_of_us),
        "reviews": _of(both, facts["reviews"]).filter(lambda review: review.submitted_us <= as_of_us),
        "commits": _of(both, facts["commits"]).filter(lambda commit: commit.committed_us <= as_of_us),
        "stated_links": _of(both, facts["stated_links"]),
    }
    return {name: known[name].select(*columns) for name, columns in SCHEMAS.items()}


WORK_ITEM_INSTANTS = ("status_changed_us", "resolved_us")


def _there(table: ir.Table, tombstones: ir.Table, as_of_us: int) -> ir.Table:
    """What was not gone: a thing that was read after its tombstone is back."""
    gone = tombstones.filter(tombstones.at_us <= as_of_us)
    return table.anti_join(gone, [table.ref == gone.ref, table.read_us <= gone.at_us])


def _created_by(table: ir.Table, as_of_us: int) -> ir.Table:
    return table.filter(table.created_us.isnull() | (table.created_us <= as_of_us))


def _of(items: ir.Table, children: ir.Table) -> ir.Table:
    return children.semi_join(items, [("item_ref", "ref")])


def _cut(table: ir.Table, instants: tuple[str, ...], as_of_us: int) -> ir.Table:
    """Without the instants that had not come, and last updated at `as_of_us` at the latest."""
    come = {name: _by(table[name], as_of_us) for name in instants}
    return table.mutate(**come, updated_us=ifelse(table.updated_us > as_of_us, as_of_us, table.updated_us))


def _by(instant: ir.Column, as_of_us: int) -> ir.Value:
    return ifelse(instant > as_of_us, null("int64"), instant)


def _pull_requests(table: ir.Table, as_of_us: int) -> ir.Table:
    ended_later = ((table.closed_us > as_of_us) | (table.merged_us > as_of_us)).fill_null(False)
    merged_later = (table.merged_us > as_of_us).fill_null(False)
    then = table.mutate(
        state=ifelse(ended_later, "open", table.state),
        merge_sha=ifelse(merged_later, null("string"), table.merge_sha),
        merged_by=ifelse(merged_later, null("string"), table.merged_by),
    )
    return _cut(then, ("closed_us", "merged_us"), as_of_us)


def _deployments(table: ir.Table, as_of_us: int) -> ir.Table:
    """A deployment tells its last state only, so what it was before is not known."""
    state = ifelse(table.updated_us > as_of_us, null("string"), table.state)
    return _cut(table.mutate(state=state), ("succeeded_us",), as_of_us)


def _sprints(table: ir.Table, as_of_us: int) -> ir.Table:
    """Jira's words for a sprint that has not begun, or not ended."""
    unfinished = ifelse((table.completed_us > as_of_us).fill_null(False), "active", table.state)
    return table.mutate(
        state=ifelse((table.activated_us > as_of_us).fill_null(False), "future", unfinished),
        activated_us=_by(table.activated_us, as_of_us),
        completed_us=_by(table.completed_us, as_of_us),
    )
