"""What an edit of the map would move, on the facts that are stored; nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from mappings.rules import Mappings
from mappings.strategy import Strategy
from sync.config import Config
from sync.files import Files, Map, read_files
from sync.reconcile.facts import Facts
from sync.reconcile.periods import day_of, last_complete_week
from sync.reconcile.periods import period as named_period
from sync.report.confidential import by_key_alone
from sync.report.preview import html, json, text
from sync.report.preview.build import build
from sync.report.preview.model import Preview
from sync.store.load import snapshot
from sync.work.judging import facts_of
from sync.work.posted import map_on
from sync.work.reporting import Meaning, understood

DECIDES = ("from_on", "rules", "exempt", "overrides", "breakdowns")  #: the parts of mappings that only tags go by

V = TypeVar("V", Strategy, Mappings)

#: Form of a preview → the function that writes it.
RENDERERS = {"html": html.render, "json": json.render, "text": text.render}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The files, or folders of versions, that would take the place of those that are named in the configuration."""

    strategy: Path | None = None
    mappings: Path | None = None


def preview(
    engine: Engine, *, config: Config, files: Files, edit: Edit, folder: Path, as_of: datetime, period: str | None
) -> Preview:
    """What is known at `as_of`, read by the map in force and by the edited one. Raises `Problems` of the new files."""
    zone = ZoneInfo(config.zone)
    day = day_of(as_of, zone=zone)
    span = named_period(period, zone=zone) if period else last_complete_week(as_of, zone=zone)
    now, new = (map_on(engine, each, day) for each in (files, edited(config, edit=edit, folder=folder)))
    facts = snapshot(engine, as_of, fields=now.mappings.asks_fields or new.mappings.asks_fields)
    known = understood(facts, now, config=config, day=day)
    before = facts_of(known)
    after = _judged_anew(before, known, new, config)
    names = [(each.strategy_name, each.mappings_name) for each in (now, new)]
    made = build(before, after, names=names, period=span)
    return by_key_alone(made, facts.tables, config.confidential)


def edited(config: Config, *, edit: Edit, folder: Path) -> Files:
    """The files with the edit in the place of what it edits. A file by itself counts whatever day it begins on."""
    named = {"strategy": edit.strategy, "mappings": edit.mappings}
    given = {key: str(path.absolute()) for key, path in named.items() if path}
    files = read_files(config.model_copy(update=given), folder=folder)
    return replace(
        files,
        strategies=_begun(files.strategies) if edit.strategy else files.strategies,
        mappings=_begun(files.mappings) if edit.mappings else files.mappings,
    )


def _begun(versions: Mapping[str, V]) -> Mapping[str, V]:
    """A version by itself as if it had always been in force; of several, each from its own day."""
    if len(versions) > 1:
        return versions
    return {name: version.model_copy(update={"from_on": None}) for name, version in versions.items()}


def _judged_anew(before: Facts, known: Meaning, new: Map, config: Config) -> Facts:
    """The facts by the new map; links and flow are those of before, unless the edit changes how they are read."""
    if _reads(new.mappings) != _reads(known.map.mappings):
        return facts_of(understood(known.facts, new, config=config, day=known.day))
    meant = understood(known.facts, new, config=config, day=known.day, linked=known.links)
    return before.under(tags=meant.tags, strategy=new.strategy, mappings=new.mappings)


def _reads(mappings: Mappings) -> Mapping[str, object]:
    """All that the mappings say but what decides tags."""
    return mappings.model_dump(exclude=set(DECIDES))
