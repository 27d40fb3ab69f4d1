"""What holds for each item, where a project, a repository or a team has thresholds of its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync.reconcile.thresholds import PlaceThresholds, Thresholds

if TYPE_CHECKING:
    import ibis.expr.types as ir


def by_place(items: "ir.Table", thresholds: Thresholds, name: str, say: Callable[[Any], "ir.Value"]) -> "ir.Value":
    """What `say` makes of the threshold that is in force for each item.

    The items have project, repository and team. One expression, as long as there are places that differ.
    """
    import ibis

    everybody = say(getattr(thresholds, name))
    of_their_own = [each for each in reversed(thresholds.places) if getattr(each, name) is not None]
    told = [(_is_in(items, each), say(getattr(each, name))) for each in of_their_own]
    return ibis.cases(*told, else_=everybody) if told else everybody


def of_repositories(rows: "ir.Table") -> "ir.Table":
    """Rows that are in a repository, and in no project or team, as `by_place` takes them."""
    import ibis

    return rows.mutate(project=ibis.null("string"), team=ibis.null("string"))


def differs(thresholds: Thresholds, name: str) -> bool:
    """Whether any place has this threshold of its own."""
    return any(getattr(place, name) is not None for place in thresholds.places)


def _is_in(items: "ir.Table", place: PlaceThresholds) -> "ir.BooleanValue":
    """Whether each item is there: False where it names no place."""
    if place.team is not None:
        return (items.team == place.team).fill_null(False)
    return ((items.project == place.project) | (items.repository == place.project)).fill_null(False)
