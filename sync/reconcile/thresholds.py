"""The numbers that a check or a measure decides by, with their defaults (metrics.md §11, report-and-findings.md §2)."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, field

from mappings.thresholds import ThresholdLine, places_on, thresholds_on
from sync.reconcile.expectation import PERCENT
from sync.reconcile.stats import CONFIDENCE

#: Lower case, plain apostrophes, blanks for underscores. The last two are GitHub's own reasons (metrics.md §1.4).
DISCARDED = (
    "won't do",
    "won't fix",
    "declined",
    "cannot reproduce",
    "incomplete",
    "invalid",
    "duplicate",
    "not planned",
)

#: Item types as trackers usually call them, by what kind of work they are.
FLOW_TYPES: dict[str, tuple[str, ...]] = {
    "feature": ("Story", "Feature", "New Feature", "Improvement", "Enhancement"),
    "defect": ("Bug", "Defect"),
    "risk": ("Vulnerability", "Risk"),
    "debt": ("Technical Debt", "Tech Debt", "Refactoring"),
}

#: Of files that no person wrote: * is any text. Locks, vendored code, and what generators leave.
GENERATED_PATHS = (
    *("*.lock", "*package-lock.json", "*npm-shrinkwrap.json", "*pnpm-lock.yaml", "*go.sum", "*gradle.lockfile"),
    *("vendor/*", "*/vendor/*", "third_party/*", "*/third_party/*", "node_modules/*", "*/node_modules/*"),
    *("*.min.js", "*.min.css", "*.map", "*.snap", "*.pb.go", "*_pb2.py", "*_pb2.pyi", "*.generated.*", "*/generated/*"),
)


class PlaceThresholds(Struct, frozen=True, kw_only=True):
    """What a project, a repository or a team has of its own; None is as everybody has it."""

    project: str | None = None  #: or repository
    team: str | None = None  #: that the items name
    item_types: tuple[str, ...] | None = None
    discarded: tuple[str, ...] | None = None
    flow_types: dict[str, tuple[str, ...]] | None = None
    restart_on_return: bool | None = None
    base_branches: tuple[str, ...] | None = None  #: this and the next of a repository only
    generated_paths: tuple[str, ...] | None = None


#: What every report says, and no configuration changes: docs/decisions/0028-thresholds.md tells why.
FIXED = ("confidence", "expectation_percent", "starved_periods")


class Thresholds(Struct, frozen=True, kw_only=True):
    """All but `FIXED` are configuration, and all are recorded in the report."""

    item_types: tuple[str, ...] | None = None  #: that are counted; None is every type of the standard level
    discarded: tuple[str, ...] = DISCARDED  #: resolutions of work that was given up
    flow_types: dict[str, tuple[str, ...]] = field(default_factory=FLOW_TYPES.copy)  #: by kind of work, item types
    restart_on_return: bool = False  #: start the clock anew when an item went back to todo
    debounce_s: int = 300
    bulk_items: int = 20
    bulk_gap_s: int = 60
    series_weeks: int = 52
    forecast_weeks: int = 12  #: complete weeks that a forecast draws from
    horizon_weeks: int = 4  #: that it tells how many for, and that back-tests look ahead
    least_forecast_weeks: int = 6  #: below which there is no forecast
    least_forecast_items: int = 5  #: delivered in them, likewise
    forecast_cap_weeks: int = 520  #: after which it looks no further ahead
    simulation_trials: int = 10_000  #: where exact chances are too many
    bootstrap_replicates: int = 2000  #: that an interval is read from
    permutations: int = 4999  #: that the test of effort shuffles weeks in
    baseline_weeks: int = 20  #: that a chart's limits are drawn from
    least_baseline_weeks: int = 12
    false_discovery_rate: float = 0.10  #: of what is called changed, at most
    material_ratio: float = 0.20  #: of a median or a rate, from which on it is changed
    material_share: float = 0.10  #: by which a share has to differ, likewise
    grace_days: int = 2  #: working days
    contradiction_grace_days: int = 1  #: working days
    look_back_days: int = 182  #: of the survival curve
    expectation_weeks: int = 13  #: complete weeks that the service level expectation is read from
    reopen_days: int = 30
    touched_days: int = 28  #: what was touched in these days before as_of is live work
    unmapped_items: int = 5
    late_merge_days: int = 2
    unlinked_lines: int = 5  #: changed lines below which an unlinked change is let pass
    finish_window_days: int = 14  #: for work that was under way when its objective closed
    stale_after_hours: int = 48
    base_branches: tuple[str, ...] | None = None  #: whose pull requests count; None is each repository's default branch
    generated_paths: tuple[str, ...] = GENERATED_PATHS  #: whose lines are no part of a pull request's size
    stale_pull_days: int = 7  #: without anybody doing anything, from which on an open pull request is stale
    stale_draft_days: int = 14
    same_deployment_minutes: int = 60  #: in which a commit that is deployed again is the same deployment
    taken_back_days: int = 7  #: in which a rollback or a revert tells that a deployment failed
    hotfix_hours: int = 48
    incident_hours: int = 24
    provisional_days: int = 7  #: before as_of, in which a deployment may still turn out to have failed
    dora_bands: bool = False  #: show what a survey published of each measure, with its year
    parent_types: tuple[str, ...] = ()  #: whose items need a parent; sub-tasks always do
    weak_distance: int = 3  #: steps from which on an inherited tag is weak
    merged_days: int = 5  #: since the last merge, before an item that is not done is a finding
    ghost_days: int = 7  #: without a sign of life
    date_gap_days: int = 7  #: by which two dates of one piece of work may differ
    owner_days: int = 7  #: for which another team than the assignee's may have written the code
    finished_days: int = 5  #: since the last child was finished, before an open parent is a finding
    zombie_days: int = 30  #: without a move of any child
    churn_changes: int = 3  #: of its objective
    code_weight: int = 4  #: of a day's code on an item, beside reviews and words (metrics.md §4.3)
    review_weight: int = 2
    coord_weight: int = 1
    presence_days: int = 10  #: working days for which what is in hand tells of presence after the last sign of work
    minutes_a_day: int = 480
    presume_absence: bool = True  #: on days in a row without any sign of somebody
    absence_days: int = 5  #: working days in a row
    least_coverage: float = 0.6  #: of the effort, below which alignment, drift and starvation are greyed
    least_observability: float = 0.6
    drift: float = 0.10  #: from which on it is flagged
    starved_attainment: float = 0.25  #: in each of two periods, below which an objective starves
    starved_share: float = 0.05  #: planned share below which it cannot starve by attainment
    starved_days: int = 10  #: working days without effort
    over_target: float = 1.5  #: attainment
    lag_days: int = 5  #: quiet working days in a row that end a lag
    lag_ratio: float = 0.05  #: of the effort before, up to which a day is quiet
    lag_baseline_days: int = 20  #: working days whose mean that effort is
    pick_up_days: float = 5.0  #: person-days with which an objective is taken up
    expedite: tuple[str, ...] = ()  #: priorities and labels of work that displaces plans
    unplanned_share: float = 0.25  #: of a team's effort that may go to work which nobody planned
    focus_objectives: int = 3  #: that a team may work on without one that has half of its effort
    ready_days: int = 10  #: working days for which what is ready may wait behind lower ranks
    surge_share: float = 0.20  #: of an objective's scope, by which a month may add to it
    shadow_days: int = 14  #: in which what is done apart from the map is looked for
    shadow_records: int = 5  #: that share something, from which on it is a project
    confidence: float = CONFIDENCE  #: of every interval
    expectation_percent: int = PERCENT  #: that finish within the service level expectation
    starved_periods: int = 2  #: of too little effort in a row, before an objective starves
    least_group: int = 5  #: people below which figures of a group are not shown
    places: tuple[PlaceThresholds, ...] = ()  #: of an item in several the last one holds: teams go before projects


def thresholds_of(lines: Sequence[ThresholdLine], day: date) -> Thresholds:
    """Those in force on a day: as the mapping file sets them, else as they are by default."""
    places = tuple(PlaceThresholds(**told) for told in places_on(lines, day))
    return Thresholds(**thresholds_on(lines, day), places=places)
