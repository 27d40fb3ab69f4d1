"""M06 ambiguous tag: what a tag comes from names several objectives, and nothing says which is meant.

Definition: a live pull request without a tag of its own that closes, or implements, two tagged work items which
have no objective in common; or a live work item and the one it says is the same work, both tagged through parents
that have no objective in common. The tag is then split evenly between them.
Severity: medium.
Evidence: the objectives, each with an item that names it.
Decision: which objective is meant, or in what parts?
Suggested action: cut the wrong link, split the pull request, or give it a rule or an override of its own.
Against false alarms: only links of the best class count; an objective and one below it agree; a rule that splits by
weight is meant so; a pull request that was closed without a merge is for nothing any more.
"""

from typing import TYPE_CHECKING

from mappings.tag import best_links
from sync.reconcile.conflicts import conflicts, tagged
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.firsts import first_of_each
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M06", "ambiguous-tag"
OPTIONS = (
    Option(says="Name the one that is meant, by an override", cost="a line of mappings.yaml"),
    Option(says="Split it by weight", cost="a rule with weights"),
    Option(says="Cut the link that is wrong", cost="a line of mappings.yaml; it stays cut"),
)
DEFAULT = "The effort on it is split evenly."


def ask(facts: Facts) -> list[Row]:
    mirrored = rows_of(_items(facts)) if facts.relations.has_mirrors else []
    return sorted([*rows_of(_pulls(facts)), *mirrored], key=lambda row: str(row["ref"]))


def _pulls(facts: Facts) -> "ir.Table":
    """Live pull requests tagged by links to items that disagree, each with the first two that do."""
    linked = facts.tags.filter((facts.tags.outcome == "tagged") & (facts.tags.origin == "linked"))
    several = linked.group_by("ref").aggregate(objectives=linked.objective.nunique())
    several = several.filter(several.objectives > 1).semi_join(facts.touched, "ref")
    links = best_links(facts.links, facts.mappings.links.at_most).semi_join(several, "ref").rename(pull_ref="ref")
    twins = links.rename(ref="via_ref").join(links.rename(other="via_ref"), "pull_ref")
    twins = twins.filter(twins.ref < twins.other).select("pull_ref", "ref", "other")
    said = tagged(facts.tags)
    apart = conflicts(twins.select("ref", "other").distinct(), said, said, strategy=facts.strategy)
    told = first_of_each(twins.join(apart, ["ref", "other"]), "pull_ref", "ref", "other")
    told = told.select(*("pull_ref", "objective", "other_objective"), first_ref="ref", last_ref="other").rename(
        ref="pull_ref", first="objective", last="other_objective"
    )
    pulls = facts.snapshot["pull_requests"]
    return told.join(pulls.filter(pulls.state != "closed").select("ref", "created_us"), "ref")


def _items(facts: Facts) -> "ir.Table":
    """Live work items that inherit another objective than the one they say is the same work."""
    tags = facts.tags.filter((facts.tags.outcome == "tagged") & (facts.tags.origin == "inherited"))
    inherited = tags.select("ref", "objective")
    apart = conflicts(facts.relations.mirrors, inherited, inherited, strategy=facts.strategy)
    apart = apart.semi_join(facts.touched, "ref")
    created = facts.snapshot["work_items"].select("ref", "created_us")
    told = apart.rename(first="objective", last="other_objective", last_ref="other").mutate(first_ref=apart.ref)
    return told.join(created, "ref")


def finding(row: Row, facts: Facts) -> Finding:
    created_at = None if row["created_us"] is None else instant(row["created_us"])
    sides = ((row["first"], row["first_ref"]), (row["last"], row["last_ref"]))
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=tuple(Evidence(says=f"Says {objective}", ref=ref) for objective, ref in sides),
        place_to_fix="The links, or mappings.yaml",
        action="Say which objective is meant, split it by weight, or cut the wrong link",
        since=created_at,
    )
