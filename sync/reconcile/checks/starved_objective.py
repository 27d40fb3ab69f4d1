"""M09 starved objective: an objective gets next to nothing of the effort that was planned for it.

Definition: a current strategic objective that got less than a quarter of its planned share (`starved_attainment`) in
each of the two complete months before `as_of`, or no effort at all for ten working days (`starved_days`). Where nothing
is planned, less than a quarter of an even share of all current objectives.
Severity: high.
Evidence: its share of the effort in both months, to the far end of the interval, beside its plan; what took the effort.
Decision: does it get its effort, or is the plan another one?
Suggested action: move people to it, or change the plan on the record.
Against false alarms: it is judged by the far end of the interval over people, of all tags that lead to it; one that has
been current for less than ten working days, or is planned for less than 5% (`starved_share`), cannot starve; where too
little of the effort is seen or tagged, or the group is too small to be shown, nobody is told; one for which nothing is
under way is told as that (M08).
"""

from sync.reconcile.alignment.monthly import Attained
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of, working_days_before
from sync.reconcile.rows import Row

KIND, SLUG = "M09", "starved-objective"
OPTIONS = (
    Option(says="Move people to it", cost="effort that something else has now"),
    Option(says="Plan less for it", cost="a line of strategy.yaml, on the record"),
    Option(says="Pause it", cost="a promise less"),
)
DEFAULT = "It is on the map, and hardly anybody goes there."


def ask(facts: Facts) -> list[Row]:
    told = facts.monthly
    starved = {each.objective: each for each in told.starved if _is_sure(each, facts)}
    return [
        facts.subject_of(objective) | {"got": starved.get(objective.id), "silent": told.silent.get(objective.id)}
        for objective in facts.strategy.objectives
        if objective.id in starved or objective.id in told.silent
    ]


def _is_sure(got: Attained, facts: Facts) -> bool:
    """Whether the far end of the interval is too little, in each month."""
    most = got.wanted * (facts.thresholds.starved_attainment if got.planned else 1)
    return all(share.high is not None and share.high < most for share in got.shares)


def finding(row: Row, facts: Facts) -> Finding:
    got: Attained | None = row["got"]
    month_at = start_of(facts.monthly.first_on, zone=facts.zone)
    since = month_at if got else working_days_before(facts.as_of, row["silent"], zone=facts.zone)
    silence = Evidence(says=f"{row['silent']} working days in a row without effort on it", at=since)
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=tuple(_said(got, facts)) if got else (silence,),
        place_to_fix="The plans of its team, or strategy.yaml",
        action="Move people to it, or change the plan on the record",
        since=since,
        of_silence=True,
        effort_days=got.off_days if got else None,
    )


def _said(got: Attained, facts: Facts) -> list[Evidence]:
    latest, earlier = got.shares
    kind = "planned" if got.planned else "the least that is fair"
    months = (
        f"{latest.value:.1%} of the effort, at most {latest.high:.1%}, of {got.wanted:.1%} {kind}, in the month from",
        f"{earlier.value:.1%}, at most {earlier.high:.1%}, in the month before",
    )
    ahead = [
        mover.id for mover in (facts.monthly.drifted.movers if facts.monthly.drifted else ()) if mover.difference > 0
    ]
    took = [Evidence(says=f"More than planned went to {', '.join(ahead[:3])}")] if ahead else []
    return [
        Evidence(says=months[0], at=start_of(facts.monthly.first_on, zone=facts.zone)),
        Evidence(says=months[1]),
        *took,
    ]
