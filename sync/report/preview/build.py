"""From two readings of the same facts to their difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from mappings.preview import moves
from sync.reconcile.balance import KINDS, balances
from sync.reconcile.checks import every_finding
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Finding, ordered, without_consequences
from sync.reconcile.lately import spent_lately
from sync.reconcile.periods import Period, micros
from sync.report import words
from sync.report.preview.model import Change, FindingsMoved, Move, MovedItem, Preview, Version

if TYPE_CHECKING:
    import ibis.expr.types as ir

DIGITS = 1  #: of person-days that are shown


def build(before: Facts, after: Facts, *, names: Sequence[tuple[str, str]], period: Period) -> Preview:
    """The preview. Both have the same facts; `names` are the strategy's and the mappings' of each."""
    return Preview(
        as_of=before.as_of,
        zone=before.zone.key,
        period=period.text,
        touched_days=before.thresholds.touched_days,
        hidden=before.monthly.hidden,
        before=_version(before, names[0]),
        after=_version(after, names[1]),
        moves=_moves(before, after, period),
        findings=tuple(_findings(_found(before), _found(after))),
    )


def _version(facts: Facts, names: tuple[str, str]) -> Version:
    strategy, mappings = names
    return Version(strategy=strategy, mappings=mappings, balance=balances(facts.snapshot, facts.tags))


def _moves(before: Facts, after: Facts, period: Period) -> tuple[Move, ...]:
    """Those that concern the most effort first; where that is hidden, the most of what was touched lately."""
    groups: dict[tuple[str, str, str, str], list[MovedItem]] = defaultdict(list)
    for row in _moved(before, after, period).to_pyarrow().to_pylist():
        item = MovedItem(**{name: row[name] for name in MovedItem.__struct_fields__})
        groups[row["kind"], row["change"], row["before"], row["after"]].append(item)
    told = [_move(place, items) for place, items in groups.items()]
    return tuple(sorted(told, key=_precedence))


def _precedence(move: Move) -> tuple[float, int, int, str, str, str]:
    return -(move.effort_days or 0), -move.touched, -len(move.items), move.before, move.after, move.kind


def _move(place: tuple[str, str, str, str], items: list[MovedItem]) -> Move:
    kind, change, before, after = place
    return Move(
        kind=kind,
        change=cast("Change", change),
        before=before,
        after=after,
        touched=sum(item.touched for item in items),
        delivered=sum(item.delivered for item in items),
        effort_days=_sum([item.effort_days for item in items]),
        items=tuple(items),
    )


def _sum(days: list[float | None]) -> float | None:
    """None where each is hidden, as all are or none."""
    told = [each for each in days if each is not None]
    return round(sum(told), DIGITS) if told else None


def _moved(before: Facts, after: Facts, period: Period) -> "ir.Table":
    """The moves with what their items are called, what took the most effort lately first."""
    import ibis

    called = ibis.union(*(before.snapshot[table].select("ref", "key", "title", "url") for table in KINDS.values()))
    moved = moves(before.tags, after.tags).inner_join(called, "ref")
    moved = moved.left_join(before.touched, "ref").drop("ref_right")
    moved = moved.left_join(_delivered(before, period), "ref").drop("ref_right")
    moved = moved.left_join(spent_lately(before), "ref").drop("ref_right")
    shown = ibis.null("float64") if before.monthly.hidden else moved.spent.fill_null(0).cast("float64").round(DIGITS)
    moved = moved.mutate(touched=moved.touched_us.notnull(), delivered=moved.finished_us.notnull(), effort_days=shown)
    return moved.order_by(moved.effort_days.desc(), moved.touched.desc(), "key", "ref")


def _delivered(facts: Facts, period: Period) -> "ir.Table":
    flow = facts.flow.filter(facts.flow.outcome == "delivered")
    ended = flow.finished_us.between(micros(period.start_at), micros(period.end_at) - 1)
    return flow.filter(ended).select("ref", "finished_us")


def _found(facts: Facts) -> Mapping[str, Finding]:
    told, _ = without_consequences(every_finding(facts))
    return {finding.id: finding for finding in ordered(told)}


def _findings(before: Mapping[str, Finding], after: Mapping[str, Finding]) -> Iterable[FindingsMoved]:
    """By kind, what only the one or only the other finds."""
    appear = [finding for identity, finding in after.items() if identity not in before]
    vanish = [finding for identity, finding in before.items() if identity not in after]
    kinds = sorted({(finding.kind, finding.slug) for finding in (*appear, *vanish)})
    for kind, slug in kinds:
        yield FindingsMoved(
            kind=kind,
            slug=slug,
            title=words.kind(slug),
            appear=tuple(finding for finding in appear if finding.kind == kind),
            vanish=tuple(finding for finding in vanish if finding.kind == kind),
        )
