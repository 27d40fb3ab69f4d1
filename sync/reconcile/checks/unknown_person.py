"""M39 unknown person: an account is active that the people file puts in no team.

Definition: a person's account that changed a work item, opened a pull request, reviewed or commented in the last 28
days (`touched_days`) and is in no team on the day of the report. Silent where the people file names no team at all.
Severity: low.
Evidence: when it was last active.
Decision: whose account is it?
Suggested action: put the account into the people file, under its person or among the bots.
Against false alarms: bots are silent, and one that only reads is never seen.
"""

from typing import TYPE_CHECKING

from sync.reconcile.balance import bots
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M39", "unknown-person"
OPTIONS = (
    Option(says="Give it to a person and a team", cost="a line of people.yaml"),
    Option(says="Call it a bot", cost="a line of people.yaml; what it does counts for nothing"),
)
DEFAULT = "What is done with it counts for no team."


def ask(facts: Facts) -> list[Row]:
    if not facts.people.teams:
        return []
    return rows_of(_strangers(facts))


def _strangers(facts: Facts) -> "ir.Table":
    """Accounts without a team: ref, name, active_us."""
    accounts, since_us = facts.snapshot["accounts"], facts.days_ago(facts.thresholds.touched_days)
    acts = _acts(facts).filter(lambda act: act.at_us >= since_us)
    active = acts.group_by("ref").aggregate(active_us=acts.at_us.max())
    people = accounts.filter(accounts.kind == "person").anti_join(bots(facts.snapshot), "ref")
    alone = people.select("ref", "name").anti_join(facts.relations.teams, "ref")
    return alone.join(active, "ref").order_by("ref")


def _acts(facts: Facts) -> "ir.Table":
    """ref (of the account), at_us."""
    import ibis

    said = {"changes": "at_us", "comments": "created_us", "reviews": "submitted_us", "pull_requests": "created_us"}
    tables = [facts.snapshot[name].select(ref="author", at_us=at) for name, at in said.items()]
    return ibis.union(*tables)


def finding(row: Row, facts: Facts) -> Finding:
    active_at = instant(row["active_us"])
    return facts.finding(
        KIND,
        SLUG,
        row | {"key": row["ref"], "url": None, "title": "Account without a team"},
        severity="low",
        evidence=(Evidence(says=f"{row['name']} was last active", at=active_at, ref=row["ref"]),),
        place_to_fix="people.yaml",
        action="Put the account into the people file, under its person or among the bots",
        since=None,
    )
