"""The light of an objective: its chance to keep the promised date, beside what its owner declares (§5.2a)."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from mappings.strategy import Objective
from sync.reconcile.forecast import Forecast

Colour: TypeAlias = Literal["on", "risk", "off", "unknown", "none"]
Declared: TypeAlias = Literal["on_track", "at_risk", "off_track"]

ON, RISK = 0.85, 0.50  #: chances from which on it is on track, or at risk


class Light(Struct, frozen=True, kw_only=True):
    computed: Colour  #: `unknown` without a promise or a forecast, `none` while paused or closed
    chance: float | None
    declared: Declared | None
    declared_on: date | None
    contradicts: bool  #: declared on track, and computed off
    reason: str | None = None  #: why it is unknown: no_promise, no_skill, or why there is no forecast


def light(objective: Objective, forecast: Forecast, *, today: date) -> Light:
    """The light on a day, computed from the forecast of that day."""
    computed, reason = _computed(objective, forecast, today)
    said = objective.declared_on(today)
    declared = said.status if said else None
    return Light(
        computed=computed,
        chance=forecast.chance if computed in ("on", "risk", "off") else None,
        declared=declared,
        declared_on=said.on if said else None,
        contradicts=(declared, computed) == ("on_track", "off"),
        reason=reason,
    )


def _computed(objective: Objective, forecast: Forecast, today: date) -> tuple[Colour, str | None]:
    if objective.state_on(today) in ("paused", "closed"):
        return "none", None
    if objective.promised_on is None:
        return "unknown", "no_promise"
    if forecast.hidden and forecast.reason != "done":
        return "unknown", "no_skill"
    if forecast.chance is None:
        return "unknown", forecast.reason
    if forecast.chance >= ON:
        return "on", None
    return ("risk" if forecast.chance >= RISK else "off"), None
