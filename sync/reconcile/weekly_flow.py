"""The table `weekly_flow` of the export: flow by objective, team, type of work and week."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.people import People
from mappings.rows import as_table
from mappings.strategy import Strategy
from sync.reconcile.days import number_of
from sync.reconcile.objectives import members
from sync.reconcile.periods import instant, weeks_until
from sync.reconcile.slices import allowed, contributors, slices
from sync.reconcile.weekly import DAYS, EVERY, MOST_WEEKS, weekly
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


def weekly_flow(
    snapshot: Snapshot,
    flow: "ir.Table",
    *,
    tags: "ir.Table",
    teams: "ir.Table",
    strategy: Strategy,
    people: People,
    zone: ZoneInfo,
    least_group: int,
) -> "ir.Table":
    """The rows of `weekly`, up to the last complete week: week_on is its Monday, a team or type of null all of them.

    `teams` has ref and team. Of a team too small to show there is nothing (§10.2).
    """
    began_us: int | None = flow.created_us.min().to_pyarrow().as_py()
    began_at = snapshot.as_of if began_us is None else instant(began_us)
    count = min(MOST_WEEKS, (snapshot.as_of - began_at).days // DAYS + 2)
    weeks = weeks_until(snapshot.as_of, zone=zone, count=count)
    every, sliced = members(flow, tags, strategy).cache(), slices(flow, teams).cache()
    who = contributors(snapshot["work_items"], snapshot["accounts"], people).semi_join(flow, "ref").cache()
    told = weekly(flow, every, weeks=weeks, since=began_at, slices=sliced).cache()
    named = [{"week": number_of(week.first_on), "week_on": week.first_on.isoformat()} for week in weeks]
    shown = allowed(told, sliced, every, who, least=least_group)
    shown = shown.join(as_table(named, {"week": "int64", "week_on": "string"}), "week")
    rest = [name for name in told.columns if name not in ("scope", "team", "type", "week")]
    return shown.select(
        "scope", *(shown[name].nullif(EVERY).name(name) for name in ("team", "type")), "week_on", *rest
    ).order_by("scope", "team", "type", "week_on")
