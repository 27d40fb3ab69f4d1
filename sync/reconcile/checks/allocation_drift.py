"""M11 allocation drift: the effort as a whole goes elsewhere than was planned.

Definition: in the last complete month before `as_of` a tenth of the effort (`drift`) or more would have had to go
elsewhere for the plan to be met: half the sum of the differences between what each got and what it was to get.
Severity: medium; high where it is more than 30%.
Evidence: the drift with its interval, and what makes up most of it.
Decision: is the plan wrong, or the work?
Suggested action: decide for each of the top movers whether effort moves or the plan does.
Against false alarms: the near end of the interval over people is above a tenth too, for with few people the drift is
always something; where too little of the effort is seen or tagged, or the group is too small to be shown, nobody is
told.
"""

from sync.reconcile.alignment.monthly import Drifted
from sync.reconcile.alignment.view import Mover
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M11", "allocation-drift"
OPTIONS = (
    Option(says="Move effort to where it was planned", cost="what has it now waits"),
    Option(says="Change the plan on the record", cost="a line of strategy.yaml for each share"),
    Option(says="Leave it for a month", cost="the plan says what nobody does"),
)
DEFAULT = "The plan and the work go on apart."
GRAVE = 0.30
MOST_MOVERS = 3


def ask(facts: Facts) -> list[Row]:
    drifted = facts.monthly.drifted
    if drifted is None or drifted.drift.low is None or drifted.drift.low <= facts.thresholds.drift:
        return []
    subject = {"ref": "strategy:plan:all", "key": "plan", "url": None, "title": "The plan of the effort"}
    return [subject | {"drifted": drifted}]


def finding(row: Row, facts: Facts) -> Finding:
    drifted: Drifted = row["drifted"]
    drift, began_at = drifted.drift, start_of(facts.monthly.first_on, zone=facts.zone)
    value = drift.value or 0.0
    within = f"{drift.low:.1%} to {drift.high:.1%}"
    says = f"{value:.1%} of the effort ({within}) was not where it was planned, in the month from"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high" if value > GRAVE else "medium",
        evidence=(
            Evidence(says=says, at=began_at),
            *(Evidence(says=_moved(mover)) for mover in drifted.movers[:MOST_MOVERS]),
        ),
        place_to_fix="strategy.yaml, or the plans of the teams",
        action="Decide for each of the top movers whether effort moves or the plan does",
        since=began_at,
        of_silence=True,
        effort_days=value * drifted.days,
    )


def _moved(mover: Mover) -> str:
    called = "What no plan names" if mover.id == "other" else mover.id
    return f"{called} got {mover.actual:.1%} of {mover.planned:.1%}"
