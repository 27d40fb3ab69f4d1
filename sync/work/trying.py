"""The rules put to the test: their cases, and what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.transport import Clock
from mappings.cases import run_cases
from mappings.links import links
from mappings.names import unknown_names
from mappings.problems import Problem
from mappings.shadowed import never_matching, shadowed_as_written, shadowed_in_facts, takes
from sync import config as configuration
from sync.config import Config
from sync.files import Files, read_files
from sync.reconcile.periods import day_of
from sync.snapshot import Snapshot
from sync.store.database import connect, exists
from sync.store.load import snapshot


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of it."""

    cases: int
    failures: tuple[Problem, ...]
    idle: tuple[Problem, ...] = ()  #: rules that match nothing; no failure
    unlooked: str = ""  #: why the stored facts were not looked at; empty where they were

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.idle]
        return "\n".join([*lines, f"{self.cases:,} cases" if self.failures else f"{self.cases:,} cases hold"])


def tried(path: Path, *, environment: Mapping[str, str], clock: Clock) -> Tried:
    """Cases, rules that are shadowed, and names that nothing has. Asks no source, and makes no store."""
    config = configuration.load_config(path, environment=environment)
    files = read_files(config, folder=path.parent)
    now = clock.now().replace(microsecond=0)
    day = day_of(now, zone=ZoneInfo(config.zone))
    failures = [failure.problem for each in files.mappings.values() for failure in run_cases(each, day=day)]
    failures += [problem for each in files.mappings.values() for problem in shadowed_as_written(each)]
    told = Tried(
        cases=sum(1 for each in files.mappings.values() for _ in each.cases()),
        failures=tuple(failures),
        unlooked="there is no store yet",
    )
    return _looked(told, config, files, now) if exists(config.store) else told


def _looked(told: Tried, config: Config, files: Files, now: datetime) -> Tried:
    """The same with what the stored facts say of the rules in force."""
    engine = connect(config.store)
    try:
        day = day_of(now, zone=ZoneInfo(config.zone))
        rules, people = files.on(day).mappings, files.people
        facts = snapshot(engine, now, fields=rules.asks_fields)
        if unread := _unread(facts, config):
            return replace(told, unlooked=f"{', '.join(unread)} was never read to its end")
        linked = links(facts.tables, rules).cache()
        taken = takes(facts.tables, links=linked, mappings=rules, day=day, people=people)
        known = {(problem.file, problem.line) for problem in told.failures}
        wrong = [each for each in shadowed_in_facts(rules, taken) if (each.file, each.line) not in known]
        wrong += unknown_names(rules, facts.tables, people)
        return replace(told, failures=(*told.failures, *wrong), idle=tuple(never_matching(rules, taken)), unlooked="")
    finally:
        engine.dispose()


def _unread(facts: Snapshot, config: Config) -> list[str]:
    """The sources that may have more names than are known, because no pass of theirs came to its end."""
    rows = facts["sources"].to_pyarrow().to_pylist()
    read = {row["name"] for row in rows if row["complete_us"] is not None}
    return sorted(name for name in config.sources if name not in read)
