"""When an objective is done, and how much of it is delivered next (metrics.md §6.2–6.3)."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from sync.reconcile.backtest import BackTest

Method: TypeAlias = Literal["exact", "simulated"]


class When(Struct, frozen=True, kw_only=True):
    """On or before which day what remains is delivered. None where a percentile does not come within the cap."""

    p50_on: date | None = None
    p85_on: date | None = None
    p50_weeks: int | None = None
    p85_weeks: int | None = None
    method: Method = "exact"
    reason: str | None = None  #: why a date is missing: small_n, no_delivery, does_not_converge


class FanPoint(Struct, frozen=True, kw_only=True):
    """How many items more are delivered by the start of this day."""

    on: date
    p15: int  #: with a chance of 85 %, at least
    p50: int
    p85: int


class Forecast(Struct, frozen=True, kw_only=True):
    remaining: int  #: items in scope and not delivered
    weeks: int  #: samples that it draws from
    delivered: int  #: items in them
    growing: When  #: if scope goes on growing as it did: the one to believe
    fixed: When  #: if nothing were added any more
    horizon_weeks: int
    p15: int | None = None  #: delivered within the horizon: with a chance of 85 %, at least
    p50: int | None = None
    fan: tuple[FanPoint, ...] = ()  #: week by week
    promised_on: date | None = None
    chance: float | None = None  #: that all of it is delivered by the end of the promised day
    reason: str | None = None  #: why there is no forecast: small_n, no_data, done
    back_test: BackTest
    hidden: bool  #: it was no better than "as many as last time": show the run chart instead
