"""M26 tag contradiction: two sides of one piece of work are tagged, each by itself, to different objectives.

Definition: a pull request and the work item that it closes or implements, or two work items that are the same work,
both tagged by a rule or an override of their own, with no objective in common; one of them touched in the last 28
days.
Severity: high where the pull request closes the item, else medium.
Evidence: both objectives.
Decision: which of the two is right?
Suggested action: correct one of the tags, or cut the link.
Against false alarms: a tag that was inherited, came by the link itself, or was guessed from a title, a text, a branch
or a path contradicts nothing; an objective and one below it agree; a mention is no link, and only links of the best
class count.
"""

from typing import TYPE_CHECKING

from mappings.tag import best_links
from sync.reconcile.balance import SERVES
from sync.reconcile.conflicts import conflicts, direct
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M26", "tag-contradiction"
OPTIONS = (
    Option(says="Correct the tag that is wrong", cost="one label or one line, a minute"),
    Option(says="Cut the link", cost="a line of mappings.yaml; it stays cut"),
    Option(says="Split both by weight", cost="a rule with weights"),
)
DEFAULT = "Each counts for its own objective."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_pairs(facts))


def _pairs(facts: Facts) -> "ir.Table":
    """Each work item, and its pull request or mirror, that are tagged apart: with other_objective and closes."""
    import ibis

    links = facts.links.filter(facts.links["class"].isin(SERVES) & facts.links.to_ref.notnull())
    best = best_links(links, facts.mappings.links.at_most).select(ref="via_ref", other="ref")
    own = direct(facts.tags, facts.mappings)
    pairs = best.union(facts.relations.mirrors) if facts.relations.has_mirrors else best
    apart = conflicts(pairs, own, own, strategy=facts.strategy)
    closing = links.filter(links["class"] == "closes")
    closing = closing.select(ref="to_ref", other="item_ref").distinct().mutate(closes=ibis.literal(True))
    told = apart.left_join(closing, ["ref", "other"]).drop("ref_right", "other_right")
    touched = facts.touched.select("ref")
    live = told.semi_join(touched, "ref").union(told.semi_join(touched, told.other == touched.ref), distinct=True)
    return live.rename(said="objective", other_ref="other").order_by(["ref", "other_ref"])


def finding(row: Row, facts: Facts) -> Finding:
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high" if row["closes"] else "medium",
        evidence=(
            Evidence(says=f"Tagged to {row['said']}", ref=row["ref"]),
            Evidence(says=f"{row['other_key']} is tagged to {row['other_objective']}", ref=row["other_ref"]),
        ),
        place_to_fix="The tag that is wrong, or mappings.yaml",
        action="Correct one of the tags, or cut the link",
        since=None,
        counterpart=(row["other_ref"], row["other_key"]),
    )
