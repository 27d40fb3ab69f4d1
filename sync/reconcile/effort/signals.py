"""Who was at work on what, by day: each kind of signal once for a subject and a day (metrics.md §4.3)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sync.reconcile.bulk import sweeps
from sync.reconcile.effort.acts import CODE, COORD, REVIEW, acts
from sync.reconcile.effort.capacity import Capacity
from sync.reconcile.effort.roster import UNIT
from sync.reconcile.effort.subjects import PULL_REQUEST, Subjects
from sync.reconcile.periods import micros, start_of
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

KINDS = (CODE, REVIEW, COORD)


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Of people, in the window of their capacity."""

    snapshot: Snapshot
    capacity: Capacity
    subjects: Subjects
    thresholds: Thresholds

    @property
    def since_us(self) -> int:
        return micros(start_of(self.capacity.window.since_on, zone=self.capacity.roster.home))

    @cached_property
    def swept(self) -> "ir.Table":
        """ref, at_us: changes that are part of a bulk edit (§1.10), of status and of assignees."""
        import ibis

        changes = self.snapshot["changes"]
        told = changes.filter(changes.field.isin(["status", "assignees"]), changes.at_us >= self.since_us)
        value = told.field + ":" + ibis.coalesce(told.to_id, told.to_text, "")
        moves = told.select("at_us", "author", item="item_ref", to_id=value)
        found = sweeps(moves, items=self.thresholds.bulk_items, gap_s=self.thresholds.bulk_gap_s)
        return found.select("at_us", ref="item").distinct().cache()

    @cached_property
    def told(self) -> "ir.Table":
        """person, day, subject, code, review, coord, spent_s: on the day that they count for, after carrying.

        A kind is the largest part that a signal of it has in the subject, in units; 0 where there is none.
        """
        days = self.capacity.days.select("person", "day", "on_day")
        carried = self._served.inner_join(days, ["person", "day"])
        carried = carried.filter(carried.on_day.notnull())
        return (
            carried.group_by("person", "subject", day="on_day")
            .agg(
                **{kind: carried.part.max(where=carried.kind == kind).fill_null(0) for kind in KINDS},
                spent_s=carried.spent_s.sum().fill_null(0).cast("int64"),
            )
            .cache()
        )

    @property
    def _served(self) -> "ir.Table":
        """person, day, subject, kind, part, spent_s: what serves work items as signals of these."""
        import ibis

        done = self._done.left_join(self.subjects.served.rename(item="subject"), [("subject", "pull")])
        return done.select(
            "person",
            "day",
            "kind",
            "spent_s",
            subject=ibis.coalesce(done.item, done.subject),
            part=ibis.coalesce(done.part, UNIT),
        )

    @property
    def _done(self) -> "ir.Table":
        """person, day, subject, kind, spent_s: one row each, on the day on which it was done."""
        import ibis

        told = acts(self.snapshot, self.swept, since_us=self.since_us, until_us=micros(self.capacity.window.as_of))
        by_people = told.inner_join(self.capacity.people, "account")
        on = by_people.inner_join(self.subjects.numbers.select("subject", "ref"), "ref")
        dated = on.select("person", "subject", "kind", "spent_s", day=self.capacity.day_of(on.at_us, on.zone))
        once = dated.group_by("person", "day", "subject", "kind").agg(spent_s=dated.spent_s.sum())
        own = self._authors.mutate(kind=ibis.literal(REVIEW))
        return once.anti_join(own, ["subject", "person", "kind"])

    @property
    def _authors(self) -> "ir.Table":
        """subject, person: who opened each pull request."""
        pulls = self.snapshot["pull_requests"].select("ref", account="author")
        opened = pulls.inner_join(self.capacity.people, "account").inner_join(
            self.subjects.numbers.filter(self.subjects.numbers.kind == PULL_REQUEST).select("subject", "ref"), "ref"
        )
        return opened.select("subject", "person")
