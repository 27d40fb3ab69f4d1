"""Resampled people: one resample for every score (metrics.md §0.10)."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sync.reconcile.alignment.resampling import interval, replicates
from sync.reconcile.stats import bootstrap_interval, draws

NAMES = st.sampled_from(["current", "unseen", "all:checkout"])
CLUSTERS = st.lists(
    st.lists(st.dictionaries(NAMES, st.integers(0, 10**18)), min_size=1, max_size=2), min_size=1, max_size=6
)


@given(CLUSTERS)
def test_a_replicate_adds_up_the_clusters_that_were_drawn(clusters: list[list[dict[str, int]]]) -> None:
    names = {name for cluster in clusters for told in cluster for name in told}
    indices = draws(len(clusters), rng=random.Random(7))
    for made in replicates(clusters, seed=7, count=5):
        drawn = [clusters[next(indices)] for _ in clusters] if len(clusters) > 1 else clusters
        assert made == {name: sum(told.get(name, 0) for cluster in drawn for told in cluster) for name in names}


def test_intervals_are_those_of_resampling_each_score_by_itself() -> None:
    sample = [(3, 4), (0, 5), (2, 2), (1, 9), (4, 6), (5, 5), (1, 3)]
    told = replicates([[{"hits": hits, "all": every}] for hits, every in sample], seed=11, count=2000)
    alone = bootstrap_interval(
        sample, lambda drawn: sum(a for a, _ in drawn) / sum(b for _, b in drawn), seed=11, replicates=2000
    )
    assert interval(told, lambda each: each["hits"] / each["all"]) == alone


def test_of_nobody_there_is_no_interval() -> None:
    assert interval(replicates([], seed=1, count=10), lambda told: told["hits"] / 1) == (None, None)
