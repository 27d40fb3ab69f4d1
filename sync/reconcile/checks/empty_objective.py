"""M08 empty objective: an objective is in force, and nothing is under way for it.

Definition: a current strategic objective that no open work item or pull request is tagged to, itself or below it, and
for which none was delivered or merged since the last complete month before `as_of` began.
Severity: high; critical where it ends, or is promised, within 30 days.
Evidence: the last work that was done for it, and the day on which it ends.
Decision: is it still wanted?
Suggested action: staff it, put it off, or close it.
Against false alarms: one that became current within that time has yet to begin; a reading of one of its measures
within that time tells of work outside the tools; a sanctioned objective may rest; while any source is behind, nobody
knows.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mappings.strategy import Objective
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.objectives import lineage
from sync.reconcile.periods import instant, micros, months_before, start_of
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M08", "empty-objective"
OPTIONS = (
    Option(says="Staff it", cost="effort that something else has now"),
    Option(says="Put it off", cost="a line of strategy.yaml, and a promise less"),
    Option(says="Close it", cost="what was done for it so far"),
)
DEFAULT = "It stands on the map, and nobody goes there."
SOON_DAYS = 30  #: before its end, from which on nobody can wait


def ask(facts: Facts) -> list[Row]:
    since = months_before(facts.today, 1)
    asked = [each for each in facts.strategy.objectives if _is_due(each, since=since, today=facts.today)]
    worked = _worked(facts) if asked else {}
    since_us = micros(start_of(since, zone=facts.zone))
    return [
        facts.subject_of(objective) | {"last_us": last_us, "ends": _ends(objective, facts.today)}
        for objective in asked
        if (last_us := worked.get(objective.id)) is None or last_us < since_us
    ]


def _is_due(objective: Objective, *, since: date, today: date) -> bool:
    """Whether there should be work: it was current then and is now, and no reading tells of work elsewhere."""
    states = {objective.state_on(since), objective.state_on(today)}
    read = [reading.on for measure in objective.measures if (reading := measure.last_reading(today))]
    return objective.class_ == "strategic" and states == {"current"} and all(on < since for on in read)


def _ends(objective: Objective, today: date) -> date | None:
    """The first day from today on by which it is promised, or no longer current."""
    left = (on for state, on in objective.turns if state != "current")
    return min((on for on in (*left, objective.promised_on) if on and on >= today), default=None)


def _worked(facts: Facts) -> Mapping[str, int]:
    """Objective → when work on it, or below it, was last done: what is open is done now."""
    lines, worked = lineage(facts.strategy), dict[str, int]()
    for objective, last_us in _last(facts):
        for above in lines.get(objective, ()):
            worked[above] = max(last_us, worked.get(above, 0))
    return worked


def _last(facts: Facts) -> Iterator[tuple[str, int]]:
    """Each objective that something open or done is tagged to, with the last of it."""
    tagged = facts.tags.filter(facts.tags.outcome == "tagged").select("ref", "objective")
    told = tagged.join(_records(facts), "ref")
    for row in rows_of(told.group_by("objective").aggregate(last_us=told.last_us.max()).order_by("objective")):
        yield row["objective"], row["last_us"]


def _records(facts: Facts) -> "ir.Table":
    """ref, last_us: `as_of` of what is open, the end of what was delivered or merged."""
    import ibis

    now_us = ibis.literal(micros(facts.as_of), "int64")
    standing, pulls = facts.relations.standing, facts.snapshot["pull_requests"]
    kept = standing.filter((standing.outcome != "discarded").fill_null(True))
    items = kept.select("ref", last_us=ibis.ifelse(kept.category == "done", kept.since_us, now_us))
    kept = pulls.filter((pulls.state == "open") | pulls.merged_us.notnull())
    code = kept.select("ref", last_us=ibis.ifelse(kept.state == "open", now_us, kept.merged_us))
    return items.union(code).filter(lambda record: record.last_us.notnull())


def finding(row: Row, facts: Facts) -> Finding:
    ends, last_us = row["ends"], row["last_us"]
    is_soon = ends is not None and ends - facts.today <= timedelta(days=SOON_DAYS)
    last_at = None if last_us is None else instant(last_us)
    says = "Nothing is open; the last work was done" if last_at else "Nothing is open, and no delivery is known"
    end = (Evidence(says="It ends, or is promised, on", at=start_of(ends, zone=facts.zone)),) if ends else ()
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="critical" if is_soon else "high",
        evidence=(Evidence(says=says, at=last_at), *end),
        place_to_fix="strategy.yaml, or the plans of its team",
        action="Staff it, put it off, or close it",
        since=last_at,
        of_silence=True,
    )
