"""M16 unplanned displacement: what nobody planned takes more of a team's effort than was allowed for.

Definition: in the last complete month before `as_of` more than a quarter of a team's effort (`unplanned_share`) went to
what was created in that month as a defect or to be expedited; of all teams together where none is large enough to be
shown.
Severity: medium.
Evidence: the share with its interval, and what took most of it.
Decision: is it paid for, or is its source mended?
Suggested action: plan for it, or mend what it comes from.
Against false alarms: the near end of the interval over people is above the allowance too; what was created before the
month was there to be planned; which priorities and labels are to be expedited stands in `expedite`.
"""

from collections.abc import Sequence

from sync.reconcile.alignment.view import Band
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M16", "unplanned-displacement"
OPTIONS = (
    Option(says="Plan for it", cost="what is promised shrinks by as much"),
    Option(says="Mend what it comes from", cost="effort now, and less of it later"),
    Option(says="Let it wait its turn", cost="whoever asked for it waits"),
)
DEFAULT = "What was planned goes on being late by as much."
MOST_NAMED = 3


def ask(facts: Facts) -> list[Row]:
    allowed = facts.thresholds.unplanned_share
    over = [each for each in facts.monthly.teams if each.unplanned.low is not None and each.unplanned.low > allowed]
    return [
        facts.subject_of_team(each.team)
        | {"share": each.unplanned, "days": each.unplanned_days, "count": len(each.unplanned_refs)}
        | {"items": _named(each.unplanned_refs[:MOST_NAMED], facts)}
        for each in over
    ]


def _named(refs: Sequence[str], facts: Facts) -> list[tuple[str, str]]:
    """Ref and key of each, in their order."""
    names = facts.names(refs)
    return [(ref, names[ref]["key"]) for ref in refs if ref in names]


def finding(row: Row, facts: Facts) -> Finding:
    share: Band = row["share"]
    began_at, allowed = start_of(facts.monthly.first_on, zone=facts.zone), facts.thresholds.unplanned_share
    within = f"{share.low:.1%} to {share.high:.1%}"
    says = f"{share.value:.1%} of the effort ({within}), of {allowed:.0%} allowed for, in the month from"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=says, at=began_at),
            Evidence(says=f"{row['count']:,} items that were created in it took it"),
            *(Evidence(says=f"Among the most: {key}", ref=ref) for ref, key in row["items"]),
        ),
        place_to_fix="The plans of the team, or `unplanned_share` in mappings.yaml",
        action="Plan for it, or mend what it comes from",
        since=began_at,
        of_silence=True,
        effort_days=row["days"],
    )
