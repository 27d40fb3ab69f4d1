"""The light of an objective: its chance to keep the promised date, beside what its owner declares (§5.2a)."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

Colour: TypeAlias = Literal["on", "risk", "off", "unknown", "none"]
Declared: TypeAlias = Literal["on_track", "at_risk", "off_track"]


class Light(Struct, frozen=True, kw_only=True):
    computed: Colour  #: `unknown` without a promise or a forecast, `none` while paused or closed
    chance: float | None
    declared: Declared | None
    declared_on: date | None
    contradicts: bool  #: declared on track, and computed off
    reason: str | None = None  #: why it is unknown: no_promise, or the forecast's own reason
