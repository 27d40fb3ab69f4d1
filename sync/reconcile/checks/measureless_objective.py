"""M17 measureless objective: nobody could tell whether the objective is reached.

Definition: a current strategic objective that has no measure, or no owner, or a measure without baseline, target or
date.
Severity: medium.
Evidence: what is missing, and its line in the strategy's file.
Decision: how will we see that it is reached?
Suggested action: complete it in strategy.yaml.
Against false alarms: a sanctioned objective needs no measure; one that others lie below may be measured by theirs; one
that is planned, paused or closed is silent.
"""

from collections.abc import Iterator

from mappings.strategy import Measure, Objective
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M17", "measureless-objective"
OPTIONS = (
    Option(says="Complete it", cost="a talk with its owner, a line of strategy.yaml"),
    Option(says="Call it sanctioned", cost="it is then no step towards the vision, and its effort counts so"),
    Option(says="Close it", cost="its work needs another objective"),
)
DEFAULT = "Nobody can say whether the work on it helps."


def ask(facts: Facts) -> list[Row]:
    parents = {objective.parent for objective in facts.strategy.objectives}
    return [
        _row(objective, number, lacks, facts)
        for number, objective in enumerate(facts.strategy.objectives)
        if objective.class_ == "strategic" and objective.state_on(facts.today) == "current"
        if (lacks := list(_lacks(objective, is_above=objective.id in parents)))
    ]


def _lacks(objective: Objective, *, is_above: bool) -> Iterator[str]:
    if not objective.owner:
        yield "an owner"
    if not objective.measures and not is_above:
        yield "a measure"
    for measure in objective.measures:
        yield from (f"the {name} of {measure.id}" for name in _missing(measure))


def _missing(measure: Measure) -> Iterator[str]:
    parts = {"baseline": measure.baseline, "target": measure.target, "date": measure.due_on}
    yield from (name for name, value in parts.items() if value is None)


def _row(objective: Objective, number: int, lacks: list[str], facts: Facts) -> Row:
    line = facts.strategy.problem(("objectives", number), "").line
    began = next((on for each in objective.state for state, on in each.items() if state == "current"), None)
    return facts.subject_of(objective) | {"lacks": ", ".join(lacks), "line": line, "began": began}


def finding(row: Row, facts: Facts) -> Finding:
    began_at = None if row["began"] is None else start_of(row["began"], zone=facts.zone)
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"It lacks {row['lacks']}: line {row['line']} of the strategy"),
            *((Evidence(says="Current since", at=began_at),) if began_at else ()),
        ),
        place_to_fix="strategy.yaml",
        action="Give it a measure with baseline, target and date, and an owner",
        since=began_at,
    )
