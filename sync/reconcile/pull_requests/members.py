"""Which pull requests each scope counts (metrics.md §2.1, §10.2)."""

from datetime import date
from typing import TYPE_CHECKING

from mappings.people import People, team_of_accounts
from mappings.strategy import Strategy
from sync.reconcile.objectives import ALL, WEIGHT, rolled_up
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

TEAM, REPOSITORY = "team:", "repository:"  #: what the ids of their scopes begin with


def counted_pulls(pull_requests: "ir.Table") -> "ir.Table":
    """Those that a figure may count: into a branch that is looked at, and not by a bot."""
    return pull_requests.filter(~pull_requests.by_bot & ~pull_requests.other_base)


def members(
    pulls: "ir.Table", snapshot: Snapshot, tags: "ir.Table", *, strategy: Strategy, people: People, day: date
) -> "ir.Table":
    """ref, scope, weight (a decimal) of counted pulls: all, objectives, the author's team that day, the repository."""
    import ibis

    one = ibis.literal(1).cast(WEIGHT)
    teams = team_of_accounts(snapshot["accounts"], people, day).rename(author="ref")
    placed = pulls.join(teams, "author")
    return ibis.union(
        pulls.select("ref", scope=ibis.literal(ALL), weight=one),
        rolled_up(tags, strategy, kind="pull_request").semi_join(pulls, "ref"),
        placed.select("ref", scope=ibis.literal(TEAM) + placed.team, weight=one),
        pulls.select("ref", scope=ibis.literal(REPOSITORY) + pulls.repository, weight=one),
    )
