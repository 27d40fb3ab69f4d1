"""The scores of a period, each from sums of its pieces (metrics.md §5.1). Nothing here rounds."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from sync.reconcile.alignment.states import Map
from sync.reconcile.alignment.view import Reason
from sync.reconcile.effort.population import (
    CLOSED,
    CURRENT,
    DARK,
    PAUSED,
    PLANNED,
    SANCTIONED,
    UNSEEN,
    UNTAGGED,
    Vector,
)

OBSERVED, STRATEGIC_EFFORT = "observed", "strategic"
STRATEGIC = (CURRENT, PLANNED, PAUSED, CLOSED)
#: State of a piece that leads nowhere → why.
REASONS: Mapping[str, Reason] = {
    CLOSED: "closed_objective",
    PAUSED: "paused_objective",
    PLANNED: "early",
    DARK: "dark",
    UNTAGGED: "untagged",
}
#: Name → sum, in units. `all:` and a scope is what it took, `on:` and a scope what of that counts against its plan,
#: `sure:` and a scope what of this its items' own tags lead there, `to:` and an objective what was tagged to it alone;
#: a state is what was in that state.
Sums: TypeAlias = Mapping[str, int]
Statistic: TypeAlias = Callable[[Sums], float | None]


def sums(vector: Vector, map_: Map) -> Sums:
    """What the scores are made of. A parent's are its own and its children's."""
    told: Counter[str] = Counter()
    for (bucket, state, is_own), effort in vector.items():
        told[state] += effort
        if is_own:
            told[f"own:{state}"] += effort
        if state != UNSEEN:
            told[OBSERVED] += effort
        if bucket is None:
            continue
        if state in STRATEGIC:
            told[STRATEGIC_EFFORT] += effort
            told[f"to:{bucket}"] += effort
        for scope in map_.line(bucket):
            told[f"all:{scope}"] += effort
            if state in (CURRENT, SANCTIONED):
                told[f"on:{scope}"] += effort
                told[f"sure:{scope}"] += effort if is_own else 0
    return told


def observed(told: Sums) -> int:
    return told.get(OBSERVED, 0)


def strategic(told: Sums) -> int:
    return told.get(STRATEGIC_EFFORT, 0)


def observability(told: Sums) -> float | None:
    return ratio(observed(told), observed(told) + told.get(UNSEEN, 0))


def coverage(told: Sums) -> float | None:
    return ratio(strategic(told) + told.get(SANCTIONED, 0), observed(told))


def own_coverage(told: Sums) -> float | None:
    """Of tags from an override, an exemption or the item's own rule alone."""
    return ratio(sum(told.get(f"own:{state}", 0) for state in (*STRATEGIC, SANCTIONED)), observed(told))


def alignment(told: Sums) -> float | None:
    return ratio(told.get(CURRENT, 0), strategic(told))


def strategic_yield(told: Sums) -> float | None:
    return ratio(told.get(CURRENT, 0), observed(told))


def own_yield(told: Sums) -> float | None:
    return ratio(told.get(f"own:{CURRENT}", 0), observed(told))


def stale_share(told: Sums) -> float | None:
    return ratio(told.get(PAUSED, 0) + told.get(CLOSED, 0), observed(told))


def early_share(told: Sums) -> float | None:
    return ratio(told.get(PLANNED, 0), observed(told))


def focus(told: Sums) -> float | None:
    """The effective number of objectives: exp of the entropy of strategic effort over those that it was tagged to."""
    spent = [effort for name, effort in told.items() if name.startswith("to:") and effort > 0]
    return math.exp(entropy(spent)) if spent else None


def entropy(spent: Iterable[int]) -> float:
    """In nats, of the shares that these amounts have of their sum."""
    amounts = list(spent)
    total = sum(amounts)
    return -math.fsum(each / total * math.log(each / total) for each in amounts if each)


def share(told: Sums, scope: str) -> float | None:
    """What part of all observed effort a scope took."""
    return ratio(told.get(f"all:{scope}", 0), observed(told))


def share_on_plan(told: Sums, scope: str) -> float | None:
    """The same of what counts against its plan: of a strategic objective, effort on days on which it was current."""
    return ratio(told.get(f"on:{scope}", 0), observed(told))


def sure_share(told: Sums, scope: str) -> float | None:
    """The same of tags of the items' own alone."""
    return ratio(told.get(f"sure:{scope}", 0), observed(told))


def attainment(told: Sums, scope: str, planned: float) -> float | None:
    actual = share_on_plan(told, scope)
    return actual / planned if actual is not None and planned else None


def ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None
