"""M18 stale measure: work goes on, and nobody looks whether it helps.

Definition: a measure of a current objective without a reading in twice its cadence, while work on the objective, or on
one below it, was touched in the last 28 days.
Severity: medium.
Evidence: the last reading, and the cadence.
Decision: who reads the measure, and when?
Suggested action: enter the latest value, or have it written to a CSV file by itself.
Against false alarms: a measure without a cadence is never stale; one that was never read counts from the day on which
its objective became current, and is silent where that is not dated; an objective that nobody works on is silent.
"""

from collections.abc import Iterator
from datetime import date

from mappings.strategy import Measure, Objective
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.objectives import lineage
from sync.reconcile.periods import start_of
from sync.reconcile.progress import is_stale
from sync.reconcile.rows import Row

KIND, SLUG = "M18", "stale-measure"
OPTIONS = (
    Option(says="Enter the latest value", cost="a few minutes each time"),
    Option(says="Automate it by a CSV file", cost="an afternoon, once"),
    Option(says="Make its cadence longer", cost="it is noticed later that nothing moves"),
)
DEFAULT = "Its progress is shown as stale."


def ask(facts: Facts) -> list[Row]:
    stale = [(objective, measure, since) for objective, measure, since in _stale(facts)]
    worked = _worked(facts) if stale else frozenset()
    return [_row(objective, measure, since, facts) for objective, measure, since in stale if objective.id in worked]


def _stale(facts: Facts) -> Iterator[tuple[Objective, Measure, date]]:
    """Each measure that is overdue, with the day of its last reading, else that on which it could have begun."""
    for objective in facts.strategy.objectives:
        if objective.state_on(facts.today) != "current":
            continue
        for measure in objective.measures:
            read = measure.last_reading(facts.today)
            since = read.on if read else _began(objective, facts.today)
            if since and is_stale(measure, since=since, today=facts.today):
                yield objective, measure, since


def _began(objective: Objective, today: date) -> date | None:
    begun = [on for state, on in objective.turns if state == "current" and on <= today]
    return begun[-1] if begun else None


def _worked(facts: Facts) -> frozenset[str]:
    """The objectives that live work serves, themselves or by one below."""
    tagged = facts.tags.filter(facts.tags.outcome == "tagged").semi_join(facts.touched, "ref")
    named = tagged.select("objective").distinct().to_pyarrow()["objective"].to_pylist()
    lines = lineage(facts.strategy)
    return frozenset(above for name in named for above in lines[name])


def _row(objective: Objective, measure: Measure, since: date, facts: Facts) -> Row:
    name = f"{objective.id}/{measure.id}"
    subject = facts.subject_of(objective) | {"ref": f"strategy:measure:{name}", "key": name}
    subject["title"] = f"{objective.name}: {measure.name or measure.id}"
    was_read = measure.last_reading(facts.today) is not None
    return subject | {"since": since, "cadence": measure.cadence, "was_read": was_read}


def finding(row: Row, facts: Facts) -> Finding:
    since_at = start_of(row["since"], zone=facts.zone)
    says = "Last read" if row["was_read"] else "Never read; the objective is current since"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=says, at=since_at),
            Evidence(says=f"Its cadence is {row['cadence']}"),
        ),
        place_to_fix="strategy.yaml, or the CSV file of its readings",
        action="Enter the latest value, or have it written by itself",
        since=since_at,
    )
