"""What people did, told by the records: entries of time, code, reviews, words (metrics.md §4.3, tiers 1 and 2)."""

from typing import TYPE_CHECKING

from sync.reconcile.balance import bots
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

WORKLOG, CODE, REVIEW, COORD = "worklog", "code", "review", "coord"
#: Fields whose change is work on the item itself; the last as Jira's sites usually call theirs.
TEXTS = ("status", "description", "body", "Acceptance Criteria")
CLIP_US = 90 * 86_400_000_000  #: code is no older than this before its pull request (§2.2)


def acts(snapshot: Snapshot, swept: "ir.Table", *, since_us: int, until_us: int) -> "ir.Table":
    """account, at_us, ref, kind, spent_s: of people and of bots, from `since_us` until, and with, `until_us`.

    `ref` is a work item, a pull request or a repository. Of changes only those of status and of the item's own text
    are acts, and none that is `swept` (ref, at_us) together with many others or that is our own writing.
    """
    import ibis

    told = ibis.union(
        _worklogs(snapshot),
        _commits(snapshot),
        _opened(snapshot),
        _reviews(snapshot),
        _comments(snapshot),
        _changes(snapshot, swept),
        _pushed(snapshot),
    )
    return told.filter(told.at_us >= since_us, told.at_us <= until_us, told.account.notnull())


def _act(table: "ir.Table", kind: str, *, spent_s: "ir.IntegerValue | None" = None) -> "ir.Table":
    import ibis

    spent = ibis.null("int64") if spent_s is None else spent_s
    return table.select("account", "at_us", "ref", kind=ibis.literal(kind), spent_s=spent)


def _worklogs(snapshot: Snapshot) -> "ir.Table":
    logs = snapshot["worklogs"].select("spent_s", account="author", at_us="started_us", ref="item_ref")
    return _act(logs, WORKLOG, spent_s=logs.spent_s)


def _commits(snapshot: Snapshot) -> "ir.Table":
    """Commits of pull requests by their author's date, within the life of the pull request."""
    import ibis

    opened = snapshot["pull_requests"].select("created_us", "merged_us", item_ref="ref")
    commits = snapshot["commits"].join(opened, "item_ref")
    at_us = ibis.greatest(commits.authored_us, commits.created_us - CLIP_US)
    commits = commits.mutate(at_us=ibis.ifelse(at_us > commits.merged_us, commits.merged_us, at_us))
    authors = commits.select("at_us", account="author", ref="item_ref")
    others = commits.select("at_us", account="co_authors", ref="item_ref").unnest("account")
    return _act(authors.union(others.select(*authors.columns)), CODE)


def _opened(snapshot: Snapshot) -> "ir.Table":
    return _act(snapshot["pull_requests"].select("ref", account="author", at_us="created_us"), CODE)


def _reviews(snapshot: Snapshot) -> "ir.Table":
    """Also of one's own pull request; those are taken out where people are known."""
    return _act(snapshot["reviews"].select(account="author", at_us="submitted_us", ref="item_ref"), REVIEW)


def _comments(snapshot: Snapshot) -> "ir.Table":
    return _act(snapshot["comments"].select(account="author", at_us="created_us", ref="item_ref"), COORD)


def _changes(snapshot: Snapshot, swept: "ir.Table") -> "ir.Table":
    changes = snapshot["changes"]
    told = changes.filter(changes.field.isin(TEXTS) & ~changes.own.fill_null(False))
    told = told.semi_join(snapshot["work_items"], [("item_ref", "ref")])
    return _act(told.select("at_us", account="author", ref="item_ref").anti_join(swept, ["ref", "at_us"]), COORD)


def _pushed(snapshot: Snapshot) -> "ir.Table":
    """Commits on a branch without a pull request; neither merges, nor what a merge made of a pull request's commits."""
    pulls = snapshot["pull_requests"].select("repository", sha="merge_sha", ref="ref")
    commits, pushed = snapshot["commits"], snapshot["repository_commits"]
    pushed = pushed.filter(pushed.parents.length() <= 1)
    pushed = pushed.anti_join(pulls, ["repository", "sha"]).anti_join(commits, "sha")
    pushed = pushed.anti_join(commits, ["author", "authored_us"])  # a rebase keeps both
    homes = snapshot["repositories"].select("source", repository="name", home="ref")
    placed = pushed.join(homes, ["source", "repository"])
    return _act(placed.select(account="author", at_us="authored_us", ref="home"), CODE)


def first_seen(snapshot: Snapshot) -> "ir.Table":
    """account, first_us: when each account of a person was first at work, or had work assigned."""
    import ibis

    items, changes, commits = snapshot["work_items"], snapshot["changes"], snapshot["commits"]
    assigned = changes.filter(changes.field == "assignees")
    born = items.anti_join(assigned, [("ref", "item_ref")])
    told = (
        items.select(account="author", at_us="created_us"),
        born.select(account="assignees", at_us="created_us").unnest("account").select("account", "at_us"),
        changes.select("at_us", account="author").select("account", "at_us"),
        assigned.select(account="to_id", at_us="at_us"),
        snapshot["pull_requests"].select(account="author", at_us="created_us"),
        commits.select(account="author", at_us="authored_us"),
        commits.select(account="co_authors", at_us="authored_us").unnest("account").select("account", "at_us"),
        snapshot["reviews"].select(account="author", at_us="submitted_us"),
        snapshot["comments"].select(account="author", at_us="created_us"),
        snapshot["worklogs"].select(account="author", at_us="started_us"),
    )
    firsts = [each.group_by("account").aggregate(at_us=each.at_us.min()) for each in told]
    every = ibis.union(*firsts).anti_join(bots(snapshot), [("account", "ref")])
    known = every.filter(every.account.notnull() & every.at_us.notnull())
    return known.group_by("account").aggregate(first_us=known.at_us.min())
