"""How much of what was planned came: committed, added, removed, delivered (metrics.md §5.2a)."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sync.reconcile.figures import Figure


class PlanningLine(Struct, frozen=True, kw_only=True):
    """One sprint or one quarter."""

    kind: Literal["sprint", "quarter"]
    id: str  #: ref of the sprint; 2026-Q4
    name: str
    scope: str | None  #: board of the sprint; objective of the quarter
    start_at: datetime
    end_at: datetime
    committed: int
    figures: tuple[Figure, ...]  #: planning_accuracy, planning_added, planning_removed, planning_accuracy_points
