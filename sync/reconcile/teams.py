"""Each team's own part of the map: what it is on the way to, what holds it up, whose help it needs, by which rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mappings.rows import as_table
from sync.reconcile.facts import Facts
from sync.reconcile.periods import micros

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY_US = 86_400_000_000
MOST = 5  #: items of each list, rules, and waits
MOST_WAITS = 500  #: that are looked at
NOWHERE = 1_000_000  #: the rank of what serves no objective: after all that do


class TeamItem(Struct, frozen=True, kw_only=True):
    """An open item of a team."""

    ref: str
    key: str
    title: str
    url: str | None
    objective: str | None
    days: float | None  #: in progress for so long; None where it is not begun
    blocked: bool


class Wait(Struct, frozen=True, kw_only=True):
    """Two open items of which one is blocked by the other."""

    waiting_key: str
    waiting_url: str | None
    waiting_team: str | None
    blocking_key: str
    blocking_url: str | None
    blocking_team: str | None


class RuleUse(Struct, frozen=True, kw_only=True):
    """A rule, or an exemption, that says what open items of a team are for."""

    rule: str
    items: int


class TeamView(Struct, frozen=True, kw_only=True):
    id: str
    owns: tuple[str, ...]  #: objectives, in rank order
    serves: dict[str, int]  #: objective, in rank order → open items of the team that serve it
    shared: dict[str, tuple[str, ...]]  #: objective → the other teams with open items for it
    next: tuple[TeamItem, ...]  #: not begun: by rank of the objective, then by due date
    underway: tuple[TeamItem, ...]  #: the longest in progress first
    open_items: int
    waits: tuple[Wait, ...]  #: its own items that another item holds up
    holds_up: tuple[Wait, ...]  #: items of other teams that wait for one of its own
    rules: tuple[RuleUse, ...]  #: the most used first

    @property
    def objectives(self) -> list[str]:
        """Those that it owns, and those that its open items serve."""
        return list(dict.fromkeys((*self.owns, *self.serves)))


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What was found of all teams at once."""

    serving: Mapping[str, Mapping[str | None, int]]  #: team → objective in rank order, None for none → open items
    first: Mapping[tuple[str, bool], Sequence[TeamItem]]  #: team, and whether begun
    waits: Sequence[Wait]
    rules: Mapping[str, Sequence[RuleUse]]


def teams(facts: Facts) -> tuple[TeamView, ...]:
    """The teams of the people file and those that own an objective, by name."""
    owned: dict[str, list[str]] = defaultdict(list)
    for objective in facts.strategy.objectives:
        if objective.owner:
            owned[objective.owner].append(objective.id)
    names = sorted({team.id for team in facts.people.teams} | owned.keys())
    if not names:
        return ()
    open_ = _open(facts).cache()
    found = _Found(
        serving=_serving(open_),
        first=_first(open_, as_of_us=micros(facts.as_of)),
        waits=_waits(facts),
        rules=_rules(facts, open_),
    )
    return tuple(_view(name, owns=owned.get(name, ()), found=found) for name in names)


def _view(name: str, *, owns: Sequence[str], found: _Found) -> TeamView:
    own = found.serving.get(name, {})
    serves = {objective: count for objective, count in own.items() if objective}
    return TeamView(
        id=name,
        owns=tuple(owns),
        serves=serves,
        shared={objective: _others(name, objective, found.serving) for objective in serves},
        open_items=sum(own.values()),
        next=tuple(found.first.get((name, False), ())),
        underway=tuple(found.first.get((name, True), ())),
        waits=tuple(wait for wait in found.waits if wait.waiting_team == name)[:MOST],
        holds_up=tuple(wait for wait in found.waits if wait.blocking_team == name)[:MOST],
        rules=tuple(found.rules.get(name, ()))[:MOST],
    )


def _others(name: str, objective: str, serving: Mapping[str, Mapping[str | None, int]]) -> tuple[str, ...]:
    return tuple(sorted(team for team, counts in serving.items() if objective in counts and team != name))


def _open(facts: Facts) -> "ir.Table":
    """The open items that are some team's: ref, key, title, url, due, team, objective, rank, started_us, blocked."""

    blocks, items = facts.flowed.blocks, facts.snapshot["work_items"]
    stuck = blocks.filter(blocks.end_us >= micros(facts.as_of)).select("ref").distinct().mutate(blocked=True)
    going = facts.flow.filter(facts.flow.finished_us.isnull()).select("ref", "started_us", "created_us")
    named = going.inner_join(items.select("ref", "key", "title", "url", due=items.due_on.fill_null("9999")), "ref")
    placed = facts.with_objective(named.inner_join(facts.relations.item_teams, "ref"))
    known = placed.left_join(stuck, "ref").drop("ref_right")
    ranks = [{"named": name, "rank": rank} for name, rank in facts.strategy.rank.items()]
    ranked = known.left_join(as_table(ranks, {"named": "string", "rank": "int64"}), [("objective", "named")])
    return ranked.mutate(rank=ranked["rank"].fill_null(NOWHERE), blocked=ranked.blocked.fill_null(False)).drop("named")


def _serving(open_: "ir.Table") -> dict[str, dict[str | None, int]]:
    counted = open_.group_by(["team", "objective"]).aggregate(items=open_.count(), rank=open_["rank"].min())
    told: dict[str, dict[str | None, int]] = defaultdict(dict)
    for row in counted.order_by("team", "rank", "objective").to_pyarrow().to_pylist():
        told[row["team"]][row["objective"]] = row["items"]
    return told


def _first(open_: "ir.Table", *, as_of_us: int) -> dict[tuple[str, bool], list[TeamItem]]:
    """The first few of each team: what is begun by its start, the rest by rank, then by due date, then by age."""
    import ibis

    rows = open_.mutate(begun=open_.started_us.notnull())
    order = [rows.started_us, rows["rank"], rows.due, rows.created_us, rows.ref]
    placed = rows.mutate(place=ibis.row_number().over(ibis.window(group_by=["team", "begun"], order_by=order)))
    told: dict[tuple[str, bool], list[TeamItem]] = defaultdict(list)
    for row in placed.filter(placed.place < MOST).order_by("team", "place").to_pyarrow().to_pylist():
        told[row["team"], row["begun"]].append(_item(row, as_of_us=as_of_us))
    return told


def _item(row: Mapping[str, Any], *, as_of_us: int) -> TeamItem:
    started_us = row["started_us"]
    return TeamItem(
        **{name: row[name] for name in ("ref", "key", "title", "url", "objective", "blocked")},
        days=None if started_us is None else (as_of_us - started_us) / DAY_US,
    )


def _waits(facts: Facts) -> list[Wait]:
    """Open items that are blocked by open items of another team, or of none."""
    known, pairs = facts.snapshot["work_items"].select("ref", "key", "url"), facts.relations.waits
    known = known.left_join(facts.relations.item_teams, "ref").drop("ref_right")
    for side in ("waiting", "blocking"):
        own = {f"{side}_{name}": name for name in ("key", "url", "team")}
        pairs = pairs.inner_join(known.select(**{side: "ref"}, **own), side)
    across = pairs.filter(~pairs.waiting_team.identical_to(pairs.blocking_team))
    rows = across.order_by("waiting_key", "blocking_key", "waiting", "blocking").limit(MOST_WAITS)
    return [Wait(**row) for row in rows.drop("waiting", "blocking").to_pyarrow().to_pylist()]


def _rules(facts: Facts, open_: "ir.Table") -> dict[str, list[RuleUse]]:
    tags = facts.tags.filter(facts.tags.rule.notnull()).select("ref", "rule").distinct()
    used = open_.select("ref", "team").inner_join(tags, "ref")
    counted = used.group_by(["team", "rule"]).aggregate(items=used.count())
    told: dict[str, list[RuleUse]] = defaultdict(list)
    for row in counted.order_by("team", counted["items"].desc(), "rule").to_pyarrow().to_pylist():
        told[row["team"]].append(RuleUse(rule=row["rule"], items=row["items"]))
    return told
