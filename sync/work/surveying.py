"""What is new on the ground since the last report, in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from mappings.terrain import Name, Sight, Terrain, ground, terrain
from sync.config import Config
from sync.files import Files
from sync.mirrors import unmirrored
from sync.reconcile.periods import day_of
from sync.store.load import snapshot
from sync.work.reporting import meaning

VERSION = 1
LOOK_BACK = timedelta(days=7)  #: where no report tells when the last run was
MOST = 20  #: of a kind are listed in words; the rest is counted
HEADINGS = {
    "project": "projects",
    "repository": "repositories",
    "type": "types of work items",
    "status": "statuses",
    "label": "labels",
    "account": "accounts without a team",
}


def surveyed(engine: Engine, *, config: Config, files: Files, since: datetime, as_of: datetime) -> Terrain:
    """What is there at `as_of` and was not known at `since`, both by the people file of the later day."""
    known = meaning(engine, config=config, files=files, as_of=as_of)
    people, tables = known.map.people, unmirrored(known.facts.tables, config.mirrors)
    now = ground(tables, people=people, day=known.day)
    earlier = unmirrored(snapshot(engine, since).tables, config.mirrors)
    before = ground(earlier, people=people, day=day_of(since, zone=ZoneInfo(config.zone)))
    return terrain(before, now, tables, known.tags)


def last_run(config: Config, *, folder: Path, as_of: datetime) -> datetime:
    """The instant of the latest report in the reports folder, if it was before `as_of`; else `LOOK_BACK` before it."""
    try:
        told = msgspec.json.decode((folder / config.reports / "latest.json").read_bytes())
        at = datetime.fromisoformat(told["masthead"]["as_of"]).astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or of another version
        return as_of - LOOK_BACK
    return at if at < as_of else as_of - LOOK_BACK


def as_text(found: Terrain, *, since: datetime) -> str:
    """For a terminal: what is new by kind, what is gone, and where no rule leads."""
    lines = [f"Since {since:%Y-%m-%d %H:%M} UTC:"]
    for kind, sights in groupby(found.new, key=lambda each: each.name.kind):
        lines += _listed(f"new {HEADINGS[kind]}", list(sights))
    lines += [f"gone: {_called(name)}" for name in found.gone]
    lines += _listed("places in which nothing is tagged or exempt", list(found.unruled))
    return "\n".join(lines if len(lines) > 1 else [*lines, "nothing is new, and every place has a rule"])


def as_json(found: Terrain, *, since: datetime, as_of: datetime) -> str:
    """Indented JSON."""
    told = {"version": VERSION, "since": since, "as_of": as_of}
    lists = {
        "new": [_plain(each) for each in found.new],
        "gone": [each._asdict() for each in found.gone],
        "unruled": [_plain(each) for each in found.unruled],
    }
    return msgspec.json.format(msgspec.json.encode(told | lists), indent=2).decode()


def _listed(heading: str, sights: list[Sight]) -> Iterator[str]:
    if not sights:
        return
    yield f"{len(sights):,} {heading}:"
    yield from (f"  {_called(each.name)}: {each.items:,} items" for each in sights[:MOST])
    if len(sights) > MOST:
        yield f"  and {len(sights) - MOST:,} more (--format json has all)"


def _called(name: Name) -> str:
    return f"{name.name} in {name.place}" if name.place else name.name


def _plain(sight: Sight) -> dict[str, object]:
    return {**sight.name._asdict(), "items": sight.items}
