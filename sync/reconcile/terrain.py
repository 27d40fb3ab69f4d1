"""What appeared on the ground during a period, and where no rule leads: the edge of the map."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from mappings.people import People
from mappings.terrain import Sight, sights, unruled
from sync.reconcile.periods import Period, day_of, micros
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST = 40  #: of each list; the command `terrain` has all


class Sighting(Struct, frozen=True, kw_only=True):
    """A place, or a word that items are told by."""

    kind: str  #: project, repository, type, status, label
    place: str | None  #: the project or repository that it is in, where it is in one
    name: str
    items: int


class TerrainView(Struct, frozen=True, kw_only=True):
    since_on: date
    new: tuple[Sighting, ...]  #: that no item before had, by kind, the most items first
    new_accounts: int  #: that opened their first item, and are in no team
    lost: tuple[Sighting, ...]  #: places that went out of sight
    unruled: tuple[Sighting, ...]  #: places in which nothing is tagged or exempt


def terrain_view(
    snapshot: Snapshot, *, tables: Mapping[str, "ir.Table"], tags: "ir.Table", people: People, period: Period
) -> TerrainView:
    """What no item before the period was in, or was told by. `tables` are the snapshot's, as rules see them."""
    since_us, until_us = (micros(at) for at in (period.start_at, period.known_until(snapshot.as_of)))
    found = sights(tables, people=people, day=day_of(snapshot.as_of, zone=period.zone))
    new = [sight for sight in found if sight.first_us is not None and since_us <= sight.first_us < until_us]
    places = [sight for sight in new if sight.name.kind != "account"]
    return TerrainView(
        since_on=period.first_on,
        new=tuple(map(_sighting, places[:MOST])),
        new_accounts=len(new) - len(places),
        lost=_lost(snapshot, since_us=since_us),
        unruled=tuple(map(_sighting, unruled(tables, tags)[:MOST])),
    )


def _lost(snapshot: Snapshot, *, since_us: int) -> tuple[Sighting, ...]:
    import ibis

    projects, repositories = snapshot["projects"], snapshot["repositories"]
    places = ibis.union(
        projects.select("lost_us", kind=ibis.literal("project"), name="key"),
        repositories.select("lost_us", kind=ibis.literal("repository"), name="name"),
    )
    rows = places.filter(places.lost_us >= since_us).order_by("kind", "name").limit(MOST).to_pyarrow().to_pylist()
    return tuple(Sighting(kind=row["kind"], place=None, name=row["name"], items=0) for row in rows)


def _sighting(sight: Sight) -> Sighting:
    return Sighting(kind=sight.name.kind, place=sight.name.place, name=sight.name.name, items=sight.items)
