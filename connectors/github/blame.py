"""What the errors beside an answer say of its rows: which are hidden, which lack a part, which fields nobody shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.github.api import said
from connectors.github.wire import GraphError

#: A person that is not to be seen is no gap: the item is read, its author is unknown (apache/devlake#3491).
ACTOR_FIELDS = ("actor", "assignee", "author", "mergedBy", "requestedReviewer", "resolvedBy", "user")
#: What is said of a kind of thing, not of one that is not there.
REFUSALS = ("FORBIDDEN", "INSUFFICIENT_SCOPES")


@dataclass(frozen=True, kw_only=True)
class Blame:
    """The errors of one answer's rows, those about persons left out."""

    rows: dict[int, list[GraphError]]  #: by place, with what comes after the place as their path
    elsewhere: tuple[str, ...]  #: causes that name no row

    def of(self, place: int) -> str | None:
        """Why that row, or a part of it, is not shown."""
        return "; ".join(dict.fromkeys(map(_cause, self.rows.get(place, ())))) or None

    def refused(self, nulls: Sequence[bool]) -> dict[str, str]:
        """Fields that no row shows, for want of a permission, and what is said; `nulls` are the rows not shown at all.

        One row alone says nothing of the others, unless it cannot be read otherwise.
        """
        by_field: dict[str, dict[int, str]] = {}
        for place, errors in self.rows.items():
            for error in errors:
                if error.type in REFUSALS and error.path and len(error.path) == 1:
                    by_field.setdefault(str(error.path[0]), {})[place] = said(error)
        enough = len(nulls) > 1 or any(nulls)
        return {name: told[0] for name, told in by_field.items() if enough and len(told) == len(nulls)}


def blame(errors: Sequence[GraphError], path: tuple[str, ...]) -> Blame:
    """The errors sorted by the rows that stand at `path`."""
    rows: dict[int, list[GraphError]] = {}
    elsewhere: list[str] = []
    for error in errors:
        steps = tuple(error.path or ())
        place = steps[len(path)] if steps[: len(path)] == path and len(steps) > len(path) else None
        below = GraphError(message=error.message, type=error.type, path=list(steps[len(path) + 1 :]))
        if _of_a_person(error):
            continue
        if isinstance(place, int):
            rows.setdefault(place, []).append(below)
        else:
            elsewhere.append(said(error))
    return Blame(rows=rows, elsewhere=tuple(elsewhere))


def _of_a_person(error: GraphError) -> bool:
    names = [step for step in error.path or () if isinstance(step, str)]
    return bool(names) and names[-1] in ACTOR_FIELDS


def _cause(error: GraphError) -> str:
    names = [step for step in error.path or () if isinstance(step, str) and step != "nodes"]
    return f"{'.'.join(names)}: {said(error)}" if names else said(error)
