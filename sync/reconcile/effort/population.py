"""Who spent what in a period: the pieces that every figure of effort is made of. They stay in memory.

A piece is one person's effort in one bucket: in the state that its objective was in on the day, or the reason why the
effort leads nowhere. Pieces are whole units, so that sums over any parts are equal to the last digit.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.effort.buckets import EXEMPT, in_buckets
from sync.reconcile.effort.ledger import Ledger, in_teams
from sync.reconcile.effort.roster import UNIT
from sync.reconcile.effort.subjects import WORK_ITEM
from sync.reconcile.stats import clusters

if TYPE_CHECKING:
    import ibis.expr.types as ir

CURRENT, PLANNED, PAUSED, CLOSED = "current", "planned", "paused", "closed"
SANCTIONED, DARK, UNTAGGED, UNSEEN = "sanctioned", "dark", "untagged", "unseen"


class Span(NamedTuple):
    """Days, the first and the one after the last."""

    first_day: int
    until_day: int

    def holds(self, days: "ir.IntegerValue") -> "ir.BooleanValue":
        return (days >= self.first_day) & (days < self.until_day)


class Piece(NamedTuple):
    person: int
    team: str | None  #: that had this part of their time on the day
    bucket: str | None
    state: str
    is_own: bool  #: the item's own tag leads there
    tier: int | None  #: of the evidence; None for what is unseen
    effort: int


Key = tuple[str | None, str, bool]  #: bucket, state, is_own
Vector = Mapping[Key, int]  #: effort by key


@dataclass(frozen=True, kw_only=True)
class Population:
    """All pieces of a period."""

    pieces: Sequence[Piece]
    ids: Sequence[str]  #: of people, by number

    @cached_property
    def total(self) -> Vector:
        return summed(self.pieces)

    @cached_property
    def people(self) -> dict[str, Vector]:
        """What each spent, by their id."""
        by_person: dict[int, list[Piece]] = defaultdict(list)
        for piece in self.pieces:
            by_person[piece.person].append(piece)
        return {self.ids[person]: summed(pieces) for person, pieces in by_person.items()}

    @property
    def clusters(self) -> list[list[Vector]]:
        """What is resampled (§0.10)."""
        return clusters(self.people)

    @cached_property
    def observed(self) -> dict[str | None, dict[int, int]]:
        """Team → person → observed effort."""
        told: dict[str | None, Counter[int]] = defaultdict(Counter)
        for piece in self.pieces:
            if piece.state != UNSEEN:
                told[piece.team][piece.person] += piece.effort
        return {team: dict(spent) for team, spent in told.items()}

    @property
    def teams(self) -> list[str]:
        return sorted(team for team in self.observed if team is not None)

    def of(self, team: str) -> "Population":
        return Population(pieces=[piece for piece in self.pieces if piece.team == team], ids=self.ids)

    @cached_property
    def home(self) -> dict[int, str | None]:
        """Person → the team that most of their days were for."""
        spent: dict[int, Counter[str | None]] = defaultdict(Counter)
        for piece in self.pieces:
            spent[piece.person][piece.team] += piece.effort
        return {person: max(teams, key=lambda team: (teams[team], team or "")) for person, teams in spent.items()}


def summed(pieces: Sequence[Piece]) -> Vector:
    total: Counter[Key] = Counter()
    for piece in pieces:
        total[piece.bucket, piece.state, piece.is_own] += piece.effort
    return dict(total)


def population(ledger: Ledger, buckets: "ir.Table", states: "ir.Table", span: Span) -> Population:
    """The pieces of these days. `states`: bucket, day, state of every objective and day of the span."""
    import ibis

    shares = ledger.split.shares.filter(span.holds(ledger.split.shares.day)).drop("root")
    held = in_teams(shares, ledger.capacity.memberships).inner_join(ledger.subjects.numbers, "subject")
    told = stated(in_buckets(held, buckets), states)
    seen = told.group_by("person", "team", "bucket", "state", "is_own", "tier").agg(effort=told.effort.sum())
    blank = ledger.split.unseen.filter(span.holds(ledger.split.unseen.day))
    idle = in_teams(blank, ledger.capacity.memberships)
    idle = idle.group_by("person", "team").agg(effort=idle.effort.sum())
    nothing = {"bucket": ibis.null("string"), "is_own": ibis.literal(False), "tier": ibis.null("int64")}
    idle = idle.mutate(**nothing, state=ibis.literal(UNSEEN))
    every = seen.union(idle.select(*seen.columns)).order_by(*Piece._fields[:-1])
    rows = every.mutate(effort=every.effort.cast("decimal(38, 0)")).select(*Piece._fields).to_pyarrow().to_pylist()
    pieces = [Piece(**{**row, "effort": int(row["effort"])}) for row in rows]
    return Population(pieces=pieces, ids=ledger.capacity.roster.ids)


def stated(pieces: "ir.Table", states: "ir.Table") -> "ir.Table":
    """The pieces of bucket, day and kind with their `state`."""
    import ibis

    known = pieces.left_join(states, ["bucket", "day"])
    state = ibis.cases(
        (known.state.notnull(), known.state),
        (known.bucket.startswith(EXEMPT), SANCTIONED),
        (known.kind == WORK_ITEM, UNTAGGED),
        else_=DARK,
    )
    return known.select(*pieces.columns, state=state)


def days(effort: int) -> float:
    """Units as person-days."""
    return effort / UNIT
