"""How grave a finding is in the end: by the effort at stake, how long it lasts, how sure the tag is.

report-and-findings.md §2b.3: the severity of its kind, raised by effort at stake and persistence over two periods,
lowered when the strength of what it rests on is weak. The periods are the two complete months before `as_of`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mappings.rows import as_table
from sync.reconcile.effort.population import Span
from sync.reconcile.effort.population import days as person_days
from sync.reconcile.facts import Facts
from sync.reconcile.findings import SEVERITIES, Finding, Severity
from sync.reconcile.periods import months_before
from sync.reconcile.rows import rows_of
from sync.reconcile.strength import weak

if TYPE_CHECKING:
    import ibis.expr.types as ir

RESTS_ON_TAG = frozenset({"M12", "M13", "M32"})  #: kinds that hold no better than the subject's tag does
FOR_INFORMATION = frozenset({"M28"})  #: kinds that nothing raises
TENTH = 10  #: the items with the most effort, one in so many
FEWEST = 10  #: items with effort, below which no tenth stands out
EPOCH = date(1970, 1, 1)
OF_THE_MAP = ("strategy:objective:", "strategy:measure:")  #: begin the refs of objectives and of their measures


class Stake(Struct, frozen=True, kw_only=True):
    """The effort that goes into one work item."""

    days: float  #: person-days in the last 28 days (`touched_days`)
    is_high: bool  #: among the tenth of all items with the most of it
    lasts: bool  #: some in each of the two complete months before


def graded(findings: Iterable[Finding], facts: Facts) -> list[Finding]:
    """The findings with the effort at stake, each with the severity that this gives it."""
    told = list(findings)
    refs, days = {each.subject_ref for each in told}, facts.thresholds.touched_days
    held = stakes(facts.effort, refs, today=facts.today, days=days) if refs else {}
    rests = any(each.kind in RESTS_ON_TAG for each in told)
    unsure = weakly_tagged(facts) if rests else frozenset()
    return [weighed(each, held, unsure) for each in _with_effort(told, facts)]


def _with_effort(told: Sequence[Finding], facts: Facts) -> list[Finding]:
    """The findings on objectives and measures with the effort of the last 28 days on these, where it may be shown."""
    asked = [each for each in told if each.subject_ref.startswith(OF_THE_MAP) and each.effort_days is None]
    if not asked or facts.monthly.hidden:
        return list(told)
    spent = facts.daily.over(Span(facts.until_day - facts.thresholds.touched_days, facts.until_day))
    days = {each.id: person_days(spent.get(f"all:{each.objective}", 0)) for each in asked}
    return [replace(each, effort_days=days.get(each.id, each.effort_days)) for each in told]


def weighed(finding: Finding, held: Mapping[str, Stake], unsure: Collection[str]) -> Finding:
    """The finding by what is at stake; `unsure` are the records whose tags are all weak."""
    stake = held.get(finding.subject_ref)
    raised = stake is not None and (stake.is_high or stake.lasts) and finding.kind not in FOR_INFORMATION
    lowered = finding.kind in RESTS_ON_TAG and finding.subject_ref in unsure
    severity = moved(finding.severity, up=int(raised) - int(lowered))
    days = finding.effort_days if stake is None else stake.days
    return replace(finding, severity=severity, effort_days=None if days is None else float(round(days)))


def moved(severity: Severity, *, up: int) -> Severity:
    """The severity so many steps graver, never beyond high, or milder; critical stays what it is."""
    if severity == "critical":
        return severity
    place = SEVERITIES.index(severity) - up
    return SEVERITIES[min(max(place, SEVERITIES.index("high")), len(SEVERITIES) - 1)]


def stakes(effort: "ir.Table", refs: Collection[str], *, today: date, days: int) -> dict[str, Stake]:
    """By ref, what effort goes into these; those without any are left out. `effort` as `Facts.effort`."""
    asked = as_table([{"ref": ref} for ref in sorted(refs)], {"ref": "string"})
    rows = rows_of(_spent(effort, today, days).semi_join(asked, "ref"))
    return {
        row["ref"]: Stake(
            days=float(row["lately"]),
            is_high=row["items"] >= FEWEST and row["place"] < row["items"] // TENTH,
            lasts=bool(row["earlier"] and row["later"]),
        )
        for row in rows
    }


def _spent(effort: "ir.Table", today: date, days: int) -> "ir.Table":
    """ref, lately, earlier, later (person-days), place by effort lately from 0 on, items that have some lately."""
    import ibis

    until, lately = (today - EPOCH).days, (today - EPOCH).days - days
    first, second, third = ((months_before(today, count) - EPOCH).days for count in (2, 1, 0))
    told = effort.filter((effort.day > min(first - 1, lately)) & (effort.day <= until))
    summed = told.group_by("ref").aggregate(
        lately=told.effort.sum(where=told.day > lately),
        earlier=told.effort.sum(where=(told.day >= first) & (told.day < second)),
        later=told.effort.sum(where=(told.day >= second) & (told.day < third)),
    )
    summed = summed.mutate(lately=summed.lately.fill_null(0))
    worked = (summed.lately > 0).ifelse(1, 0).sum().over(ibis.window())
    in_order = ibis.window(order_by=[ibis.desc("lately"), "ref"])
    return summed.mutate(place=ibis.row_number().over(in_order), items=worked)


def weakly_tagged(facts: Facts) -> frozenset[str]:
    """The refs whose tags are all weak."""
    told = weak(facts.tags, facts.links, facts.mappings, distance=facts.thresholds.weak_distance)
    return frozenset(told.ref.to_pyarrow().to_pylist())
