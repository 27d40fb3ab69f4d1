"""How sure each kind of evidence makes a link: one table, which the report, the export and `explain` show."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from mappings.keys import LinkClass, Place

if TYPE_CHECKING:
    import ibis.expr.types as ir

Confidence: TypeAlias = Literal["high", "medium", "low"]

#: (class, place) → how far it can be trusted; strongest places first within a class (github.md §6, strength order).
CONFIDENCE: Mapping[tuple[LinkClass, Place], Confidence] = {
    ("closes", "closing_reference"): "high",  # the source resolved it, or a person linked it by hand
    ("closes", "closing_event"): "high",  # the source says that it did close it
    ("closes", "trailer"): "high",
    ("closes", "body"): "medium",  # a closing word counts at the source only on the way to the default branch
    ("closes", "commit"): "medium",
    ("implements", "branch"): "high",
    ("implements", "title"): "high",
    ("implements", "trailer"): "high",
    ("implements", "development_panel"): "medium",  # the tracker's own reading of the same texts, unseen
    ("implements", "remote_link"): "medium",
    ("mentions", "trailer"): "low",
    ("mentions", "commit"): "low",
    ("mentions", "body"): "low",
    ("mentions", "remote_link"): "low",
    ("mentions", "cross_reference"): "low",  # no more than that one speaks of the other
}


def with_confidence(links: "ir.Table") -> "ir.Table":
    """The links with a column `confidence`, by their class and place."""
    import ibis

    said = [((links["class"] == link) & (links.place == place), told) for (link, place), told in CONFIDENCE.items()]
    return links.mutate(confidence=ibis.cases(*said, else_=None))
