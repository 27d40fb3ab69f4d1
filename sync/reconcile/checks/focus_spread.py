"""M14 focus spread: a team works on many objectives at once, and on none of them most of the time.

Definition: in the last complete month before `as_of` a team spent a twentieth or more of its effort on objectives on
each of more than three strategic ones (`focus_objectives`), and less than half of it on any.
Severity: medium.
Evidence: the objectives, and the part that each took.
Decision: which of them comes first?
Suggested action: put them in a sequence, and finish one before the next.
Against false alarms: what is sanctioned or exempt spreads nobody; teams that are too small to be shown are not told of;
a platform team, which serves many by design, agrees not to be asked.
"""

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M14", "focus-spread"
OPTIONS = (
    Option(says="Put them in a sequence", cost="some of them wait, and somebody has to be told"),
    Option(says="Give some to another team", cost="it has to learn them first"),
    Option(says="Agree that the team serves many", cost="a line of mappings.yaml, with the reason"),
)
DEFAULT = "Everything moves a little, and nothing is finished soon."
LEAST = 0.05  #: of the effort on objectives, for one of them to count
MOST = 0.50  #: that the first of them has where a team has a focus


def ask(facts: Facts) -> list[Row]:
    most = facts.thresholds.focus_objectives
    return [
        facts.subject_of_team(each.team) | {"shares": shares, "days": each.days}
        for each in facts.monthly.teams
        if each.team and _is_spread(shares := _counted(each.objectives), most)
    ]


def _counted(objectives: dict[str, float]) -> dict[str, float]:
    return {name: share for name, share in objectives.items() if share >= LEAST}


def _is_spread(shares: dict[str, float], most: int) -> bool:
    return len(shares) > most and max(shares.values()) < MOST


def finding(row: Row, facts: Facts) -> Finding:
    began_at = start_of(facts.monthly.first_on, zone=facts.zone)
    told = ", ".join(f"{name} {share:.0%}" for name, share in row["shares"].items())
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"{len(row['shares'])} objectives in the month from", at=began_at),
            Evidence(says=f"Of its effort on objectives: {told}"),
        ),
        place_to_fix="The plans of the team",
        action="Put them in a sequence, and finish one before the next",
        since=began_at,
        of_silence=True,
        effort_days=row["days"],
    )
