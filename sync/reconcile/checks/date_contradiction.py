"""M27 date contradiction: the two sides of one piece of work are due on different days.

Definition: an open work item whose due date, or whose earliest unreleased fix version, differs by more than seven days
(`date_gap_days`) from the due date of the milestone that an open pull request serving it stands in, or a work item that
is the same work.
Severity: medium from four weeks apart, else low.
Evidence: both days.
Decision: which day holds?
Suggested action: keep the date in one of the two, and set the other by it.
Against false alarms: the item's own due date goes before its version's; closed milestones, and released and archived
versions, are silent.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M27", "date-contradiction"
OPTIONS = (
    Option(says="Set the milestone by the item's date", cost="a minute"),
    Option(says="Set the item's date by the milestone", cost="a minute, and whoever waits for it should know"),
)
DEFAULT = "Each side goes on by its own date."
FAR_DAYS = 28


def ask(facts: Facts) -> list[Row]:
    going = _going(facts).count().to_pyarrow().as_py()
    return rows_of(_apart(facts)) if going else []


def _apart(facts: Facts) -> "ir.Table":
    pairs = _stated(facts).join(_milestones(facts), "ref")
    gap = pairs.due_on.cast("date").epoch_days() - pairs.milestone_on.cast("date").epoch_days()
    told = pairs.mutate(gap_days=gap.abs())
    told = told.filter(told.gap_days > facts.thresholds.date_gap_days)
    return told.order_by(["ref", "other_ref"])


def _stated(facts: Facts) -> "ir.Table":
    """The day that each open work item states, and by what: ref, due_on, by."""
    import ibis

    standing, versions = facts.relations.standing, facts.snapshot["versions"]
    items = facts.snapshot["work_items"].select("ref", "source", "project", "fix_versions", "due_on")
    going = items.semi_join(standing.filter(standing.category != "done"), "ref")
    coming = versions.filter(~versions.released.fill_null(False) & ~versions.archived.fill_null(False))
    coming = coming.select("source", "project", "release_on", version="name")
    named = going.select("ref", "source", "project", version="fix_versions").unnest("version")
    fixed = named.join(coming, ["source", "project", "version"])
    first = fixed.group_by("ref").aggregate(release_on=fixed.release_on.min())
    known = going.select("ref", "due_on").left_join(first, "ref").drop("ref_right")
    by = ibis.ifelse(known.due_on.notnull(), "Due", "Its version is released")
    stated = known.select("ref", by=by, due_on=ibis.coalesce(known.due_on, known.release_on))
    return stated.filter(stated.due_on.notnull())


def _milestones(facts: Facts) -> "ir.Table":
    """The day of the milestone on the other side of each work item: ref, other_ref, milestone_on."""
    import ibis

    served, items = facts.relations.served, facts.snapshot["work_items"]
    pulls = served.filter(served.state == "open").select("ref", "repository", "milestone", other_ref="pull_ref")
    issues = items.select("repository", "milestone", other="ref")
    mirrored = facts.relations.mirrors.join(issues, "other").rename(other_ref="other")
    columns = ("ref", "other_ref", "repository", "milestone")
    sides = ibis.union(pulls.select(*columns), mirrored.select(*columns))
    dated = sides.join(_going(facts), ["repository", "milestone"])
    return dated.select("ref", "other_ref", "milestone_on")


def _going(facts: Facts) -> "ir.Table":
    """The milestones that are open and dated: repository, milestone, milestone_on."""
    milestones = facts.snapshot["milestones"]
    going = milestones.filter((milestones.state != "closed") & milestones.due_on.notnull())
    return going.select("repository", milestone="title", milestone_on="due_on")


def finding(row: Row, facts: Facts) -> Finding:
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium" if row["gap_days"] >= FAR_DAYS else "low",
        evidence=(
            Evidence(says=f"{row['by']} on {row['due_on']}", ref=row["ref"]),
            Evidence(says=f"The milestone of {row['other_key']} is due on {row['milestone_on']}", ref=row["other_ref"]),
        ),
        place_to_fix="The item's dates, or the milestone",
        action="Keep the date in one of the two, and set the other by it",
        since=None,
        counterpart=(row["other_ref"], row["other_key"]),
    )
