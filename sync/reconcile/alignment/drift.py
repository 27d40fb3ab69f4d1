"""How far the effort is from the plan (metrics.md §5.1)."""

import math
from collections.abc import Iterable, Mapping

from sync.reconcile.alignment.scores import Sums, observed, share_on_plan
from sync.reconcile.alignment.view import Mover
from sync.reconcile.divergence import tvd

OTHER = "other"  #: stale, early, unplanned and untagged effort; its plan is what the plans leave
ROUNDING = 1e-6


def is_plan(planned: Mapping[str, float]) -> bool:
    """Whether there is one that can be held against the effort: some share is planned, and all together at most 1."""
    return bool(planned) and sum(planned.values()) <= 1 + ROUNDING


def intended(planned: Mapping[str, float]) -> dict[str, float]:
    return {**planned, OTHER: max(0.0, 1 - math.fsum(planned.values()))}


def actual(told: Sums, planned: Mapping[str, float]) -> dict[str, float] | None:
    """The part of the observed effort that each planned scope got, and the rest; None where nothing was observed."""
    if not observed(told):
        return None
    parts = {scope: share_on_plan(told, scope) or 0.0 for scope in planned}
    return {**parts, OTHER: 1 - math.fsum(parts.values())}


def drift(told: Sums, planned: Mapping[str, float]) -> float | None:
    """The part of the effort that would have to move for the plan to be met."""
    spent = actual(told, planned)
    return None if spent is None else tvd(spent, intended(planned))


def divergence(told: Sums, planned: Mapping[str, float]) -> float | None:
    """The Jensen–Shannon divergence of effort and plan, in bits: H(m) − ½H(p) − ½H(q), m being their mean."""
    spent, plan = actual(told, planned), intended(planned)
    return None if spent is None else jensen_shannon(spent, plan)


def jensen_shannon(p: Mapping[str, float], q: Mapping[str, float]) -> float:
    mean = [(p.get(name, 0.0) + q.get(name, 0.0)) / 2 for name in sorted(p.keys() | q.keys())]
    return _bits(mean) - _bits(p.values()) / 2 - _bits(q.values()) / 2


def movers(told: Sums, planned: Mapping[str, float]) -> tuple[Mover, ...]:
    """What makes up the drift, the widest difference first."""
    spent, plan = actual(told, planned), intended(planned)
    if spent is None:
        return ()
    told_movers = [Mover(id=name, actual=spent[name], planned=plan[name]) for name in plan]
    return tuple(sorted(told_movers, key=lambda mover: (-abs(mover.difference), mover.id)))


def _bits(shares: Iterable[float]) -> float:
    return -math.fsum(share * math.log2(share) for share in shares if share > 0)
