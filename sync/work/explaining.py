"""Walks an item, a finding or a figure back to what it rests on."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from mappings.conditions import nesting
from mappings.explain import explain
from mappings.links import links
from mappings.people import with_bots
from mappings.problems import Problem, Problems, nearest
from mappings.tag import tag
from sync import config as configuration
from sync.config import Config
from sync.files import Files, Map, read_files
from sync.mirrors import unmirrored
from sync.reconcile.periods import day_of
from sync.report import explanation
from sync.report.confidential import by_key_alone
from sync.report.explanation import Edition, Explained
from sync.store.database import connect
from sync.store.excerpt import excerpt
from sync.store.names import keys_near, refs_of

FINDING = re.compile("[0-9a-f]{4,12}")
FIGURE = re.compile("[a-z][a-z0-9_]*(:.+)?")


def explained(
    path: Path,
    name: str,
    *,
    environment: Mapping[str, str],
    as_of: datetime,
    period: str | None = None,
    objective: str | None = None,
) -> Explained:
    """What the name stands for, with all that it rests on as known at `as_of`. Raises `Problems` and `StoreError`."""
    config = configuration.load_config(path, environment=environment)
    files = read_files(config, folder=path.parent)
    engine = connect(config.store)
    try:
        if not refs_of(engine, name) and (FINDING.fullmatch(name) or FIGURE.fullmatch(name)):
            return _reported(engine, name, config=config, files=files, as_of=as_of, period=period)
        return item_explained(engine, name, config=config, files=files, as_of=as_of, objective=objective)
    finally:
        engine.dispose()


def item_explained(
    engine: Engine, name: str, *, config: Config, files: Files, as_of: datetime, objective: str | None = None
) -> Explained:
    """Why the item that is called so is tagged as it is. Raises `Problems` where no item is, or several are."""
    refs = refs_of(engine, name)
    if not refs:
        raise _unknown(name, "no item is called so", _like(name, keys_near(engine, name)))
    if len(refs) > 1:
        raise _unknown(name, f"is the name of {len(refs)} items; name one of {', '.join(refs)}")
    return _item(engine, refs[0], config=config, files=files, as_of=as_of, objective=objective)


def rendered(told: Explained, form: str) -> str:
    """As text or as JSON."""
    if form == "text":
        return explanation.render(told)
    encoded = msgspec.json.encode(told, order="deterministic")
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def _item(
    engine: Engine, ref: str, *, config: Config, files: Files, as_of: datetime, objective: str | None
) -> Explained:
    """Of this item's own facts alone: the store may be large."""
    day = day_of(as_of, zone=ZoneInfo(config.zone))
    in_force = files.on(day)
    rules, strategy = in_force.mappings, in_force.strategy
    if objective is not None and objective not in strategy.rank:
        raise _unknown(objective, "is no objective of the strategy", nearest(objective, strategy.rank))
    read = excerpt(engine, as_of, ref, fields=rules.asks_fields, hops=nesting(rules.conditions(), "linked"))
    people = in_force.people
    tables = unmirrored({**read, "accounts": with_bots(read["accounts"], people)}, config.mirrors)
    linked = links(tables, rules).cache()
    tagged = tag(tables, links=linked, strategy=strategy, mappings=rules, day=day, people=people)
    try:
        told = explain(tables, ref, tags=tagged, links=linked, mappings=rules, day=day, people=people)
    except KeyError:
        raise _unknown(ref, f"was not there on {day}") from None
    explained = Explained(**_when(in_force, as_of, config), item=told, objective=objective)
    return by_key_alone(explained, tables, config.confidential)


def _reported(
    engine: Engine, name: str, *, config: Config, files: Files, as_of: datetime, period: str | None
) -> Explained:
    from sync.work.behind import figures_behind, finding_behind
    from sync.work.reporting import report

    made = report(engine, config=config, files=files, as_of=as_of, period=period)
    when = _when(files.on(day_of(as_of, zone=ZoneInfo(config.zone))), as_of, config)
    if figures := figures_behind(made, name):
        return Explained(**when, period=made.masthead.period, figures=figures)
    told = (*made.findings, *(each.finding for each in made.accepted))
    found = [each for each in told if FINDING.fullmatch(name) and each.id.startswith(name)]
    if len(found) > 1:
        raise _unknown(name, f"begins {len(found)} findings: {', '.join(each.id for each in found[:8])}")
    if not found:
        raise _unknown(
            name, "no item, finding or figure is called so", _like(name, {each.id for each in made.delivery})
        )
    return Explained(**when, period=made.masthead.period, finding=finding_behind(engine, made, found[0]))


def _when(in_force: Map, as_of: datetime, config: Config) -> dict[str, Any]:
    return {
        "as_of": as_of,
        "zone": config.zone,
        "strategy": Edition(file=in_force.strategy_name, from_on=in_force.strategy.from_on),
        "mappings": Edition(file=in_force.mappings_name, from_on=in_force.mappings.from_on),
    }


def _unknown(name: str, message: str, hint: str = "") -> Problems:
    return Problems([Problem(name, 0, 0, message, hint)])


def _like(name: str, names: Iterable[str]) -> str:
    """A hint with the three names that are most like this one; empty where none is."""
    close = get_close_matches(name.upper() if "-" in name else name, sorted(names), n=3)
    return f"did you mean {', '.join(close)}?" if close else ""
