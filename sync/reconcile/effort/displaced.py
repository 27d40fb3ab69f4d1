"""What took effort in the days in which it came up: work that nobody planned (metrics.md §5.2a)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.effort.ledger import Ledger, in_teams
from sync.reconcile.effort.population import Span

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Piece(NamedTuple):
    """One person's effort on one item; it stays in memory."""

    person: int
    team: str | None  #: that had this part of their time on the day
    ref: str
    effort: int


class Share(NamedTuple):
    by_person: dict[int, int]
    refs: tuple[str, ...]  #: the most effort first, then by ref


@dataclass(frozen=True)
class Displaced:
    pieces: Sequence[Piece]

    def of(self, team: str | None) -> Share:
        """That of a team; that of everybody where none is named."""
        by_person, by_item = Counter[int](), Counter[str]()
        for piece in self.pieces:
            if team is None or piece.team == team:
                by_person[piece.person] += piece.effort
                by_item[piece.ref] += piece.effort
        return Share(dict(by_person), tuple(sorted(by_item, key=lambda ref: (-by_item[ref], ref))))


def displaced(ledger: Ledger, unplanned: "ir.Table", span: Span) -> Displaced:
    """The effort of these days on the items of `unplanned` (ref)."""
    numbers = ledger.subjects.numbers.semi_join(unplanned, "ref").select("subject", "ref")
    shares = ledger.split.shares.filter(span.holds(ledger.split.shares.day)).inner_join(numbers, "subject")
    held = in_teams(shares.select("person", "day", "ref", "effort"), ledger.capacity.memberships)
    summed = held.group_by("person", "team", "ref").agg(effort=held.effort.sum().cast("decimal(38, 0)"))
    rows = summed.order_by("person", "team", "ref").to_pyarrow().to_pylist()
    return Displaced([Piece(**{**row, "effort": int(row["effort"])}) for row in rows])
