"""What stalls progress: work that waits, by cause and age, with the effort at stake, for each objective and team."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from msgspec import Struct

from sync.reconcile.days import number_of
from sync.reconcile.facts import Facts
from sync.reconcile.periods import micros
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

Hindrance: TypeAlias = Literal["blocked", "other_team", "other_item", "waiting", "review", "merge"]
HINDRANCES: tuple[Hindrance, ...] = get_args(Hindrance)
DAY_US = 86_400_000_000
LONGEST = 3  #: of those that wait, named
STUCK = ("cause", "ref", "item_ref", "since_us")


class Obstacle(Struct, frozen=True, kw_only=True):
    """What waits for one reason, of one objective and one team."""

    cause: Hindrance
    objective: str | None
    team: str | None
    items: int  #: or pull requests
    oldest_days: float
    effort_days: float  #: of the last 28 days on what waits
    longest: tuple[str, ...]  #: refs of those that wait the longest


def obstacles(facts: Facts, pulls: "ir.Table") -> tuple[Obstacle, ...]:
    """The most effort at stake first, then the oldest. `pulls` as `PullRequests.rows`.

    An item is told of by the first cause that holds: it is blocked; it waits for an item of another team, or of its
    own; its status waits. A pull request that is ready waits for its first review, an approved one for its merge.
    """
    told: dict[tuple[str, str | None, str | None], list[Row]] = {}
    for row in rows_of(_longest(_placed(facts, pulls), facts)):
        told.setdefault((row["cause"], row["objective"], row["team"]), []).append(row)
    return ordered(_obstacle(rows, facts) for rows in told.values())


def ordered(told: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    return tuple(
        sorted(
            told,
            key=lambda each: (
                *(-each.effort_days, -each.oldest_days, HINDRANCES.index(each.cause)),
                *(each.objective or "", each.team or ""),
            ),
        )
    )


def _obstacle(rows: list[Row], facts: Facts) -> Obstacle:
    first = rows[0]
    return Obstacle(
        cause=first["cause"],
        objective=first["objective"],
        team=first["team"],
        items=first["items"],
        oldest_days=(micros(facts.as_of) - first["since_us"]) / DAY_US,
        effort_days=float(round(first["effort"])),
        longest=tuple(row["ref"] for row in rows),
    )


def _placed(facts: Facts, pulls: "ir.Table") -> "ir.Table":
    """cause, ref, item_ref (whose effort is at stake), since_us, objective, team."""
    import ibis

    stuck = ibis.union(_of_items(facts), _of_pulls(facts, pulls)).cache()
    named = facts.with_objective(stuck)
    teams = facts.relations.item_teams.select("team", item_ref="ref")
    return named.left_join(teams, "item_ref").drop("item_ref_right")


def _of_items(facts: Facts) -> "ir.Table":
    """The open items that wait, each by its first cause."""
    import ibis

    every = ibis.union(*(each.select("place", *STUCK) for each in _causes(facts)))
    first = every.mutate(order=ibis.row_number().over(ibis.window(group_by="ref", order_by=["place", "since_us"])))
    return first.filter(first.order == 0).select(*STUCK)


def _causes(facts: Facts) -> Iterator["ir.Table"]:
    import ibis

    flow, flowed, now_us = facts.flow, facts.flowed, micros(facts.as_of)
    begun = flow.filter(flow.finished_us.isnull() & flow.started_us.notnull()).select("ref", "category")
    last = flowed.runs.filter(flowed.runs.is_last).select("ref", "start_us")
    blocks = flowed.blocks.filter(flowed.blocks.end_us >= now_us).select("ref", since_us="start_us")
    yield _called("blocked", blocks.semi_join(begun, "ref"))
    waits = _with_teams(facts).join(flow.select(ref="ref", created_us="created_us"), "ref")
    since = waits.left_join(last, "ref").drop("ref_right")
    told = since.mutate(since_us=ibis.coalesce(since.start_us, since.created_us))
    yield _called("other_team", told.filter(told.is_elsewhere))
    yield _called("other_item", told.filter(~told.is_elsewhere))
    yield _called("waiting", begun.filter(begun.category == "waiting").join(last.rename(since_us="start_us"), "ref"))


def _with_teams(facts: Facts) -> "ir.Table":
    """ref, is_elsewhere: each item that waits for another one, and whether any of these is another team's."""
    pairs, teams = facts.relations.waits, facts.relations.item_teams
    told = pairs.left_join(teams.select("team", waiting="ref"), "waiting").drop("waiting_right")
    both = told.left_join(teams.select(other="team", blocking="ref"), "blocking").drop("blocking_right")
    return both.group_by(ref="waiting").aggregate(is_elsewhere=(~both.team.identical_to(both.other)).any())


def _called(cause: Hindrance, told: "ir.Table") -> "ir.Table":
    import ibis

    place = ibis.literal(HINDRANCES.index(cause), "int64")
    return told.select("ref", "since_us", item_ref="ref", cause=ibis.literal(cause), place=place)


def _of_pulls(facts: Facts, pulls: "ir.Table") -> "ir.Table":
    """The open pull requests of people that wait for somebody else; those that serve an item stake its effort."""
    import ibis

    ready = pulls.filter((pulls.state == "open") & ~pulls.draft.fill_null(False) & ~pulls.by_bot & ~pulls.other_base)
    ready = ready.select("ref", "ready_us", "reviewed_us", "approved_us")
    waiting = ready.filter(ready.approved_us.notnull() | (ready.ready_us.notnull() & ready.reviewed_us.isnull()))
    served = facts.relations.served.group_by(pull="pull_ref").aggregate(item_ref=lambda row: row.ref.min())
    told = waiting.left_join(served, waiting.ref == served.pull)
    is_approved = told.approved_us.notnull()
    return told.select(
        "ref",
        cause=ibis.ifelse(is_approved, "merge", "review"),
        item_ref=ibis.coalesce(told.item_ref, told.ref),
        since_us=ibis.ifelse(is_approved, told.approved_us, told.ready_us),
    ).select(*STUCK)


def _longest(placed: "ir.Table", facts: Facts) -> "ir.Table":
    """The few of each group that wait the longest, with how many there are and the effort on all of them."""
    import ibis

    group = ["cause", "objective", "team"]
    spent = facts.effort.filter(facts.effort.day > number_of(facts.today) - facts.thresholds.touched_days)
    spent = spent.group_by(item_ref="ref").aggregate(days=spent.effort.sum())
    known = placed.left_join(spent, "item_ref").drop("item_ref_right")
    once = ibis.row_number().over(ibis.window(group_by=[*group, "item_ref"], order_by="ref"))
    known = known.mutate(days=ibis.ifelse(once == 0, known.days.cast("float64").fill_null(0.0), 0.0))
    whole = ibis.window(group_by=group)
    told = known.mutate(
        place=ibis.row_number().over(ibis.window(group_by=group, order_by=["since_us", "ref"])),
        items=known.count().over(whole),
        effort=known.days.sum().over(whole),
    )
    return told.filter(told.place < LONGEST).drop("days").order_by(*group, "place")


def together(told: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    """The same of all teams together."""
    groups: dict[tuple[str, str | None], list[Obstacle]] = {}
    for each in told:
        groups.setdefault((each.cause, each.objective), []).append(each)
    return ordered(_together(parts) for parts in groups.values())


def _together(parts: list[Obstacle]) -> Obstacle:
    oldest = sorted(parts, key=lambda each: -each.oldest_days)
    return Obstacle(
        cause=parts[0].cause,
        objective=parts[0].objective,
        team=None,
        items=sum(each.items for each in parts),
        oldest_days=oldest[0].oldest_days,
        effort_days=sum(each.effort_days for each in parts),
        longest=tuple(ref for each in oldest for ref in each.longest)[:LONGEST],
    )
