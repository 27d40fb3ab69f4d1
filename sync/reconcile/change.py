"""What changed from one period to the next, by the rules of evidence of metrics.md §7.2–7.3."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from sync.reconcile.contingency import binomial, fisher
from sync.reconcile.days import DAY_US
from sync.reconcile.effort.moved import Moved
from sync.reconcile.multiplicity import adjusted
from sync.reconcile.objectives import ALL
from sync.reconcile.ranks import hodges_lehmann, mann_whitney
from sync.reconcile.stats import percentile
from sync.reconcile.thresholds import Thresholds

Test: TypeAlias = Literal["mann_whitney", "fisher", "binomial", "permutation"]

SMALLEST_SIDE = 10


class Change(Struct, frozen=True, kw_only=True):
    """One figure of two periods, and whether that is a change."""

    id: str  #: of the figure
    scope: str
    title: str
    unit: str
    before: float | None = None
    now: float | None = None
    n_before: int = 0
    n_now: int = 0
    test: Test | None = None  #: None where there is too little to test
    p: float | None = None
    adjusted_p: float | None = None  #: for all the tests of this report together (Benjamini and Hochberg)
    effect: float | None = None  #: of times the chance that one of now is longer; of shares how far they are apart
    shift: float | None = None  #: of times, in days: the middle of all differences
    material: bool = False  #: large enough to matter, by the thresholds `material_ratio` and `material_share`
    changed: bool = False  #: both tested and material, with ten on either side
    says: str = ""


class Signal(Struct, frozen=True, kw_only=True):
    """A week of a chart that is no mere noise."""

    id: str
    scope: str
    starts_on: date
    rule: str  #: R1 or R2
    says: str


class Restatement(Struct, frozen=True, kw_only=True):
    """What an earlier report said of a week, and what is known of it today (§0.12)."""

    id: str
    scope: str
    starts_on: date
    restated_from: float | None
    restated_to: float | None


class Comparison(Struct, frozen=True, kw_only=True):
    before: str | None  #: the period that this one is compared with; None where not both are wholly known
    data_changes: tuple[str, ...]  #: what else changed between the two, to be read first
    lines: tuple[Change, ...]
    tests: int
    false_alarms: float  #: that so many tests are expected to raise by chance, at most
    signals: tuple[Signal, ...]


class Tally(NamedTuple):
    """So many of so many."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        return self.hits / self.n if self.n else None


def of_times(blank: Change, before_us: Sequence[int], now_us: Sequence[int], *, thresholds: Thresholds) -> Change:
    """Whether things take longer or shorter: Mann and Whitney's test, with the shift of Hodges and Lehmann."""
    medians = [_median_days(values) for values in (before_us, now_us)]
    told = replace(blank, before=medians[0], now=medians[1], n_before=len(before_us), n_now=len(now_us))
    if min(len(before_us), len(now_us)) < SMALLEST_SIDE:
        return told
    tested = mann_whitney(before_us, now_us)
    return replace(
        told,
        test="mann_whitney",
        p=tested.p,
        effect=tested.effect,
        shift=hodges_lehmann(before_us, now_us) / DAY_US,
        material=_is_far(medians[0], medians[1], ratio=thresholds.material_ratio),
    )


def of_shares(blank: Change, before: Tally, now: Tally, *, thresholds: Thresholds) -> Change:
    """Whether a part of the whole grew or shrank: Fisher's exact test."""
    told = replace(blank, before=before.share, now=now.share, n_before=before.n, n_now=now.n)
    if before.share is None or now.share is None or min(before.n, now.n) < SMALLEST_SIDE:
        return told
    difference = now.share - before.share
    p = fisher(before.hits, before.n, now.hits, now.n)
    is_material = abs(difference) >= thresholds.material_share
    return replace(told, test="fisher", p=p, effect=difference, material=is_material)


def of_counts(blank: Change, before: int, now: int, *, days: tuple[int, int], thresholds: Thresholds) -> Change:
    """Whether there are more or fewer a day, over periods of so many days: the conditional binomial test.

    It needs as many on both sides together as other tests need on each of two: none is a count as well.
    """
    told = replace(blank, before=float(before), now=float(now), n_before=before, n_now=now)
    if before + now < 2 * SMALLEST_SIDE:
        return told
    p = binomial(before, now, exposure=days[0], other_exposure=days[1])
    is_material = _is_far(before / days[0], now / days[1], ratio=thresholds.material_ratio)
    return replace(told, test="binomial", p=p, material=is_material)


def of_allocation(blank: Change, told: Moved, *, thresholds: Thresholds) -> Change:
    """Whether effort went elsewhere: a test by shuffling the weeks of each person, on the distance of the shares."""
    return replace(
        blank,
        n_before=told.before,
        n_now=told.now,
        test=None if told.p is None else "permutation",
        p=told.p,
        effect=told.distance,
        material=told.distance >= thresholds.material_share,
    )


def family(lines: Iterable[Change], *, rate: float) -> tuple[Change, ...]:
    """The lines of one report, judged together at that rate of false discoveries, in words."""
    told = list(lines)
    tested = [line for line in told if line.p is not None]
    judged = dict(zip(map(id, tested), adjusted([line.p for line in tested if line.p is not None]), strict=True))
    return tuple(_judged(line, judged.get(id(line)), rate) for line in told)


def _judged(line: Change, adjusted_p: float | None, rate: float) -> Change:
    is_changed = adjusted_p is not None and adjusted_p <= rate and line.material
    line = replace(line, adjusted_p=adjusted_p, changed=is_changed)
    return replace(line, says=_says(line))


def _says(line: Change) -> str:
    subject = line.title if line.scope == ALL else f"{line.title}, {line.scope}"
    n = f"n = {line.n_before:,} and {line.n_now:,}"
    if not line.changed:
        return f"{subject}: no detectable change ({n})."
    return f"{subject}: changed {_how(line)} ({n}, adjusted p = {line.adjusted_p:.3f})."


def _how(line: Change) -> str:
    if line.test == "permutation":
        return f"by {100 * (line.effect or 0):.1f} % of the whole"
    return f"from {_shown(line.before, line.unit)} to {_shown(line.now, line.unit)}"


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "nothing"
    return {"days": f"{value:.1f} days", "ratio": f"{100 * value:.1f} %"}.get(unit, f"{value:,.0f} {unit}")


def _median_days(values_us: Sequence[int]) -> float | None:
    return percentile(sorted(values_us), percent=50) / DAY_US if values_us else None


def _is_far(before: float | None, now: float | None, *, ratio: float) -> bool:
    """Whether the second is at least that part of the first away from it."""
    if before is None or now is None:
        return False
    return abs(now - before) >= ratio * before and now != before
