"""M10 overfed objective: an objective takes far more of the effort than was planned for it.

Definition: an objective that got more than one and a half times its planned share (`over_target`) in each of the two
complete months before `as_of`.
Severity: medium.
Evidence: its share of the effort in both months, from the near end of the interval, beside its plan.
Decision: is it worth that much?
Suggested action: cap it, or change the plan on the record.
Against false alarms: it is judged by the near end of the interval over people, of what items' own tags lead to it,
less what an audit of tags found wrong; one that nothing is planned for is silent; where too little of the effort is
seen or tagged, or the group is too small to be shown, nobody is told.
"""

from sync.reconcile.alignment.monthly import Attained
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M10", "overfed-objective"
OPTIONS = (
    Option(says="Cap it", cost="what is begun there waits"),
    Option(says="Plan more for it", cost="a line of strategy.yaml, on the record; another share shrinks"),
)
DEFAULT = "It goes on eating what was planned for others."


def ask(facts: Facts) -> list[Row]:
    over = {each.objective: each for each in facts.monthly.overfed if _is_sure(each, facts)}
    named = (each for each in facts.strategy.objectives if each.id in over)
    return [facts.subject_of(objective) | {"got": over[objective.id]} for objective in named]


def _is_sure(got: Attained, facts: Facts) -> bool:
    """Whether the near end of the interval is too much, in each month."""
    least = got.wanted * facts.thresholds.over_target
    return all(share.low is not None and share.low > least for share in got.shares)


def finding(row: Row, facts: Facts) -> Finding:
    got: Attained = row["got"]
    (latest, earlier), began_at = got.shares, start_of(facts.monthly.first_on, zone=facts.zone)
    says = (
        f"{latest.value:.1%} of the effort, at least {latest.low:.1%}, of {got.wanted:.1%} planned, in the month from"
    )
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=says, at=began_at),
            Evidence(says=f"{earlier.value:.1%}, at least {earlier.low:.1%}, in the month before"),
        ),
        place_to_fix="The plans of its team, or strategy.yaml",
        action="Cap it, or change the plan on the record",
        since=began_at,
        of_silence=True,
        effort_days=got.off_days,
    )
