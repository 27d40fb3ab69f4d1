"""What was posted stands beside the files, which are right where both say something."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mappings.acknowledgements import Acknowledgement
from mappings.posted import Posted
from mappings.strategy import Reading
from sync.config import load_config
from sync.files import Files, read_files
from sync.store import acknowledgements, readings
from sync.work.posted import map_on
from tests.clocks import NOON
from tests.stores import new_store

TEXTS = {
    "fingerpost.yaml": "sources: {jira: {type: jira, url: 'https://a.test', token: '${TOKEN}', projects: [PAY]}}\n",
    "strategy.yaml": """\
objectives:
  - {id: growth, name: Growth, measures: [{id: sales, readings: [{on: 2026-11-01, value: 1.0}]}]}
""",
    "mappings.yaml": "rules: [{id: r, when: {labels: cart}, objective: growth}]\n",
    "acks.yaml": "acks: [{finding: aaaaaaaaaaaa, reason: filed, by: web, until: 2026-12-31, severity: low}]\n",
}
TODAY = NOON.date()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    return read_files(load_config(tmp_path / "fingerpost.yaml", environment={"TOKEN": "t"}), folder=tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = new_store(tmp_path)
    yield engine
    engine.dispose()


def accept(store: Engine, finding: str, *, until: date) -> None:
    made = Acknowledgement(finding=finding, reason="posted", by="web", on=TODAY, until=until, severity="low")
    acknowledgements.keep(store, made, who="keeper", now=NOON)


def post(store: Engine, on: date, value: float) -> None:
    readings.keep(store, Posted("growth", "sales", Reading(on=on, value=value)), who="keeper", now=NOON)


def test_without_anything_posted_the_files_are_all(files: Files, store: Engine) -> None:
    assert map_on(store, files, TODAY) == files.on(TODAY)


def test_an_acknowledgement_counts_unless_the_file_has_one_of_the_finding(files: Files, store: Engine) -> None:
    for finding in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        accept(store, finding, until=date(2026, 12, 1))
    made = map_on(store, files, TODAY).acks.on(TODAY)
    assert {name: each.reason for name, each in made.items()} == {"aaaaaaaaaaaa": "filed", "bbbbbbbbbbbb": "posted"}


def test_a_reading_counts_unless_the_file_has_one_of_the_day_and_of_two_the_later(files: Files, store: Engine) -> None:
    for on, value in ((date(2026, 11, 1), 9.0), (date(2026, 11, 8), 2.0), (date(2026, 11, 8), 3.0)):
        post(store, on, value)
    [measure] = map_on(store, files, TODAY).strategy.objectives[0].measures
    assert [(each.on.day, each.value) for each in measure.readings] == [(1, 1.0), (8, 3.0)]


def test_what_was_posted_makes_another_map(files: Files, store: Engine) -> None:
    digests = [map_on(store, files, TODAY).digest]
    post(store, TODAY, 4.0)
    digests.append(map_on(store, files, TODAY).digest)
    accept(store, "cccccccccccc", until=TODAY)
    digests.append(map_on(store, files, TODAY).digest)
    assert len(set(digests)) == 3
