"""The figures of one scope's pull requests in a period (metrics.md §2.3, §2.4)."""

from collections.abc import Callable, Iterable, Sequence
from math import fsum
from typing import TypeAlias

from msgspec.structs import replace

from sync.reconcile.figures import DAY_US, Figure, percentile_of, proportion_of
from sync.reconcile.pull_requests.population import Member, Pull
from sync.reconcile.pull_requests.sizes import LARGE
from sync.reconcile.span import Span

Duration: TypeAlias = Callable[[Pull], int | None]
PERCENTS = (50, 85)
MOST_OPEN = 5  #: of those opened in the period one in so many may still be open before their merge rate is told

#: By figure, its title, and the duration, which one that nobody reviewed may not have.
TIMES: dict[str, tuple[str, Duration]] = {
    "coding_time": ("Coding", lambda pull: pull.coding_us),
    "pickup_time": ("Pickup", lambda pull: pull.pickup_us),
    "review_time": ("Review", lambda pull: pull.review_us),
    "merge_wait": ("Merge wait", lambda pull: pull.merge_wait_us),
    "ready_to_merge": ("Ready to merge", lambda pull: pull.ready_to_merge_us),
}
#: By figure, its title and what it counts among the merged.
SHARES: dict[str, tuple[str, Callable[[Pull], bool]]] = {
    "review_coverage": ("Reviewed before the merge", lambda pull: pull.reviews > 0),
    "unreviewed_self_merge": ("Merged by its author, without an approval", lambda pull: pull.self_merged),
    "redrafted_pull_requests": ("Made a draft again", lambda pull: pull.redrafts > 0),
}


def measures(
    scope: str, members: Sequence[Member], *, span: Span, working_us: Callable[[Pull, int, int], int]
) -> list[Figure]:
    """`working_us` is the working time of a pull request's author between two instants."""
    merged = [each for each in members if span.has(each.pull.merged_us)]
    pulls = [each.pull for each in merged]
    return [
        _merged(scope, merged),
        *(figure for name in TIMES for figure in _times(scope, name, pulls)),
        *_deploy_waits(scope, [each.pull for each in members], span),
        *_working_times(scope, pulls, working_us),
        *_sizes(scope, pulls),
        *_reviews(scope, pulls),
        *(_share(scope, name, pulls) for name in SHARES),
        *_redrafts(scope, pulls),
        _unlinked(scope, pulls),
        _merge_rate(scope, [each.pull for each in members if span.has(each.pull.opened_us)]),
    ]


def stale(scope: str, members: Iterable[Member], *, days: int, draft_days: int) -> list[Figure]:
    """How many open ones nobody has touched for so long, and how long the most forgotten has waited; oldest first."""
    open_ = [each.pull for each in members if each.pull.state == "open" and each.pull.active_us is not None]
    aged = sorted(((_idle_us(pull), pull) for pull in open_), key=lambda one: (-one[0], one[1].ref))
    still = [(idle_us, pull) for idle_us, pull in aged if idle_us >= (draft_days if pull.draft else days) * DAY_US]
    count = Figure(
        id="stale_pull_requests",
        scope=scope,
        title="Stale pull requests",
        unit="pull requests",
        value=float(len(still)),
        n=len(open_),
        items=tuple(pull.ref for _, pull in still),
    )
    oldest = replace(
        count, id="stalest_pull_request", title="Longest without anybody", unit="days", items=count.items[:1]
    )
    if not still:
        return [count, replace(oldest, value=None, reason="no_data")]
    return [count, replace(oldest, value=still[0][0] / DAY_US)]


def _idle_us(pull: Pull) -> int:
    return pull.seen_us - (pull.active_us or 0)


def _merged(scope: str, merged: Sequence[Member]) -> Figure:
    """By weight, as everything that is counted."""
    return Figure(
        id="merged_pull_requests",
        scope=scope,
        title="Merged pull requests",
        unit="pull requests",
        value=fsum(each.weight for each in merged),
        n=len(merged),
        items=refs(each.pull for each in merged),
    )


def _times(scope: str, name: str, merged: Sequence[Pull]) -> list[Figure]:
    title, duration = TIMES[name]
    sample = [(pull, us) for pull in merged if (us := duration(pull)) is not None]
    undated = sum(pull.undated for pull in merged)
    blank = _blank(name, scope, title, "hours", undated=undated, unreviewed=len(merged) - len(sample) - undated)
    return _percentiles(blank, sample)


def _deploy_waits(scope: str, pulls: Sequence[Pull], span: Span) -> list[Figure]:
    """Of those that were deployed in the period, whenever they were merged."""
    here = [pull for pull in pulls if span.has(pull.deployed_us)]
    sample = [(pull, pull.deploy_us) for pull in here if pull.deploy_us is not None]
    return _percentiles(_blank("deploy_wait", scope, "Deploy wait", "hours", negative=len(here) - len(sample)), sample)


def _working_times(scope: str, merged: Sequence[Pull], working_us: Callable[[Pull, int, int], int]) -> list[Figure]:
    """Of the two phases that nights and weekends dominate otherwise."""
    pickups: list[tuple[Pull, int]] = []
    reviews: list[tuple[Pull, int]] = []
    for pull in merged:
        if pull.ready_us is None or pull.reviewed_us is None or pull.review_us is None:
            continue
        pickups.append((pull, working_us(pull, pull.ready_us, pull.reviewed_us)))
        reviews.append((pull, working_us(pull, pull.reviewed_us, pull.reviewed_us + pull.review_us)))
    left_out = {"unreviewed": sum(pull.unreviewed for pull in merged)}
    return [
        *_percentiles(_blank("pickup_working_time", scope, "Pickup, working time", "hours", **left_out), pickups),
        *_percentiles(_blank("review_working_time", scope, "Review, working time", "hours", **left_out), reviews),
    ]


def _sizes(scope: str, merged: Sequence[Pull]) -> list[Figure]:
    sample = [(pull, pull.size) for pull in merged if pull.size is not None]
    left_out = {"size_unknown": len(merged) - len(sample)}
    large = [pull for pull, _ in sample if pull.band in LARGE]
    return [
        *_percentiles(_blank("pull_request_size", scope, "Size", "lines", **left_out), sample),
        _proportion(
            _blank("large_pull_requests", scope, "Large pull requests (L, XL)", "ratio", **left_out), large, len(sample)
        ),
    ]


def _reviews(scope: str, merged: Sequence[Pull]) -> list[Figure]:
    """How often work went back to its author, and how much others said, of each and of a hundred changed lines."""
    rounds = [(pull, pull.iterations) for pull in merged]
    depths = [(pull, pull.depth) for pull in merged]
    dense = [(pull, pull.depth * 100 / pull.size) for pull in merged if pull.size]
    per_100 = _blank(
        "review_depth_per_100",
        scope,
        "Review comments on 100 lines",
        "comments",
        without_lines=len(merged) - len(dense),
    )
    return [
        *_percentiles(_blank("review_iterations", scope, "Review iterations", "rounds"), rounds),
        *_percentiles(_blank("review_depth", scope, "Review comments", "comments"), depths, percents=[50]),
        *_percentiles(per_100, dense, percents=[50]),
    ]


def _share(scope: str, name: str, merged: Sequence[Pull]) -> Figure:
    title, holds = SHARES[name]
    return _proportion(_blank(name, scope, title, "ratio"), [pull for pull in merged if holds(pull)], len(merged))


def _redrafts(scope: str, merged: Sequence[Pull]) -> list[Figure]:
    """How long those that became drafts again were so: in coding, pickup or review, for no clock stops."""
    sample = [(pull, pull.redraft_us) for pull in merged if pull.redrafts]
    return _percentiles(_blank("redraft_time", scope, "Time as a draft again", "hours"), sample, percents=[50])


def _unlinked(scope: str, merged: Sequence[Pull]) -> Figure:
    """Those that name nothing which is read; what names only projects that are not read cannot be judged."""
    judged = [pull for pull in merged if not pull.unread_project]
    blank = _blank(
        "unlinked_pull_requests",
        scope,
        "Unlinked pull requests",
        "ratio",
        unread_project=len(merged) - len(judged),
    )
    return _proportion(blank, [pull for pull in judged if not pull.linked], len(judged))


def _merge_rate(scope: str, opened: Sequence[Pull]) -> Figure:
    ended = [pull for pull in opened if pull.state != "open"]
    still_open = len(opened) - len(ended)
    blank = _blank("merge_rate", scope, "Merge rate", "ratio", open=still_open)
    if MOST_OPEN * still_open > len(opened):
        return replace(blank, n=len(ended), items=refs(ended), reason="immature")
    return _proportion(blank, [pull for pull in ended if pull.state == "merged"], len(ended))


def _blank(identity: str, scope: str, title: str, unit: str, **left_out: int) -> Figure:
    """A figure without a value; `left_out` says how many it does not count, by the reason."""
    excluded = {why: count for why, count in left_out.items() if count}
    return Figure(id=identity, scope=scope, title=title, unit=unit, excluded=excluded)


def _percentiles(
    blank: Figure, sample: Sequence[tuple[Pull, float]], *, percents: Sequence[int] = PERCENTS
) -> list[Figure]:
    behind = replace(blank, items=refs(pull for pull, _ in sample))
    values = [value for _, value in sample]
    return [percentile_of(values, percent=percent, blank=behind) for percent in percents]


def _proportion(blank: Figure, hits: Sequence[Pull], n: int) -> Figure:
    return proportion_of(len(hits), n, blank=replace(blank, items=refs(hits)))


def refs(pulls: Iterable[Pull]) -> tuple[str, ...]:
    return tuple(pull.ref for pull in pulls)
