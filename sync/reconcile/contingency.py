"""Exact tests of shares and of counts, two-sided: the sum over outcomes no more likely than the observed (§7.2)."""

from collections.abc import Iterator, Sequence
from decimal import MIN_EMIN, Decimal, localcontext

DIGITS = 60
AS_LIKELY = Decimal("1e-30")  #: outcomes as likely as the observed may differ from it by so much of it


def fisher(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """Chance of shares at least as far apart as hits of n and other_hits of other_n, if there is but one share."""
    all_hits = hits + other_hits
    fewest, most = max(0, all_hits - other_n), min(n, all_hits)
    with localcontext(prec=DIGITS, Emin=MIN_EMIN):
        weights = list(_hypergeometric(fewest, most, n=n, other_n=other_n, all_hits=all_hits))
        return _no_more_likely(weights, observed=hits - fewest)


def _hypergeometric(fewest: int, most: int, *, n: int, other_n: int, all_hits: int) -> Iterator[Decimal]:
    """Relative chances of each number of hits among n."""
    weight = Decimal(1)
    for hits in range(fewest, most + 1):
        yield weight
        weight = weight * ((n - hits) * (all_hits - hits)) / ((hits + 1) * (other_n - all_hits + hits + 1))


def binomial(count: int, other_count: int, *, exposure: int, other_exposure: int) -> float:
    """Chance of counts at least as far apart as these, if both come at one rate over their exposures (lengths)."""
    with localcontext(prec=DIGITS, Emin=MIN_EMIN):
        weights = list(_binomial(count + other_count, Decimal(exposure) / other_exposure))
        return _no_more_likely(weights, observed=count)


def _binomial(n: int, odds: Decimal) -> Iterator[Decimal]:
    """Relative chances of each number of successes in n trials."""
    weight = Decimal(1)
    for count in range(n + 1):
        yield weight
        weight = weight * (n - count) / (count + 1) * odds


def _no_more_likely(weights: Sequence[Decimal], *, observed: int) -> float:
    limit = weights[observed] * (1 + AS_LIKELY)
    return float(sum(weight for weight in weights if weight <= limit) / sum(weights))
