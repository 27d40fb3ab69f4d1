"""The days of each person, with what each holds, and the day that a signal on it counts for (metrics.md §4.2)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.rows import as_table
from sync.reconcile.days import day_numbers
from sync.reconcile.effort.roster import AWAY, MEMBERSHIPS, PEOPLE, STINTS, WORKDAYS, Roster, Window
from sync.reconcile.periods import start_of

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """The roster as tables."""

    roster: Roster
    window: Window
    facts: "ir.Table"  #: any of the tables that these are to be joined with

    @cached_property
    def people(self) -> "ir.Table":
        """account, person, zone: the accounts of people, each with its person and their zone."""
        return as_table(self.roster.people, PEOPLE)

    @cached_property
    def memberships(self) -> "ir.Table":
        """person, from_day, until_day, team, from_share, until_share."""
        return as_table(self.roster.memberships, MEMBERSHIPS)

    @cached_property
    def days(self) -> "ir.Table":
        """Every person and day: person, day, capacity, start_us, end_us, nth, on_day.

        `capacity` is 0 on days off, where the working hours are null. `nth` is how many days with capacity there were
        up to this one, `on_day` the next of them, itself included, null where it has yet to come.
        """
        import ibis

        # Kept where the facts are: what is made of rows alone would be kept by an engine of its own.
        there = self.facts.aggregate(facts=self.facts.count())
        stints = as_table(self.roster.stints, STINTS).cross_join(there).drop("facts")
        every = stints.mutate(day=ibis.range(stints.from_day, stints.until_day).unnest())
        hours, away = as_table(self.roster.workdays, WORKDAYS), as_table(self.roster.away, AWAY)
        told = every.left_join(hours, ["calendar", "day"]).left_join(away.mutate(is_away=True), ["person", "day"])
        works = told.start_us.notnull() & told.is_away.isnull()
        told = told.select("person", "day", "start_us", "end_us", capacity=ibis.ifelse(works, told.fte, 0))
        works = told.capacity > 0
        before = ibis.cumulative_window(group_by="person", order_by="day")
        after = ibis.window(group_by="person", order_by="day", preceding=0, following=None)
        return told.mutate(
            nth=ibis.ifelse(works, 1, 0).sum().over(before).cast("int64"),
            on_day=ibis.ifelse(works, told.day, None).min().over(after),
        ).cache()

    def day_of(self, at_us: "ir.IntegerValue", zone: "ir.IntegerValue") -> "ir.IntegerValue":
        """The civil day that an instant lies in, in the zone of this number."""
        import ibis

        days = [self._day_in(at_us, each) for each in self.roster.zones]
        if len(days) == 1:
            return days[0]
        return ibis.cases(*((zone == number, day) for number, day in enumerate(days)), else_=None)

    def day_at_home(self, at_us: "ir.IntegerValue") -> "ir.IntegerValue":
        """The civil day in the report's zone."""
        return self._day_in(at_us, self.roster.home)

    def _day_in(self, at_us: "ir.IntegerValue", zone: ZoneInfo) -> "ir.IntegerValue":
        since = start_of(self.window.since_on, zone=zone)
        return day_numbers(at_us, zone=zone, since=since, until=self.window.as_of).cast("int64")
