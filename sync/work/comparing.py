"""Two strategies side by side: what moved on the map, and whom that touches by what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from mappings.problems import Problem, Problems
from mappings.strategy import Strategy, in_force
from mappings.strategy_diff import Dated, Shift, strategy_diff
from sync.config import Config
from sync.files import Files, Map, read_strategies
from sync.reconcile.objectives import ALL, members
from sync.reconcile.periods import day_of
from sync.reconcile.travellers import Travellers, travellers
from sync.report.confidential import by_key_alone
from sync.report.notice import MapVersion, Moved, Notice, Touched
from sync.snapshot import Snapshot
from sync.store import health
from sync.store.load import snapshot
from sync.work.judging import facts_of
from sync.work.reporting import understood


@dataclass(frozen=True, kw_only=True)
class Version:
    """One side of the comparison."""

    name: str
    dated: Dated

    @property
    def told(self) -> MapVersion:
        return MapVersion(name=self.name, on=self.dated.day)


def compare(engine: Engine, *, config: Config, files: Files, sides: Sequence[date | Path], as_of: datetime) -> Notice:
    """What moved from the first to the second, each a day or the file of a strategy, which is read as of `as_of`.

    Raises `Problems` where a day has no strategy yet.
    """
    day = day_of(as_of, zone=ZoneInfo(config.zone))
    before, after = (_version(side, config=config, files=files, today=day) for side in sides)
    return between(engine, config=config, files=files, sides=(before, after), as_of=as_of)


def between(engine: Engine, *, config: Config, files: Files, sides: tuple[Version, Version], as_of: datetime) -> Notice:
    """What moved from one version to the other; `files` say what the stored work means."""
    before, after = sides
    shifts = strategy_diff(before.dated, after.dated)
    now = files.on(day_of(as_of, zone=ZoneInfo(config.zone)))
    facts = snapshot(engine, as_of, fields=now.mappings.asks_fields) if shifts and health.known(engine) else None
    looked = facts is not None and bool(facts["sources"].count().to_pyarrow().as_py())
    found = _travellers(facts, now, (before, after), _scopes(shifts), config) if facts and looked else {}
    made = Notice(
        before=before.told,
        after=after.told,
        moved=tuple(Moved(**shift._asdict()) for shift in shifts),
        touched=tuple(_touched(_scopes(shifts), (before, after), found)),
        looked=looked,
    )
    return by_key_alone(made, facts.tables, config.confidential) if facts else made


def in_force_on(files: Files, day: date) -> Version:
    """The version that these files have in force on a day. Raises `Problems` where there is none yet."""
    found = files.on(day)
    return Version(name=found.strategy_name, dated=Dated(found.strategy, day))


def _version(side: date | Path, *, config: Config, files: Files, today: date) -> Version:
    """A file by itself counts whatever day it begins on."""
    if isinstance(side, date):
        versions, day = files.strategies, side
    else:
        versions, day = read_strategies(side, config), today
    alone = len(versions) == 1 and isinstance(side, Path)
    strategy = next(iter(versions.values())) if alone else in_force(versions.values(), day)
    if strategy is None:
        problem = Problem(str(side), 0, 0, f"no strategy is in force on {day}", "name a later day")
        raise Problems([problem])
    name = next(name for name, each in versions.items() if each is strategy)
    return Version(name=name, dated=Dated(strategy, day))


def _scopes(shifts: Sequence[Shift]) -> list[str]:
    return list(dict.fromkeys(shift.objective or ALL for shift in shifts))


def _touched(scopes: Sequence[str], versions: Sequence[Version], found: Mapping[str, Travellers]) -> Iterator[Touched]:
    for scope in scopes:
        owners = _owners(scope, [version.dated.strategy for version in versions])
        yield Touched(objective=None if scope == ALL else scope, owners=owners, travellers=found.get(scope))


def _owners(scope: str, strategies: Sequence[Strategy]) -> tuple[str, ...]:
    """The teams that own the objective before and after; all owners where everything is meant."""
    objectives = (each for strategy in strategies for each in strategy.objectives)
    owners = (each.owner for each in objectives if scope in (ALL, each.id))
    return tuple(dict.fromkeys(owner for owner in owners if owner))


def _travellers(
    facts: Snapshot, now: Map, sides: Sequence[Version], scopes: Sequence[str], config: Config
) -> Mapping[str, Travellers]:
    """Whom it touches: what today's rules tag to these objectives of either strategy."""
    zone = ZoneInfo(config.zone)
    day = day_of(facts.as_of, zone=zone)
    known = understood(facts, now, config=config, day=day)
    read = facts_of(known, lately=True)
    members_of = []
    for side in sides:
        told = replace(now, strategy=side.dated.strategy)
        tags = understood(facts, told, config=config, day=day, linked=known.links).tags
        members_of.append(members(read.flow, tags, told.strategy).select("ref", "scope"))
    return travellers(read, members_of[0].union(members_of[1]), scopes=scopes, people=now.people)
