"""Where the report that was published before said something else of a week (metrics.md §0.12)."""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync.reconcile.objectives import ALL
from sync.reconcile.restatement import Series, restatements
from sync.reconcile.series import Week
from sync.report.model import Report


class SaidOfObjective(Struct, frozen=True):
    id: str
    weeks: tuple[Week, ...]


class Said(Struct, frozen=True):
    """The series of a published report, whatever else it says: reports of every version have these."""

    weeks: tuple[Week, ...]
    objectives: tuple[SaidOfObjective, ...]


def restated(report: Report, published: bytes | None) -> Report:
    """The report, with what it restates of the JSON of the one that was published before."""
    if published is None:
        return report
    said = msgspec.json.decode(published, type=Said)
    return replace(report, restatements=restatements(_series(said), _series(report)))


def _series(told: Said | Report) -> Series:
    return {
        ("throughput", ALL): told.weeks,
        **{("throughput", row.id): row.weeks for row in told.objectives},
    }
