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

#: By figure, its title, the duration, and why a merged pull request may have none.
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
    known = [(pull, us) for pull in merged if (us := duration(pull)) is not None]
    undated = sum(pull.undated for pull in merged)
    left_out = {"undated": undated, "unreviewed": len(merged) - len(known) - undated}
    return _percentiles(scope, name, title, "hours", known, left_out)


def _deploy_waits(scope: str, pulls: Sequence[Pull], span: Span) -> list[Figure]:
    """Of those that were deployed in the period, whenever they were merged."""
    here = [pull for pull in pulls if span.has(pull.deployed_us)]
    known = [(pull, pull.deploy_us) for pull in here if pull.deploy_us is not None]
    return _percentiles(scope, "deploy_wait", "Deploy wait", "hours", known, {"negative": len(here) - len(known)})


def _working_times(scope: str, merged: Sequence[Pull], working_us: Callable[[Pull, int, int], int]) -> list[Figure]:
    """Of the two phases that nights and weekends dominate otherwise."""
    reviewed = [pull for pull in merged if pull.pickup_us is not None]
    told: dict[str, list[tuple[Pull, int]]] = {"pickup": [], "review": []}
    for pull in reviewed:
        ready_us, reviewed_us = pull.ready_us or 0, pull.reviewed_us or 0
        until_us = reviewed_us + (pull.review_us or 0)
        told["pickup"].append((pull, working_us(pull, ready_us, reviewed_us)))
        told["review"].append((pull, working_us(pull, reviewed_us, until_us)))
    left_out = {"unreviewed": sum(pull.unreviewed for pull in merged)}
    return [
        figure
        for name, known in told.items()
        for figure in _percentiles(
            scope, f"{name}_working_time", f"{name.capitalize()}, working time", "hours", known, left_out
        )
    ]


def _sizes(scope: str, merged: Sequence[Pull]) -> list[Figure]:
    sized = [(pull, pull.size) for pull in merged if pull.size is not None]
    left_out = {"size_unknown": len(merged) - len(sized)}
    large = [pull for pull, _ in sized if pull.band in LARGE]
    blank = Figure(
        id="large_pull_requests",
        scope=scope,
        title="Large pull requests (L, XL)",
        unit="ratio",
        excluded=_told(left_out),
        items=refs(large),
    )
    return [
        *_percentiles(scope, "pull_request_size", "Size", "lines", sized, left_out),
        proportion_of(len(large), len(sized), blank=blank),
    ]


def _reviews(scope: str, merged: Sequence[Pull]) -> list[Figure]:
    """How often work went back to its author, and how much others said, of each and of a hundred changed lines."""
    sized = [(pull, pull.depth * 100 / pull.size) for pull in merged if pull.size]
    return [
        *_percentiles(
            scope, "review_iterations", "Review iterations", "rounds", [(pull, pull.iterations) for pull in merged], {}
        ),
        *_percentiles(
            scope, "review_depth", "Review comments", "comments", [(pull, pull.depth) for pull in merged], {}, [50]
        ),
        *_percentiles(
            scope,
            "review_depth_per_100",
            "Review comments on 100 lines",
            "comments",
            sized,
            {"without_lines": len(merged) - len(sized)},
            [50],
        ),
    ]


def _share(scope: str, name: str, merged: Sequence[Pull]) -> Figure:
    title, holds = SHARES[name]
    hits = [pull for pull in merged if holds(pull)]
    blank = Figure(id=name, scope=scope, title=title, unit="ratio", items=refs(hits))
    return proportion_of(len(hits), len(merged), blank=blank)


def _unlinked(scope: str, merged: Sequence[Pull]) -> Figure:
    """Those that name nothing which is read; what names only projects that are not read cannot be judged."""
    judged = [pull for pull in merged if not pull.unread_project]
    dark = [pull for pull in judged if not pull.linked]
    blank = Figure(
        id="unlinked_pull_requests",
        scope=scope,
        title="Unlinked pull requests",
        unit="ratio",
        excluded=_told({"unread_project": len(merged) - len(judged)}),
        items=refs(dark),
    )
    return proportion_of(len(dark), len(judged), blank=blank)


def _merge_rate(scope: str, opened: Sequence[Pull]) -> Figure:
    ended = [pull for pull in opened if pull.state != "open"]
    merged = [pull for pull in ended if pull.state == "merged"]
    blank = Figure(
        id="merge_rate",
        scope=scope,
        title="Merge rate",
        unit="ratio",
        excluded=_told({"open": len(opened) - len(ended)}),
        items=refs(ended),
    )
    if MOST_OPEN * (len(opened) - len(ended)) > len(opened):
        return replace(blank, n=len(ended), reason="immature")
    return proportion_of(len(merged), len(ended), blank=blank)


def _percentiles(
    scope: str,
    name: str,
    title: str,
    unit: str,
    known: Sequence[tuple[Pull, float]],
    left_out: dict[str, int],
    percents: Sequence[int] = PERCENTS,
) -> list[Figure]:
    blank = Figure(
        id=name, scope=scope, title=title, unit=unit, excluded=_told(left_out), items=refs(pull for pull, _ in known)
    )
    values = [value for _, value in known]
    return [percentile_of(values, percent=percent, blank=blank) for percent in percents]


def _told(left_out: dict[str, int]) -> dict[str, int]:
    return {why: count for why, count in left_out.items() if count}


def refs(pulls: Iterable[Pull]) -> tuple[str, ...]:
    return tuple(pull.ref for pull in pulls)
