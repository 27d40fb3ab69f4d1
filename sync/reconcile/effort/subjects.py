"""What effort goes to: work items under their roots, and code that names none of them (metrics.md §4.3–4.4).

Subjects have numbers here, which join faster than refs; nothing depends on which number a subject has.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.ancestry import ancestors
from sync.reconcile.effort.roster import UNIT
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

EPIC_LEVEL = 1
WORK_ITEM, PULL_REQUEST, REPOSITORY = "work_item", "pull_request", "repository"
NAMING = ("branch", "title", "body", "trailer", "commit", "closing_reference", "closing_event", "development_panel")


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Every work item, pull request and repository."""

    snapshot: Snapshot
    links: "ir.Table"
    at_most: int  #: items that one pull request mentions beyond which it is a release of them

    @cached_property
    def numbers(self) -> "ir.Table":
        """subject, ref, kind."""
        import ibis

        tables = {WORK_ITEM: "work_items", PULL_REQUEST: "pull_requests", REPOSITORY: "repositories"}
        every = ibis.union(
            *(self.snapshot[table].select("ref", kind=ibis.literal(kind)) for kind, table in tables.items())
        )
        return every.mutate(subject=ibis.row_number().cast("int64")).select("subject", "ref", "kind").cache()

    @cached_property
    def _chain(self) -> "ir.Table":
        """ref, ancestor, distance: by number, of work items that have a parent."""
        items = self.snapshot["work_items"].select("ref", "parent_ref")
        named = self.numbers.select("subject", "ref")
        children = items.filter(items.parent_ref.notnull()).inner_join(named, "ref")
        parents = named.select(parent_ref="ref", above="subject")
        steps = children.inner_join(parents, "parent_ref").select(ref="subject", parent_ref="above")
        return ancestors(steps.cache()).cache()

    @cached_property
    def roots(self) -> "ir.Table":
        """subject, root: the nearest ancestor at epic level; where there are no levels, the topmost one.

        What has no such ancestor is its own root, but for a sub-task: that is its parent's (§1.1).
        """
        levels = self.snapshot["work_items"].select("ref", "level").inner_join(self.numbers, "ref")
        levels = levels.select("subject", "level")
        above = levels.select("level", ancestor="subject")
        chain = self._chain.inner_join(above, "ancestor").filter(lambda found: found.ref != found.ancestor)
        found = chain.group_by(subject="ref").agg(
            epic=chain.ancestor.argmin(chain.distance, where=chain.level == EPIC_LEVEL),
            top=chain.ancestor.argmax(chain.distance, where=chain.level.isnull() | (chain.level < EPIC_LEVEL)),
        )
        told = found.inner_join(levels, "subject")
        is_part = told.level.isnull() | (told.level < 0)
        placed = told.select("subject", root=told.epic.coalesce(is_part.ifelse(told.top, None)))
        return placed.filter(placed.root.notnull()).cache()

    @cached_property
    def served(self) -> "ir.Table":
        """pull, subject, part: the work items that each pull request names, the part being 1 by their roots.

        An item whose descendant is named too is left out, and so is what a release or a cross-reference mentions.
        """
        links = self.links.filter(self.links.outcome == "resolved")
        is_mention = links["class"] == "mentions"
        links = links.filter(links.place.isin(NAMING) | ~is_mention)
        pairs = links.select(item_ref="item_ref", to_ref="to_ref", is_mention=is_mention).cache()
        mentioned = pairs.filter(pairs.is_mention).group_by("item_ref").agg(many=lambda named: named.to_ref.nunique())
        releases = mentioned.filter(mentioned.many > self.at_most).select("item_ref", is_mention=True)
        named = pairs.anti_join(releases, ["item_ref", "is_mention"]).select("item_ref", "to_ref").distinct()
        pulls = self.numbers.select(pull="subject", item_ref="ref")
        items = self.numbers.select("subject", to_ref="ref")
        placed = named.inner_join(pulls, "item_ref").inner_join(items, "to_ref").select("pull", "subject").cache()
        implied = placed.inner_join(self._chain, [("subject", "ref")]).filter(lambda one: one.subject != one.ancestor)
        lowest = placed.anti_join(implied.select("pull", subject="ancestor"), ["pull", "subject"])
        rooted = with_root(lowest, self.roots)
        counted = rooted.group_by("pull").agg(roots=rooted.root.nunique())
        told = lowest.inner_join(counted, "pull")
        return told.select("pull", "subject", part=(UNIT / told.roots).floor().cast("int64")).cache()


def with_root(table: "ir.Table", roots: "ir.Table") -> "ir.Table":
    """The table with the root of each `subject`."""
    found = table.left_join(roots, "subject").drop("subject_right")
    return found.mutate(root=found.root.coalesce(found.subject))
