"""How much of what was planned came: committed, added, removed, delivered (metrics.md §5.2a)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from mappings.rows import as_table
from sync.reconcile.facts import Facts
from sync.reconcile.figures import Figure, proportion_of
from sync.reconcile.objectives import WEIGHT
from sync.reconcile.periods import Period, instant, micros, months_before, quarter_of
from sync.reconcile.periods import period as named_period
from sync.reconcile.sprints import sprint_members
from sync.reconcile.stats import SMALLEST_DENOMINATOR

if TYPE_CHECKING:
    import ibis.expr.types as ir

SETTLED = timedelta(hours=1)  #: after the start, what is planned is what is there
CLOSING = timedelta(minutes=1)  #: before the end; closing a sprint itself moves what is left
SPRINT_WEEKS, QUARTERS = 13, 4  #: that are looked back
POINTED = 0.80  #: of what was committed, to have points
SIDES = ("plan", "ref", "at_start", "at_end", "finished_us", "outcome")
NUMBER = r"^-?[0-9]+([.][0-9]+)?$"
PLANS = {
    "plan": "int64",
    "source": "string",
    "id": "string",
    "scope": "string",
    "start_us": "int64",
    "end_us": "int64",
    "from_us": "int64",
    "until_us": "int64",
}


class PlanningLine(Struct, frozen=True, kw_only=True):
    """One sprint or one quarter that is over."""

    kind: Literal["sprint", "quarter"]
    id: str  #: ref of the sprint; 2026-Q4
    name: str
    scope: str | None  #: board of the sprint; objective of the quarter
    start_at: datetime
    end_at: datetime
    committed: int  #: items an hour after the start that were not finished before it
    figures: tuple[Figure, ...]  #: planning_accuracy, planning_added, planning_removed, planning_accuracy_points


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was to be delivered from one instant to another."""

    kind: Literal["sprint", "quarter"]
    id: str
    name: str
    scope: str | None
    start_us: int
    end_us: int
    source: str | None = None  #: of a sprint
    sprint: str | None = None  #: its id there

    def row(self, number: int) -> dict[str, Any]:
        return {
            "plan": number,
            "source": self.source,
            "id": self.sprint,
            "scope": self.scope,
            "start_us": self.start_us,
            "end_us": self.end_us,
            "from_us": self.start_us + SETTLED // timedelta(microseconds=1),
            "until_us": self.end_us - CLOSING // timedelta(microseconds=1),
        }


def planning(facts: Facts, members: "ir.Table") -> tuple[PlanningLine, ...]:
    """The sprints that ended in the last quarter of a year, and the last complete quarters; the latest first.

    `members` are those of `membership.membership`.
    """
    plans = [*_sprints(facts), *_quarters(facts)]
    if not plans:
        return ()
    counts = _counts(facts, members, plans)
    lines = [_line(plan, counts[number]) for number, plan in enumerate(plans) if number in counts]
    return tuple(sorted(lines, key=lambda line: (-micros(line.end_at), line.kind, line.scope or "", line.id)))


def _sprints(facts: Facts) -> Iterator[Plan]:
    """By their real start and end where these are known."""
    import ibis

    sprints, as_of_us = facts.snapshot["sprints"], micros(facts.as_of)
    since_us = micros(facts.as_of - timedelta(weeks=SPRINT_WEEKS))
    start_us = ibis.coalesce(sprints.activated_us, sprints.start_us)
    end_us = ibis.coalesce(sprints.completed_us, sprints.end_us)
    told = sprints.select("ref", "source", "name", scope="board", sprint="id", start_us=start_us, end_us=end_us)
    over = told.filter((told.start_us < told.end_us) & (told.end_us <= as_of_us) & (told.end_us > since_us))
    for row in over.order_by("ref").to_pyarrow().to_pylist():
        yield Plan(kind="sprint", id=row.pop("ref"), **{**row, "name": row["name"] or row["sprint"]})


def _quarters(facts: Facts) -> Iterator[Plan]:
    """Of every objective with a plan at the start of the quarter."""
    for quarter in _last_quarters(facts.today, zone=facts.zone):
        start_us, end_us = micros(quarter.start_at), micros(quarter.end_at)
        for objective in facts.strategy.objectives:
            if objective.share_on(quarter.first_on) is not None:
                yield Plan(
                    kind="quarter",
                    id=quarter.text,
                    name=quarter.text,
                    scope=objective.id,
                    start_us=start_us,
                    end_us=end_us,
                )


def _last_quarters(today: date, *, zone: ZoneInfo) -> Iterator[Period]:
    """The last complete ones, the latest first."""
    for back in range(1, QUARTERS + 1):
        yield named_period(quarter_of(months_before(today, 3 * back)), zone=zone)


def _counts(facts: Facts, members: "ir.Table", plans: Sequence[Plan]) -> dict[int, Mapping[str, Any]]:
    """Number of the plan → its counts of items, sums of points, and the items of a sprint."""

    table = as_table((plan.row(number) for number, plan in enumerate(plans)), PLANS)
    items, changes = facts.snapshot["work_items"], facts.snapshot["changes"]
    of_sprints = sprint_members(table.filter(table.id.notnull()), items, changes)
    known = facts.flow.select("ref", "finished_us", "outcome")
    sides = (
        of_sprints.join(known, "ref")
        .select(SIDES)
        .union(_quarter_members(table.filter(table.id.isnull()), members, known))
    )
    told = sides.join(table.select("plan", "start_us", "end_us", is_sprint=table.id.notnull()), "plan")
    told = told.filter(told.finished_us.isnull() | (told.finished_us >= told.start_us)).cache()
    pointed = told.join(_points(told, items, changes), ["plan", "ref"])
    rows = _summed(pointed).order_by("plan").to_pyarrow().to_pylist()
    return {row["plan"]: row for row in rows}


def _quarter_members(quarters: "ir.Table", members: "ir.Table", known: "ir.Table") -> "ir.Table":
    """The sides of `sprint_members`, with what is known of the items; those finished before are left out at once."""
    import ibis

    met = members.join(known, "ref").join(quarters, "scope")
    is_open = met.finished_us.isnull() | (met.finished_us >= met.start_us)
    met = met.filter((met.since_us < met.end_us) & is_open)
    at_start = met.since_us <= met.from_us
    return met.mutate(at_start=at_start, at_end=ibis.literal(True)).select(SIDES)


def _points(told: "ir.Table", items: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """plan, ref, points (a decimal): those that each item had when the plan began."""
    import ibis

    moved = changes.filter(changes.field == "points").mutate(length=changes.id.length())
    asked = told.select("plan", "start_us", item_ref="ref").join(moved, "item_ref")
    in_order = ibis.window(group_by=["plan", "item_ref"], order_by=["at_us", "length", "id", "index"])
    asked = asked.mutate(place=ibis.row_number().over(in_order), is_before=asked.at_us <= asked.start_us)
    set_ = asked.group_by("plan", "item_ref").aggregate(
        text=ibis.ifelse(
            asked.is_before.any(),
            asked.to_text.fill_null("").argmax(asked.place, where=asked.is_before),
            asked.from_text.fill_null("").argmin(asked.place, where=~asked.is_before),
        )
    )
    now = told.select("plan", "ref").join(items.select("ref", "points"), "ref")
    both = now.left_join(set_, [now.plan == set_.plan, now.ref == set_.item_ref], rname="set_{name}")
    number = ibis.ifelse(both.text.re_search(NUMBER), both.text, None).cast("float64")
    points = ibis.ifelse(both.text.notnull(), number, both.points)
    return both.select("plan", "ref", points=points.cast(WEIGHT))


def _summed(told: "ir.Table") -> "ir.Table":
    import ibis

    came = (told.outcome == "delivered") & (told.finished_us < told.end_us)
    lost = (told.outcome == "discarded") & (told.finished_us < told.end_us)
    came, lost = came.fill_null(False), lost.fill_null(False)
    is_kept = told.at_end & ~lost
    none, is_listed = ibis.literal(0).cast(WEIGHT), told.is_sprint
    return told.group_by("plan").aggregate(
        committed=told.count(where=told.at_start),
        delivered=told.count(where=told.at_start & came),
        added=told.count(where=~told.at_start & is_kept),
        removed=told.count(where=told.at_start & ~is_kept & ~came),
        pointed=told.count(where=told.at_start & told.points.notnull()),
        delivered_refs=told.ref.collect(where=is_listed & told.at_start & came),
        added_refs=told.ref.collect(where=is_listed & ~told.at_start & is_kept),
        removed_refs=told.ref.collect(where=is_listed & told.at_start & ~is_kept & ~came),
        points=told.points.sum(where=told.at_start).coalesce(none).cast("float64"),
        points_delivered=told.points.sum(where=told.at_start & came).coalesce(none).cast("float64"),
    )


def _line(plan: Plan, counts: Mapping[str, Any]) -> PlanningLine:
    committed = counts["committed"]
    accuracy = _blank(plan, "planning_accuracy", "Planned and delivered")
    in_points = _blank(plan, "planning_accuracy_points", "Planned and delivered, in points")
    added, removed = _blank(plan, "planning_added", "Added later"), _blank(plan, "planning_removed", "Taken out")
    return PlanningLine(
        kind=plan.kind,
        id=plan.id,
        name=plan.name,
        scope=plan.scope,
        start_at=instant(plan.start_us),
        end_at=instant(plan.end_us),
        committed=committed,
        figures=(
            proportion_of(counts["delivered"], committed, blank=_behind(accuracy, counts["delivered_refs"])),
            _share(counts["added"], committed, blank=_behind(added, counts["added_refs"])),
            proportion_of(counts["removed"], committed, blank=_behind(removed, counts["removed_refs"])),
            _in_points(counts, blank=_behind(in_points, counts["delivered_refs"])),
        ),
    )


def _blank(plan: Plan, name: str, title: str) -> Figure:
    return Figure(id=name, scope=plan.scope or plan.id, title=title, unit="ratio")


def _behind(blank: Figure, refs: Sequence[str] | None) -> Figure:
    """`blank` with these items; a quarter's are too many to be listed one by one."""
    return replace(blank, items=tuple(sorted(refs or ())))


def _share(part: float, committed: int, *, blank: Figure) -> Figure:
    if committed < SMALLEST_DENOMINATOR:
        return replace(blank, n=committed, reason="small_n" if committed else "zero_denominator")
    return replace(blank, value=part / committed, n=committed)


def _in_points(counts: Mapping[str, Any], *, blank: Figure) -> Figure:
    """Null where fewer than 80 % of what was committed had points when it was."""
    if counts["pointed"] < POINTED * counts["committed"] or not counts["points"]:
        return replace(blank, n=counts["pointed"], reason="no_data")
    short = _share(0, counts["pointed"], blank=blank)
    return short if short.reason else replace(short, value=counts["points_delivered"] / counts["points"])
