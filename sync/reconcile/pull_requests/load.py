"""How evenly reviews are spread over those who review (metrics.md §2.4, §10.2). No figure says who."""

from collections.abc import Mapping

from msgspec.structs import replace

from sync.reconcile.effort.privacy import Person, is_large_enough
from sync.reconcile.figures import Figure

BUSIEST = 5  #: one reviewer in so many, rounded up


def review_load(scope: str, reviews: Mapping[Person, int], *, least: int) -> Figure:
    """The share of the reviews that the busiest fifth of the reviewers did; `reviews` are by reviewer.

    It has no interval: reviewers are all of them, and not a sample.
    """
    blank = Figure(
        id="review_load", scope=scope, title="Reviews by the busiest fifth", unit="ratio", n=sum(reviews.values())
    )
    if not reviews:
        return replace(blank, reason="no_data")
    if not is_large_enough(reviews, least=least):
        return replace(blank, n=None, reason="suppressed_privacy")
    counts = sorted(reviews.values(), reverse=True)
    return replace(blank, value=sum(counts[: -(-len(counts) // BUSIEST)]) / sum(counts))
