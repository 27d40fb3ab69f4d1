"""What a report shows of pull requests: figures by scope, and two small series of all of them.

Figures of a scope, durations in hours as p50 and p85: merged_pull_requests; coding_time, pickup_time, review_time,
merge_wait, deploy_wait, ready_to_merge; pickup_working_time, review_working_time; pickup_survival (open ones censored);
pull_request_size, large_pull_requests; review_iterations, review_depth, review_depth_per_100, review_coverage,
review_load; unreviewed_self_merge, unlinked_pull_requests, merge_rate, stale_pull_requests, redrafted_pull_requests,
redraft_time.
"""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from sync.reconcile.figures import Figure

ScopeKind: TypeAlias = Literal["all", "objective", "team", "repository"]

#: Of the share of linked pull requests, as report-and-findings.md §4 knows them; it does not name who took them.
LINKED_QUARTILES = (0.41, 0.66, 0.78)
LINKED_QUARTILES_SOURCE = "report-and-findings.md §4, notes for builders; who measured them is not named there"


class PullRequestScope(Struct, frozen=True, kw_only=True):
    """The figures of one scope; those of a team are null where it is too small to be shown (metrics.md §10.2)."""

    id: str  #: all, an objective's id, team:<id>, repository:<owner/name>
    kind: ScopeKind
    figures: tuple[Figure, ...]


class PickupPoint(Struct, frozen=True, kw_only=True):
    """A step of the pickup curve."""

    hours: float  #: since it was ready for review
    waiting_ratio: float  #: share that nobody has looked at by then (Kaplan–Meier)
    at_risk: int  #: how many the step is reckoned from


class PullRequestWeek(Struct, frozen=True, kw_only=True):
    """Pull requests merged in one week; null before the first record, and where so few say nothing."""

    starts_on: date  #: Monday
    merged: int | None
    pickup_hours: float | None  #: p50, as are the others
    review_hours: float | None
    ready_to_merge_hours: float | None


class PullRequestView(Struct, frozen=True, kw_only=True):
    scopes: tuple[PullRequestScope, ...]  #: all first, then objectives by rank, teams and repositories by name
    pickup: tuple[PickupPoint, ...]  #: of all; those nobody looked at yet are censored
    weeks: tuple[PullRequestWeek, ...]  #: of all, the latest last
    left_out: dict[str, int]  #: merged in the period and in no figure: by_bot, other_base, undated
    linked_quartiles: tuple[float, float, float] = LINKED_QUARTILES
    linked_quartiles_source: str = LINKED_QUARTILES_SOURCE
