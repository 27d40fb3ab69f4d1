"""The numbers that a check or a measure decides by, with their defaults (metrics.md §11, report-and-findings.md §2)."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from mappings.thresholds import ThresholdLine, thresholds_on

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


class Thresholds(Struct, frozen=True, kw_only=True):
    """All of them are configuration, and all are recorded in the report."""

    item_types: tuple[str, ...] | None = None  #: that are counted; None is every type of the standard level
    discarded: tuple[str, ...] = DISCARDED  #: resolutions of work that was given up
    restart_on_return: bool = False  #: start the clock anew when an item went back to todo
    debounce_s: int = 300
    bulk_items: int = 20
    bulk_gap_s: int = 60
    series_weeks: int = 26
    grace_days: int = 2  #: working days
    contradiction_grace_days: int = 1  #: working days
    touched_days: int = 28  #: what was touched in these days before as_of is live work
    unmapped_items: int = 5
    late_merge_days: int = 2
    unlinked_lines: int = 0  #: changed lines below which an unlinked change is let pass
    finish_window_days: int = 14  #: for work that was under way when its objective closed
    stale_after_hours: int = 48


def thresholds_of(lines: Sequence[ThresholdLine], day: date) -> Thresholds:
    """Those in force on a day: as the mapping file sets them, else as they are by default."""
    return Thresholds(**thresholds_on(lines, day))
