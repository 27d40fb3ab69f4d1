"""What items can have in common: one row for each item and each thing about it that a rule could ask for."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mappings.ancestry import ancestors
from mappings.conditions import LISTS, Condition
from mappings.tag import best_links

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: What makes a cluster by its value alone; what does so only within a project or repository, for its names repeat from
#: one to the next. Of two that clear as much, the one that stands earlier in `ORDER` is proposed.
ALONE = ("project", "repository", "epic", "labels", "author_team", "assignee_teams", "team", "title")
IN_PLACE = ("components", "paths", "fix_versions", "type")
ORDER = (
    *("project", "repository", "epic", "components", "labels", "paths"),
    *("assignee_teams", "author_team", "team", "fix_versions", "type", "title"),
)
ASKED = frozenset(ORDER)
#: Column → type of `traits`.
TRAITS = {"ref": "string", "attribute": "string", "value": "string", "within": "string", "place": "string"}
WORDS = r"[^\p{L}\p{N}]+"
SHORTEST_WORD = 3
FOLDERS = (r"^([^/]+/)", r"^([^/]+/[^/]+/)")  #: one deep, two deep


class Trait(NamedTuple):
    """One thing that items share."""

    attribute: str
    value: str
    within: str | None = None  #: project, repository; None where the value stands for itself
    place: str | None = None  #: the key or name of that

    @property
    def asks(self) -> dict[str, Any]:
        """The lines under `when` that ask for it."""
        place = {self.within: self.place} if self.within and self.place else {}
        return {**place, self.attribute: self._test()}

    @property
    def condition(self) -> Condition:
        return Condition.model_validate(self.asks)

    @property
    def name(self) -> str:
        """An id for its rule: words of lower case with hyphens between."""
        words = re.findall(r"[^\W_]+", f"{self.place or ''} {self.value}".lower())
        return "-".join(words) or self.attribute

    @property
    def order(self) -> tuple[int, "Trait"]:
        return ORDER.index(self.attribute), self

    def _test(self) -> Any:
        match self.attribute:
            case "title":
                word = re.escape(self.value)
                return {"regex": rf"(?i)\b{word}\b" if self.value.isascii() else rf"(?i){word}"}
            case "paths":
                return {"glob": f"{self.value}*"}
        return self.value


def traits(subjects: "ir.Table") -> "ir.Table":
    """One row, as `TRAITS` describes it, for each subject and each trait of it; `subjects` are asked for `ASKED`."""
    import ibis

    nowhere = ibis.null("string")
    has = subjects.columns
    project = subjects.project if "project" in has else nowhere
    placed = subjects.mutate(
        place=ibis.coalesce(project, subjects.repository),
        within=ibis.ifelse(project.notnull(), "project", "repository"),
    )
    rows = [_rows(placed, name).mutate(within=nowhere, place=nowhere) for name in ALONE if name in has]
    rows += [_rows(placed, name) for name in IN_PLACE if name in has]
    every = ibis.union(*(each.select(*TRAITS) for each in rows), distinct=True)
    return every.filter(every.value.notnull() & (every.value != ""))


def _rows(placed: "ir.Table", attribute: str) -> "ir.Table":
    import ibis

    own = placed.select("ref", "within", "place", value=attribute)
    if attribute == "title":
        own = own.mutate(value=own.value.lower().re_split(WORDS)).unnest("value")
        own = own.filter(own.value.length() >= SHORTEST_WORD)
    elif attribute in LISTS:
        own = own.unnest("value")
    if attribute == "paths":
        own = ibis.union(*(own.mutate(value=own.value.re_extract(folder, 1)) for folder in FOLDERS))
    return own.mutate(attribute=ibis.literal(attribute))


def followers(tables: Mapping[str, "ir.Table"], links: "ir.Table", *, at_most: int) -> "ir.Table":
    """ref and leader: who gets the tag of whom, by inheritance, by the best link, or by both in a row."""
    import ibis

    above = ancestors(tables["work_items"]).select("ref", leader="ancestor")
    linked = best_links(links, at_most).select("ref", leader="via_ref")
    further = linked.select("ref", middle="leader").inner_join(above.select(middle="ref", leader="leader"), "middle")
    return ibis.union(above, linked, further.select("ref", "leader"), distinct=True)
