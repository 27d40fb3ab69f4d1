"""When somebody works: a zone, working days, hours, and the days off."""

from datetime import date
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from mappings.model import Model

Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TimeOfDay: TypeAlias = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class Hours(Model):
    """From one time of day to a later one, as clocks in the zone show them."""

    from_: TimeOfDay = Field(default="09:00", alias="from")
    to: TimeOfDay = "17:00"

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to <= self.from_:
            raise ValueError(f"the hours end at {self.to}, which is not after {self.from_}")
        return self


class Days(Model):
    """Days, the first and the last included."""

    from_on: date = Field(alias="from")
    to_on: date = Field(alias="to")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError(f"the last day, {self.to_on}, is before the first, {self.from_on}")
        return self

    def __contains__(self, day: date) -> bool:
        return self.from_on <= day <= self.to_on


def _as_days(value: Any) -> Any:
    return {"from": value, "to": value} if isinstance(value, date) else value


#: A day alone, or the first and the last of several.
DaysOff: TypeAlias = Annotated[Days, BeforeValidator(_as_days, json_schema_input_type=date | Days)]


class Calendar(Model):
    """What metrics.md §1.7 reckons working time by; its defaults are these."""

    workdays: tuple[Weekday, ...] = Field(default=WEEKDAYS[:5], min_length=1)
    hours: Hours = Hours()
    holidays: tuple[DaysOff, ...] = ()  #: a day alone, or the first and the last of several

    def is_workday(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.workdays and not any(day in off for off in self.holidays)
