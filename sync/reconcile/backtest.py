"""What the forecasts of the past were worth (metrics.md §6.4)."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

Calibration: TypeAlias = Literal["unverified", "over-confident", "conservative", "calibrated"]


class Trial(Struct, frozen=True, kw_only=True):
    """One forecast of the past, made from what was known then, and what came of it."""

    on: date  #: the Monday on which it would have been made
    p15: int
    p50: int
    naive: int  #: as many as in the weeks before
    outcome: int  #: what was delivered in the weeks after
    chance: float | None  #: that the objective would be done by then; None where nothing remained
    done: bool | None  #: whether it was


class BackTest(Struct, frozen=True, kw_only=True):
    trials: tuple[Trial, ...]  #: the latest first
    covered: int  #: with an outcome of at least p15
    coverage: float | None
    low: float | None  #: of its 90 % interval
    high: float | None
    verdict: Calibration
    loss: float | None  #: mean pinball loss of p15 and p50
    naive_loss: float | None
    skill: float | None  #: 1 - loss / naive loss
    brier: float | None  #: of the chances to be done
