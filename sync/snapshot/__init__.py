"""The facts as known at an instant, as Ibis tables: what mapping, reconciling and reporting are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sync.snapshot.schemas import SCHEMAS

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["SCHEMAS", "Snapshot"]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Facts as known at `as_of`: items as they stood then, history up to then, nothing after it."""

    as_of: datetime
    digest: str  #: of every fact in it; equal facts, equal digest
    tables: Mapping[str, "ir.Table"]

    def __getitem__(self, name: str) -> "ir.Table":
        return self.tables[name]
