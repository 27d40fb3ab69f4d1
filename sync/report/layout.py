"""Which figures stand together: the percentiles of one measure in a row, a single number by itself."""

from collections.abc import Iterable

from sync.reconcile.figures import Figure
from sync.report import words


def one(figures: Iterable[Figure], identity: str) -> Figure | None:
    return next((figure for figure in figures if figure.id == identity), None)


def percentiles(figures: Iterable[Figure], measure: str, percents: Iterable[int]) -> list[Figure | None]:
    return [one(figures, f"{measure}_p{percent}") for percent in percents]


def measures(figures: Iterable[Figure]) -> list[str]:
    """What is told in percentiles, in the order of the figures."""
    told = (words.measure(figure.id) for figure in figures if words.measure(figure.id) != figure.id)
    return list(dict.fromkeys(told))


def singles(figures: Iterable[Figure]) -> list[Figure]:
    """What is one number."""
    return [figure for figure in figures if words.measure(figure.id) == figure.id]


def same_reason(figures: Iterable[Figure | None]) -> bool:
    """Whether none of them has a value, and all for the same reason, so that it is said once."""
    reasons = {words.reason(figure) if figure and figure.value is None else None for figure in figures}
    return len(reasons) == 1 and reasons != {None}
