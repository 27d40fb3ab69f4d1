"""Which groups are large enough for figures about them (metrics.md §10.2). Decided before anything is shown."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)


def is_large_enough(observed: Mapping[Person, int], *, least: int) -> bool:
    """At least so many people contributed, and none of them more than half."""
    spent = [effort for effort in observed.values() if effort > 0]
    return len(spent) >= least and 2 * max(spent) <= sum(spent)


def shown(teams: Mapping[str, Mapping[Person, int]], everybody: Collection[Person], *, least: int) -> list[str]:
    """The teams that may be shown beside the figures of everybody, by name.

    Whoever takes the shown teams from the whole must be left with nobody, or with so many people: while it is fewer,
    the smallest team is withheld too. The same holds for each of them.
    """
    told = {team: {person for person, effort in spent.items() if effort > 0} for team, spent in teams.items()}
    large = [team for team in sorted(teams) if is_large_enough(teams[team], least=least)]
    kept = sorted(large, key=lambda team: (-len(told[team]), team))
    kept = [team for team in kept if _hides(len(set(everybody) - told[team]), least)]
    while kept and not _hides(len(set(everybody).difference(*(told[team] for team in kept))), least):
        kept.pop()
    return sorted(kept)


def _hides(others: int, least: int) -> bool:
    return others == 0 or others >= least
