"""M28 owner contradiction: one team has the item, another writes its code. For information.

Definition: a work item under way whose assignees are in teams, none of which any author of its open pull requests is
in, the first of them opened seven days ago or longer (`owner_days`).
Severity: low: teams help each other, and nothing need be wrong.
Evidence: both teams.
Decision: whose is it?
Suggested action: assign it to who does it, or say that it is help.
Against false alarms: accounts without a team say nothing; bots are silent; one author of the assignee's team, and it
is silent.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.firsts import first_of_each
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M28", "owner-contradiction"
OPTIONS = (
    Option(says="Leave it: they help each other", cost="nothing"),
    Option(says="Assign it to the team that does it", cost="one field, a minute"),
)
DEFAULT = "Nothing changes."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_apart(facts)) if facts.people.teams else []


def _apart(facts: Facts) -> "ir.Table":
    """Items with assigned teams and authors' teams that do not meet: with the first of each by name."""
    teams, served, standing = facts.relations.teams, facts.relations.served, facts.relations.standing
    written = served.filter(served.state == "open").join(teams.select(author_team="team", author="ref"), "author")
    held = facts.snapshot["work_items"].semi_join(standing.filter(standing.category.isin(["active", "waiting"])), "ref")
    held = held.select("ref", account="assignees").unnest("account")
    held = held.join(teams.select(assigned="team", account="ref"), "account").select("ref", "assigned").distinct()
    pairs = held.join(written.select("ref", "author_team", "pull_ref", "opened_us"), "ref")
    apart = pairs.anti_join(pairs.filter(pairs.assigned == pairs.author_team), "ref")
    first = first_of_each(apart, "ref", "opened_us", "pull_ref", "assigned", "author_team")
    told = first.filter(first.opened_us <= facts.days_ago(facts.thresholds.owner_days))
    return told.rename(other_ref="pull_ref").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    opened_at = instant(row["opened_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="low",
        evidence=(
            Evidence(says=f"Assigned in {row['assigned']}", ref=row["ref"]),
            Evidence(says=f"{row['author_team']} opened {row['other_key']}", at=opened_at, ref=row["other_ref"]),
        ),
        place_to_fix="The item's assignee",
        action="Assign it to who does it, or leave it: for information",
        since=opened_at,
        counterpart=(row["other_ref"], row["other_key"]),
    )
