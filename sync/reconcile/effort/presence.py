"""Who had what in hand: assigned while it was active and not blocked, and for how long that tells (metrics.md §4.3)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sync.reconcile.effort.roster import UNIT
from sync.reconcile.effort.signals import Signals
from sync.reconcile.flow import Flow

if TYPE_CHECKING:
    import ibis.expr.types as ir

NEVER = 2**62  #: a day, or an instant, that does not come


@dataclass(frozen=True, kw_only=True)
class Presence:
    signals: Signals
    flow: Flow

    @cached_property
    def held(self) -> "ir.Table":
        """person, subject, start_us, end_us: stretches in which someone was assigned what was active and unblocked."""
        import ibis

        going, assigned = self._unblocked, self._assigned
        met = going.inner_join(assigned, "ref")
        met = met.select(
            "person",
            "zone",
            "subject",
            start_us=ibis.greatest(met.start_us, met.from_us),
            end_us=ibis.least(met.end_us, met.until_us),
        )
        return met.filter(met.start_us < met.end_us).cache()

    def days(self) -> "ir.Table":
        """person, day, subject, present: the part of the working hours in which it was held, in units.

        Only on days without a direct signal, which it would not count beside; and only up to the tenth working day
        after the last direct signal on the subject, whoever's, or its last entry to active.
        """
        import ibis

        capacity = self.signals.capacity
        working = capacity.days.filter(capacity.days.capacity > 0)
        direct = self._direct.select("person", "day").distinct()
        open_days = working.select("person", "day", from_us="start_us", until_us="end_us")
        on = self._spans().inner_join(open_days.anti_join(direct, ["person", "day"]), ["person", "day"])
        held_us = ibis.least(on.end_us, on.until_us) - ibis.greatest(on.start_us, on.from_us)
        parts = on.mutate(held_us=held_us, hours_us=on.until_us - on.from_us).filter(held_us > 0)
        summed = parts.group_by("person", "day", "subject").agg(
            held_us=parts.held_us.sum().cast("int64"), hours_us=parts.hours_us.max()
        )
        part = (summed.held_us / summed.hours_us * UNIT + 0.5).floor().cast("int64")
        return summed.select("person", "day", "subject", present=part).filter(lambda found: found.present > 0).cache()

    def _spans(self) -> "ir.Table":
        """person, subject, start_us, end_us, day: each day of what is held, as long as it tells."""
        import ibis

        capacity, fresh = self.signals.capacity, self._fresh
        held = self.held.mutate(
            from_day=capacity.day_of(self.held.start_us, self.held.zone),
            last_day=capacity.day_of(self.held.end_us - 1, self.held.zone),
        )
        met = held.inner_join(fresh, "subject")
        met = met.filter((met.fresh_day <= met.last_day) & (met.next_day > met.from_day))
        reached = met.inner_join(self._reach, [("person", "person"), ("fresh_day", "day")])
        until_day = ibis.least(reached.last_day + 1, reached.next_day, reached.reach_day + 1)
        spans = reached.mutate(since_day=ibis.greatest(reached.from_day, reached.fresh_day), until_day=until_day)
        spans = spans.filter(spans.since_day < spans.until_day)
        days = ibis.range(spans.since_day, spans.until_day).unnest()
        return spans.select("person", "subject", "start_us", "end_us", day=days)

    @property
    def _reach(self) -> "ir.Table":
        """person, day, reach_day: the person's last working day on which something of this day still tells."""
        import ibis

        days = self.signals.capacity.days
        working = days.filter(days.capacity > 0).select("person", nth="nth", reach_day="day")
        later = days.select("person", "day", nth=days.nth + self.signals.thresholds.presence_days)
        told = later.left_join(working, ["person", "nth"])
        return told.select("person", "day", reach_day=ibis.coalesce(told.reach_day, NEVER))

    @property
    def _fresh(self) -> "ir.Table":
        """subject, fresh_day, next_day: the days of direct signals on what is held, and of its entries to active."""
        import ibis

        direct = self._direct.select("subject", fresh_day="day").semi_join(self.held, "subject")
        opened = self._active.semi_join(self.held, "subject")
        entered = opened.select("subject", fresh_day=self.signals.capacity.day_at_home(opened.start_us))
        every = direct.union(entered, distinct=True)
        following = every.fresh_day.lead().over(ibis.window(group_by="subject", order_by="fresh_day"))
        return every.mutate(next_day=following.fill_null(NEVER))

    @property
    def _direct(self) -> "ir.Table":
        told = self.signals.told
        return told.filter(told.code + told.review + told.coord > 0)

    @cached_property
    def _active(self) -> "ir.Table":
        """subject, item, ref, start_us, end_us: active runs that touch the window and that no bulk edit opened."""
        signals, runs = self.signals, self.flow.numbered_runs
        active = runs.filter((runs.category == "active") & (runs.end_us > signals.since_us))
        active = active.select("item", "start_us", "end_us").inner_join(self.flow.numbers, "item")
        named = active.inner_join(signals.subjects.numbers.select("subject", "ref"), "ref")
        opened = named.anti_join(signals.swept, [("ref", "ref"), ("start_us", "at_us")])
        return opened.select("subject", "item", "ref", "start_us", "end_us").cache()

    @property
    def _unblocked(self) -> "ir.Table":
        """subject, ref, start_us, end_us: the same without what was blocked."""
        import ibis

        blocks, active = self.flow.numbered_blocks, self._active
        in_order = ibis.window(group_by="item", order_by="start_us")
        gaps = blocks.semi_join(active, "item").mutate(
            free_us=blocks.end_us.lag().over(in_order).fill_null(-NEVER),
            next_us=blocks.start_us.lead().over(in_order),
        )
        between = gaps.select("item", from_us="free_us", until_us="start_us")
        after = gaps.filter(gaps.next_us.isnull()).select("item", from_us="end_us", until_us=ibis.literal(NEVER))
        met = active.left_join(between.union(after), "item")
        free = met.select(
            "subject",
            "ref",
            start_us=ibis.greatest(met.start_us, met.from_us.fill_null(-NEVER)),
            end_us=ibis.least(met.end_us, met.until_us.fill_null(NEVER)),
        )
        return free.filter(free.start_us < free.end_us)

    @property
    def _assigned(self) -> "ir.Table":
        """person, zone, ref, from_us, until_us: while someone was an assignee, unless a bulk edit made it so."""
        import ibis

        facts, swept = self.signals.snapshot, self.signals.swept
        items = facts["work_items"].select("ref", "created_us", "assignees").semi_join(self._active, "ref")
        turns = _turns(facts["changes"].semi_join(items, [("item_ref", "ref")]))
        given = turns.filter(turns.is_given).anti_join(swept, [("ref", "ref"), ("at_us", "at_us")])
        given = given.select("ref", "account", from_us="at_us", until_us=given.next_us.fill_null(NEVER))
        from_birth = turns.filter(turns.is_first & ~turns.is_given).inner_join(items, "ref")
        from_birth = from_birth.select("ref", "account", from_us="created_us", until_us="at_us")
        always = items.select("ref", account="assignees", from_us="created_us").unnest("account")
        always = always.anti_join(turns, ["ref", "account"])
        always = always.select("ref", "account", "from_us", until_us=ibis.literal(NEVER))
        return ibis.union(given, from_birth, always).inner_join(self.signals.capacity.people, "account").drop("account")


def _turns(changes: "ir.Table") -> "ir.Table":
    """ref, account, at_us, is_given, is_first, next_us: each time that somebody was given an item, or it was taken."""
    import ibis

    told = changes.filter(changes.field == "assignees")
    told = told.filter(told.from_id.isnull() | told.to_id.isnull() | (told.from_id != told.to_id))
    taken = told.select("at_us", "id", "index", ref="item_ref", account="from_id", is_given=False)
    given = told.select("at_us", "id", "index", ref="item_ref", account="to_id", is_given=True)
    every = taken.union(given).filter(lambda turn: turn.account.notnull())
    in_order = ibis.window(group_by=["ref", "account"], order_by=["at_us", every.id.length(), "id", "index"])
    return every.mutate(
        is_first=every.at_us.lag().over(in_order).isnull(), next_us=every.at_us.lead().over(in_order)
    ).drop("id", "index")
