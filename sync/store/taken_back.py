"""What a thing was, from what it is now: the instants that had not come are taken from it, and what follows from them.

Where a source tells only what a thing is now, and that it was touched since, what it was is unknown.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
from ibis import ifelse, null


def cut(table: ir.Table, *instants: str, as_of_us: int) -> ir.Table:
    """Without those instants where they had not come; and last updated at `as_of_us`, at the latest."""
    come = {name: ifelse(table[name] > as_of_us, null("int64"), table[name]) for name in instants}
    if "updated_us" in table.columns:
        come["updated_us"] = ifelse(table.updated_us > as_of_us, as_of_us, table.updated_us)
    return table.mutate(**come)


def pull_requests(table: ir.Table, changes: ir.Table, as_of_us: int) -> ir.Table:
    """Its draft mark and its base branch, which have a history, are what the first later change took from it."""
    later = changes.filter((changes.at_us > as_of_us) & changes.field.isin(["draft", "base"]))
    order = (later.at_us, later.id.length(), later.id, later.index)
    first = later.group_by(ref=later.item_ref).agg(
        was_draft=later.from_id.first(where=later.field == "draft", order_by=order),
        was_base=later.from_text.first(where=later.field == "base", order_by=order),
    )
    both = table.left_join(first, "ref")
    held = both.mutate(
        draft=ifelse(both.was_draft.notnull(), both.was_draft == "true", both.draft),
        base=ibis.coalesce(both.was_base, both.base),
    )
    return _as_open(held.select(table.columns), as_of_us)


def _as_open(table: ir.Table, as_of_us: int) -> ir.Table:
    ended_later = ((table.closed_us > as_of_us) | (table.merged_us > as_of_us)).fill_null(False)
    merged_later = (table.merged_us > as_of_us).fill_null(False)
    is_touched = table.updated_us > as_of_us
    then = table.mutate(
        state=ifelse(ended_later, "open", table.state),
        merge_sha=ifelse(merged_later, null("string"), table.merge_sha),
        merged_by=ifelse(merged_later, null("string"), table.merged_by),
        head_sha=ifelse(is_touched, null("string"), table.head_sha),
        checks=ifelse(is_touched, null("string"), table.checks),
        reviewers=ifelse(is_touched, null("array<string>"), table.reviewers),
    )
    return cut(then, "closed_us", "merged_us", as_of_us=as_of_us)


def comments(table: ir.Table, as_of_us: int) -> ir.Table:
    return table.mutate(updated_us=ifelse(table.updated_us > as_of_us, null("int64"), table.updated_us))


def touched(table: ir.Table, as_of_us: int) -> ir.Table:
    """What is as it is now, though it may have been touched since: a worklog does not tell what it said first."""
    return cut(table, as_of_us=as_of_us)


def places(table: ir.Table, as_of_us: int) -> ir.Table:
    """Projects and repositories that were lost later were still to be seen."""
    return cut(table, "lost_us", as_of_us=as_of_us)


def sources(table: ir.Table, as_of_us: int) -> ir.Table:
    """A source that was read whole later is known whole up to `as_of_us`."""
    return table.mutate(complete_us=ifelse(table.complete_us > as_of_us, as_of_us, table.complete_us))


def sprints(table: ir.Table, as_of_us: int) -> ir.Table:
    """A sprint that began later was in the future, in Jira's words, and one that ended later was active."""
    begins, ends = ((table[name] > as_of_us).fill_null(False) for name in ("activated_us", "completed_us"))
    state = ifelse(begins, "future", ifelse(ends, "active", table.state))
    return cut(table.mutate(state=state), "activated_us", "completed_us", as_of_us=as_of_us)


def milestones(table: ir.Table, as_of_us: int) -> ir.Table:
    closed_later = (table.closed_us > as_of_us).fill_null(False)
    return cut(table.mutate(state=ifelse(closed_later, "open", table.state)), "closed_us", as_of_us=as_of_us)


def deployments(table: ir.Table, statuses: ir.Table, as_of_us: int) -> ir.Table:
    """A deployment that was touched later had the state of its last status up to then."""
    come = statuses.filter(statuses.at_us <= as_of_us)
    order = (come.at_us, come.id.length(), come.id)  # ids are numbers as texts: 999 comes before 1000
    last = come.group_by("item_ref").agg(last_state=come.state.last(order_by=order))
    both = table.left_join(last, [("ref", "item_ref")])
    state = ifelse(both.updated_us > as_of_us, both.last_state, both.state)
    return cut(both.mutate(state=state).select(table.columns), "succeeded_us", as_of_us=as_of_us)


def releases(table: ir.Table, as_of_us: int) -> ir.Table:
    """Those that were published by then, and drafts; one that was published later may not have been there."""
    come = table.filter(table.published_us.isnull() | (table.published_us <= as_of_us))
    return cut(come, as_of_us=as_of_us)


def git_tags(table: ir.Table, as_of_us: int) -> ir.Table:
    """A plain tag does not say when it was made: not before its commit."""
    made_us = ibis.coalesce(table.tagged_us, table.committed_us)
    return table.filter(made_us.isnull() | (made_us <= as_of_us))


def repository_commits(table: ir.Table, as_of_us: int) -> ir.Table:
    return table.filter(table.committed_us <= as_of_us)


def workflow_runs(table: ir.Table, as_of_us: int) -> ir.Table:
    """A later attempt has the creation of the first one, and a beginning of its own."""
    come = table.filter(ibis.coalesce(table.started_us, table.created_us) <= as_of_us)
    is_touched = come.updated_us > as_of_us
    unknown = {name: ifelse(is_touched, null("string"), come[name]) for name in ("state", "conclusion")}
    return cut(come.mutate(**unknown), as_of_us=as_of_us)


#: Table → what takes it back, where that needs no other table.
BY_KIND: dict[str, Callable[[ir.Table, int], ir.Table]] = {
    "sources": sources,
    "projects": places,
    "repositories": places,
    "sprints": sprints,
    "milestones": milestones,
    "comments": comments,
    "worklogs": touched,
    "board_items": touched,
    "releases": releases,
    "git_tags": git_tags,
    "repository_commits": repository_commits,
    "workflow_runs": workflow_runs,
}
