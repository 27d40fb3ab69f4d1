"""What changed from the period before to this one, by the rules of evidence of metrics.md §7.2–7.3."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

Test: TypeAlias = Literal["mann_whitney", "fisher", "binomial", "permutation"]


class Change(Struct, frozen=True, kw_only=True):
    """One figure of two periods of the same length, and whether that is a change."""

    id: str  #: of the figure
    scope: str
    title: str
    unit: str
    before: float | None
    now: float | None
    n_before: int
    n_now: int
    test: Test | None = None  #: None where there is too little to test
    p: float | None = None
    adjusted_p: float | None = None  #: for all the tests of this report together (Benjamini and Hochberg)
    effect: float | None = None  #: chance that one of now is longer than one of before; for shares the difference
    shift: float | None = None  #: of durations, in days: the middle of all differences
    material: bool  #: large enough to matter: 20 % of a median or a count, 0.10 of a share
    changed: bool  #: both tested and material, with ten on either side
    says: str


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
    before: str | None  #: the period that this one is compared with; None where one of the two is not complete
    data_changes: tuple[str, ...]  #: what else changed between the two, to be read first
    lines: tuple[Change, ...]
    tests: int
    false_alarms: float  #: that so many tests are expected to raise by chance, at most
    signals: tuple[Signal, ...]
