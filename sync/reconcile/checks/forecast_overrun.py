"""M33 forecast overrun: a promised date will hardly be kept.

Definition: a current objective whose chance to be delivered by its promised date is below 85%.
Severity: medium; high where the chance is below 50%.
Evidence: the chance and the promise, by when it is likely, and what of earlier forecasts held.
Decision: what gives: the scope, the date or the people?
Suggested action: cut scope, add people, or move the date on the record.
Against false alarms: there is a forecast from six weeks and five deliveries on; where forecasts of this objective were
no better than "as many as last time", nobody is told.
"""

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.forecast import Forecast
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M33", "forecast-overrun"
OPTIONS = (
    Option(says="Cut its scope", cost="a part of what was promised"),
    Option(says="Move the date on the record", cost="whoever counts on it has to be told"),
    Option(says="Add people", cost="effort that something else has now, and it slows down first"),
)
DEFAULT = "The date passes."


def ask(facts: Facts) -> list[Row]:
    current = [each for each in facts.strategy.objectives if each.state_on(facts.today) == "current"]
    promised = [(each, facts.prospects.light(each).computed) for each in current if each.promised_on]
    return [
        facts.subject_of(each) | {"forecast": facts.prospects.forecast(each), "is_off": computed == "off"}
        for each, computed in promised
        if computed in ("risk", "off")
    ]


def finding(row: Row, facts: Facts) -> Finding:
    told: Forecast = row["forecast"]
    promised_at = start_of(told.promised_on, zone=facts.zone) if told.promised_on else None
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high" if row["is_off"] else "medium",
        evidence=(
            Evidence(says=f"A chance of {told.chance:.0%} to be delivered by the promised", at=promised_at),
            Evidence(says=_likely(told)),
            Evidence(says=_tested(told)),
        ),
        place_to_fix="`promised_on` in strategy.yaml, or the objective's scope",
        action="Cut scope, add people, or move the date on the record",
        since=None,
        of_silence=True,
    )


def _likely(told: Forecast) -> str:
    basis = f"{told.remaining:,} items remain, {told.delivered:,} were delivered in {told.weeks} weeks"
    if told.growing.p85_on is None:
        return f"{basis}; as its scope grows, there is no day by which it is likely"
    return f"{basis}; likely by {told.growing.p85_on}"


def _tested(told: Forecast) -> str:
    trials = len(told.back_test.trials)
    return (
        f"{told.back_test.covered} of {trials} earlier forecasts held"
        if trials
        else "No earlier forecast to test it by"
    )
