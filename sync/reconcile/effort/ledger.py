"""Where people's days went: what the rest of the program sees of it (metrics.md §4)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.identities import identities
from mappings.people import People
from mappings.rules import Mappings
from sync.reconcile.effort.absence import absences
from sync.reconcile.effort.acts import first_seen
from sync.reconcile.effort.capacity import Capacity
from sync.reconcile.effort.presence import Presence
from sync.reconcile.effort.roster import UNIT, Window, roster
from sync.reconcile.effort.signals import Signals
from sync.reconcile.effort.split import Split, Weights, split
from sync.reconcile.effort.subjects import Subjects
from sync.reconcile.flow import Flow
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Reckoned when first asked for, from the first day of `window` to its instant."""

    snapshot: Snapshot
    flow: Flow
    links: "ir.Table"
    people: People
    mappings: Mappings
    thresholds: Thresholds
    zone: ZoneInfo
    window: Window

    @cached_property
    def by_item(self) -> "ir.Table":
        """ref, team, day, effort: person-days, without the persons.

        `ref` is a work item; a pull request, or a repository, where nothing says which work item it serves. `team` is
        that of whoever did it on that day, null if none; `day` is the civil day, in days since 1970-01-01.
        """
        return self.spent.select("ref", "team", "day", effort=person_days(self.spent.effort))

    @cached_property
    def spent(self) -> "ir.Table":
        """ref, kind, team, day, effort: the same in units; the kind is work_item, pull_request or repository."""
        shares = in_teams(self.split.shares, self.capacity.memberships)
        summed = shares.group_by("subject", "team", "day").agg(effort=shares.effort.sum().cast("int64"))
        named = summed.inner_join(self.subjects.numbers, "subject")
        return named.select("ref", "kind", "team", "day", "effort").cache()

    @cached_property
    def split(self) -> Split:
        return split(
            self.days,
            self.signals.told,
            self.present,
            self.subjects.roots,
            minutes_a_day=self.thresholds.minutes_a_day,
            weights=self.weights,
        )

    @property
    def weights(self) -> Weights:
        told = self.thresholds
        return Weights(told.code_weight, told.review_weight, told.coord_weight)

    @cached_property
    def days(self) -> "ir.Table":
        """person, day, capacity: 0 also where they were presumably away."""
        import ibis

        days = self.capacity.days.select("person", "day", "capacity")
        if not self.thresholds.presume_absence:
            return days
        known = days.left_join(self.absent.mutate(is_away=True), ["person", "day"])
        return known.select("person", "day", capacity=ibis.ifelse(known.is_away.notnull(), 0, known.capacity)).cache()

    @cached_property
    def absent(self) -> "ir.Table":
        """person, day: the working days that are taken for absence."""
        signalled = self.signals.told.select("person", "day").union(self.present.select("person", "day"))
        return absences(self.capacity.days, signalled=signalled, least=self.thresholds.absence_days).cache()

    @cached_property
    def present(self) -> "ir.Table":
        return self.presence.days()

    @cached_property
    def presence(self) -> Presence:
        return Presence(signals=self.signals, flow=self.flow)

    @cached_property
    def signals(self) -> Signals:
        return Signals(
            snapshot=self.snapshot, capacity=self.capacity, subjects=self.subjects, thresholds=self.thresholds
        )

    @cached_property
    def subjects(self) -> Subjects:
        return Subjects(snapshot=self.snapshot, links=self.links, at_most=self.mappings.links.at_most)

    @cached_property
    def capacity(self) -> Capacity:
        accounts = identities(self.snapshot["accounts"], self.people)
        first_us = {row["account"]: row["first_us"] for row in first_seen(self.snapshot).to_pyarrow().to_pylist()}
        known = roster(accounts, self.people, first_us=first_us, zone=self.zone, window=self.window)
        return Capacity(roster=known, window=self.window, facts=self.snapshot["sources"])


def in_teams(shares: "ir.Table", memberships: "ir.Table") -> "ir.Table":
    """The shares, of each the part that a team has of the person's time on that day, with that `team`."""
    held = shares.inner_join(memberships, "person")
    held = held.filter((held.day >= held.from_day) & (held.day < held.until_day))
    upper, lower = (_part(held.effort, held[name]) for name in ("until_share", "from_share"))
    return held.select(*shares.drop("effort").columns, "team", effort=upper - lower)


def _part(effort: "ir.IntegerValue", share: "ir.IntegerValue") -> "ir.IntegerValue":
    """So much of the effort; stretches that meet give parts that add up to the whole."""
    return (effort.cast("float64") * (share.cast("float64") / UNIT)).floor().cast("int64")


def person_days(effort: "ir.IntegerValue") -> "ir.DecimalValue":
    """Units as person-days; exact up to a thousand."""
    return (effort.cast("decimal(38, 0)") / UNIT).cast("decimal(38, 12)")
