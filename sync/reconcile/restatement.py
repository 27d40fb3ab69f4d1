"""Where an earlier report said something else of a week than is known today (metrics.md §0.12)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from sync.reconcile.change import Restatement
from sync.reconcile.series import Week

Series: TypeAlias = Mapping[tuple[str, str], Sequence[Week]]  #: (figure, scope) → its weeks


def restatements(said: Series, now: Series) -> tuple[Restatement, ...]:
    """Every week that both tell and tell differently, by figure and scope, the earliest first."""
    return tuple(
        line
        for name, scope in sorted(said.keys() & now.keys())
        for line in _restated(name, scope, said[name, scope], now[name, scope])
    )


def _restated(name: str, scope: str, said: Sequence[Week], now: Sequence[Week]) -> Iterator[Restatement]:
    today = {week.starts_on: week.value for week in now}
    for week in said:
        if week.starts_on in today and week.value != today[week.starts_on]:
            yield Restatement(
                id=name,
                scope=scope,
                starts_on=week.starts_on,
                restated_from=week.value,
                restated_to=today[week.starts_on],
            )
