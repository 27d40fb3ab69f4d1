"""What stands in an address: instants, days, periods and numbers, read once for pages and programs."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator, Field

from sync.instants import instant
from sync.reconcile.periods import period

LONGEST = 300  #: characters of a name that anybody looks for


def _instant(text: object) -> object:
    """None where the field of a form was left empty."""
    return instant(text) if isinstance(text, str) and text else None


def _period(text: str | None) -> str | None:
    if text:
        period(text, zone=ZoneInfo("UTC"))
    return text or None


AsOf = Annotated[
    datetime | None,
    BeforeValidator(_instant, json_schema_input_type=str),
    Query(description="what was known then: 2026-11-20T18:00Z, or a whole day, 2026-11-20; default now"),
]
Period = Annotated[
    Annotated[str, Field(max_length=30)] | None,
    AfterValidator(_period),
    Query(description="2026-W46, 2026-11, 2026-Q4 or 2026-11-02..2026-11-16; default the last week"),
]
Limit = Annotated[int, Query(ge=1, le=100, description="at most so many decisions")]
ObjectiveId = Annotated[str | None, Query(max_length=LONGEST, description="say why the item does not serve it")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="the report's digest of its inputs")]
FindingId = Annotated[str, Path(min_length=1, max_length=64)]
Name = Annotated[str, Path(min_length=1, max_length=LONGEST)]
