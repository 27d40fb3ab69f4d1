"""The numbers that checks decide by: set for everybody from a day on, or by a team's agreement."""

from typing import Annotated, TypeAlias

from pydantic import Field

from mappings.model import Model

Count: TypeAlias = Annotated[int, Field(ge=0)]
Some: TypeAlias = Annotated[int, Field(ge=1)]
Names: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]


class Limits(Model):
    """A key that is not named stays as it is."""

    grace_days: Count | None = None  #: working days before untagged work is a finding
    contradiction_grace_days: Count | None = None  #: working days before a contradiction is a finding
    late_merge_days: Count | None = None  #: after its item was done, from which on a merge is a finding
    unlinked_lines: Count | None = None  #: changed lines below which an unlinked change is let pass
    finish_window_days: Count | None = None  #: for work that was under way when its objective closed
    parent_types: Names | None = None  #: types whose items need a parent; sub-tasks always do
    weak_distance: Some | None = None  #: steps from which on an inherited tag is weak
    merged_days: Count | None = None  #: since the last merge, before an item that is not done is a finding
    ghost_days: Annotated[int, Field(ge=1, le=92)] | None = None  #: without a sign of life in work under way
    date_gap_days: Count | None = None  #: by which two dates of one piece of work may differ
    owner_days: Count | None = None  #: for which another team than the assignee's may have written the code
    finished_days: Count | None = None  #: since the last child was finished, before an open parent is a finding
    zombie_days: Annotated[int, Field(ge=1, le=92)] | None = None  #: without a move of any child of a parent under way
    unplanned_share: Annotated[float, Field(ge=0, le=1)] | None = None  #: of a team's effort that nobody planned
    focus_objectives: Some | None = None  #: that a team may work on without one that has half of its effort
    ready_days: Some | None = None  #: working days for which what is ready may wait behind lower ranks
    surge_share: Annotated[float, Field(gt=0)] | None = None  #: of its scope, by which a month may add to an objective
    churn_changes: Some | None = None  #: of its objective, from which on an item is a finding
