"""kill -9 at random under load: whatever was answered with 202 was taken, and the store ends as the sources are."""

import os
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sync.store.database import connect
from sync.store.tables import DELIVERIES
from tests.stage import Place
from tests.sync.deliveries import standing
from tests.sync.service.fleet import Fleet, fleet
from tests.sync.service.load import SECRET, Company, Load, company

SOAK = "FINGERPOST_SOAK" in os.environ
KILLS = 20 if SOAK else 1
MOST_ANSWERS = 60  # that are given between two kills
CONFIG = """\
store: {store}
sources:
  jira: {{type: jira, url: "${{JIRA}}", token: "${{T}}", projects: [PAY, WEB], hook_secrets: ["${{HOOK}}"]}}
  github: {{type: github, url: "${{GITHUB}}", token: "${{T}}", repositories: ["acme/*"], hook_secrets: ["${{HOOK}}"]}}
serve: {{port: 0}}
schedules: {{debounce_s: 0.2, jitter_s: 0, poll: "* * * * *", report: "0 0 1 1 *"}}
"""
ALONE = ("serve",)
MANY = ("serve", "serve", "worker", "worker", "worker")
SEEDS = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 11)]


def place_of(folder: Path, store: str, sources: Company) -> Place:
    """A folder with the files of an installation."""
    folder.mkdir()
    (folder / "fingerpost.yaml").write_text(CONFIG.format(store=store), encoding="utf-8")
    (folder / "strategy.yaml").write_text("objectives: [{id: a, name: A}]\n", encoding="utf-8")
    (folder / "mappings.yaml").write_text("rules: [{id: pay, when: {project: PAY}, objective: a}]\n", encoding="utf-8")
    environment = {"JIRA": sources.urls["jira"], "GITHUB": sources.urls["github"], "HOOK": SECRET, "T": "right"}
    return Place(folder, environment)


def through_kills(hosts: Fleet, load: Load, moments: random.Random) -> None:
    """One after the other is killed, each after some answers more."""
    for _ in range(KILLS):
        hosts.until(load.answered_more(moments.randint(1, MOST_ANSWERS)))
        hosts.kill_one(moments)


def inbox(engine: Engine) -> dict[tuple[str, str], str]:
    """How each delivery stands, by source and id."""
    with engine.begin() as connection:
        rows = connection.execute(select(DELIVERIES.c.source, DELIVERIES.c.id, DELIVERIES.c.state))
        return {(row.source, row.id): row.state for row in rows}


def read_afresh(folder: Path, sources: Company) -> dict[str, Any]:
    """Every fact that stands, of a store that was filled by one run that nobody disturbed."""
    url = f"sqlite:///{folder}/calm/facts.db"
    done = place_of(folder / "calm", url, sources).fingerpost("sync")
    assert done.returncode == 0, done.stderr
    engine = connect(url)
    read = facts(engine)
    engine.dispose()
    return read


def facts(engine: Engine) -> dict[str, Any]:
    """Every fact of items that stands: lists of labels are read once a day, accounts outlive what was theirs."""
    return {name: rows for name, rows in standing(engine).items() if name not in ("labels", "accounts")}


def killed_at_random(folder: Path, store: str, commands: tuple[str, ...], seed: int) -> None:
    engine, moments = connect(store), random.Random(seed)
    with company() as sources, fleet(place_of(folder / "stormy", store, sources), commands) as hosts:
        with Load(sources, doors=hosts.urls, moments=random.Random(seed)) as load:
            through_kills(hosts, load, moments)
        answered = {(told.source, told.id) for told in load.answered}
        hosts.until(lambda: all(state == "done" for state in inbox(engine).values()))
        assert answered <= inbox(engine).keys()
        expected = read_afresh(folder, sources)
        hosts.until(lambda: facts(engine) == expected)
        assert set(hosts.stop().values()) == {0}
    engine.dispose()


@pytest.mark.parametrize("seed", SEEDS if SOAK else [1])
def test_on_one_machine_nothing_that_was_answered_is_lost(tmp_path: Path, seed: int) -> None:
    killed_at_random(tmp_path, f"sqlite:///{tmp_path}/facts.db", ALONE, seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.xdist_group("postgres")
def test_on_many_hosts_nothing_that_was_answered_is_lost(tmp_path: Path, postgres_store_url: str, seed: int) -> None:
    """By `make soak` alone: six processes begin, which takes ten seconds of a processor."""
    killed_at_random(tmp_path, postgres_store_url, MANY, seed)
