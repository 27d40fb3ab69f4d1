"""Whether the effort of two periods went to other objectives (metrics.md §7.2). The weeks of persons stay in here."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.days import week_numbers
from sync.reconcile.effort.buckets import in_buckets
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.population import Span
from sync.reconcile.effort.privacy import is_large_enough
from sync.reconcile.permutation import Labelled, allocation_distance, allocation_p
from sync.reconcile.stats import clusters

if TYPE_CHECKING:
    import ibis.expr.types as ir

OTHER = "other"  #: what no tag leads to an objective


class Moved(NamedTuple):
    """How far apart the shares of two periods are, and how likely that is by chance."""

    distance: float
    p: float | None  #: None of fewer person-weeks on one side than a test needs
    before: int  #: person-weeks with effort
    now: int


def moved(ledger: Ledger, buckets: "ir.Table", *, earlier: Span, later: Span, smallest: int, seed: int) -> Moved | None:
    """From the earlier period to the later one, which begins when the other ends.

    None where one of the two has too few people for a figure of them (§10.2). A test needs so many weeks on each side.
    """
    weeks = _weeks(ledger, buckets, earlier=earlier, later=later)
    if not all(_may_be_told(weeks, is_later, least=ledger.thresholds.least_group) for is_later in (False, True)):
        return None
    independent = [list(chain.from_iterable(each)) for each in clusters(weeks)]
    now = sum(is_later for is_later, _ in chain.from_iterable(independent))
    before = sum(map(len, independent)) - now
    shuffles = ledger.thresholds.permutations
    p = allocation_p(independent, seed=seed, shuffles=shuffles) if min(before, now) >= smallest else None
    return Moved(allocation_distance(independent), p, before, now)


def _weeks(ledger: Ledger, buckets: "ir.Table", *, earlier: Span, later: Span) -> dict[str, list[Labelled]]:
    """Person → their weeks with effort, in order; a week that lies in both periods is two."""
    shares = ledger.split.shares
    shares = shares.filter(Span(earlier.first_day, later.until_day).holds(shares.day)).drop("root")
    told = in_buckets(shares.inner_join(ledger.subjects.numbers, "subject"), buckets)
    told = told.mutate(is_later=told.day >= later.first_day, week=week_numbers(told.day))
    by = ("person", "week", "is_later", "bucket")
    summed = told.group_by(*by).agg(effort=told.effort.sum().cast("int64")).order_by(*by)
    found: dict[tuple[str, int, bool], Counter[str]] = defaultdict(Counter)
    for row in summed.to_pyarrow().to_pylist():
        person = ledger.capacity.roster.ids[row["person"]]
        found[person, row["week"], row["is_later"]][row["bucket"] or OTHER] += row["effort"]
    weeks: dict[str, list[Labelled]] = defaultdict(list)
    for (person, _, is_later), effort in found.items():
        weeks[person].append((is_later, effort))
    return dict(weeks)


def _may_be_told(weeks: dict[str, list[Labelled]], is_later: bool, *, least: int) -> bool:
    observed = {person: _effort(own, is_later) for person, own in weeks.items()}
    return is_large_enough(observed, least=least)


def _effort(weeks: Sequence[Labelled], is_later: bool) -> int:
    return sum(sum(effort.values()) for of_later, effort in weeks if of_later == is_later)
