"""Which pull requests count, and from when to when each was open (metrics.md §2.1)."""

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from mappings import globs
from sync.reconcile.balance import bots
from sync.reconcile.periods import micros
from sync.reconcile.places import by_place, of_repositories
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


def counted(snapshot: Snapshot, *, thresholds: Thresholds) -> "ir.Table":
    """One row a pull request: who is behind it, its instants, and whether a figure may count it.

    by_bot; other_base: it goes into a branch that is not looked at; ended_us: merged, closed, or as_of;
    seen_us: the last instant at which it could be seen.
    """
    import ibis

    as_of_us, homes = micros(snapshot.as_of), snapshot["repositories"]
    homes = homes.select("source", "default_branch", "lost_us", repository="name")
    pulls = snapshot["pull_requests"].left_join(homes, ["source", "repository"])
    robots = bots(snapshot).rename(bot="ref")
    known = of_repositories(pulls.left_join(robots, pulls.author == robots.bot))
    return known.select(
        *("ref", "key", "repository", "author", "merged_by", "merge_sha", "state", "draft", "additions", "deletions"),
        *("merged_us", "closed_us"),
        opened_us="created_us",
        by_bot=known.bot.notnull(),
        other_base=by_place(known, thresholds, "base_branches", partial(_goes_elsewhere, known)),
        ended_us=ibis.coalesce(known.merged_us, known.closed_us, as_of_us),
        seen_us=ibis.coalesce(known.lost_us, as_of_us),
    )


def _goes_elsewhere(pulls: "ir.Table", base_branches: Collection[str] | None) -> "ir.BooleanValue":
    """Of a repository whose default branch nobody told, every branch counts."""
    if base_branches is None:
        return (pulls.base != pulls.default_branch).fill_null(False)
    return (~pulls.base.re_search(globs.one_of(base_branches))).fill_null(False)


def by_people(rows: "ir.Table", robots: "ir.Table") -> "ir.Table":
    """Those without an author who is a bot: a deleted user is a person (§2.1)."""
    return rows.anti_join(robots, rows.author == robots.ref)


def by_others(rows: "ir.Table") -> "ir.BooleanValue":
    """Whether somebody other than the pull request's author, `opener`, is behind a row; of deleted users one is."""
    return rows.author.isnull() | rows.opener.isnull() | (rows.author != rows.opener)
