"""Deliveries of a Jira stand-in, taken into a store: those that name an issue by what may change."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from connectors.delivery import Delivery
from connectors.twin.faults import Changed, Faults, Injection
from sync.inbox import Taken, take
from sync.store.apply import apply
from sync.store.tables import WORK_ITEMS
from tests.clocks import NOON
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.twin.sites import DEV, cloud, with_issues
from tests.stores import new_store


@dataclass
class Stage:
    someone: Reader
    engine: Engine

    def take(self, body: dict[str, Any]) -> Taken:
        """What this unsigned delivery comes to."""
        delivery = Delivery(headers={}, body=json.dumps(body).encode(), received_at=NOON)

        async def taken() -> Taken:
            source = self.someone.source(projects=["PAY"], unsigned_hooks=True)
            try:
                return await take([delivery], source=source, engine=self.engine, clock=self.someone.clock)
            finally:
                await source.close()

        return asyncio.run(taken())

    @property
    def titles(self) -> dict[str, str]:
        with self.engine.begin() as connection:
            return dict(connection.execute(select(WORK_ITEMS.c.key, WORK_ITEMS.c.title)).all())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Two issues that were read, and changed since."""
    engine = new_store(tmp_path)
    with reader(with_issues(cloud(), 2), projects=["PAY"]) as someone:
        for batch in someone.batches():
            apply(engine, batch)
        someone.asked()
        someone.site.edit("PAY-1", at=NOON, author=DEV, summary="Another name")
        yield Stage(someone, engine)
    engine.dispose()


@pytest.mark.parametrize(
    "body", [{"key": "PAY-1"}, {"issue": {"key": "PAY-1"}}, {"issueKey": "PAY-1"}, {"issues": [{"key": "PAY-1"}]}]
)
def test_automation_that_names_a_key_alone_means_the_item_that_is_held_by_it(stage: Stage, body: Any) -> None:
    (outcome,) = stage.take(body).outcomes
    assert outcome.word == "handled"
    assert stage.titles["PAY-1"] == "Another name"
    assert stage.someone.asked() == 1


def test_a_key_that_nobody_holds_asks_nothing(stage: Stage) -> None:
    assert stage.take({"issue": {"key": "PAY-999"}}).gaps == ()
    assert stage.someone.asked() == 0


def test_an_item_of_a_project_that_has_a_new_key_by_now_is_read(stage: Stage) -> None:
    """Fault: moved issues written twice, or never matched (§8 row 25): what is configured is the old key."""
    renamed = Changed(
        change=lambda issue: {
            **issue,
            "key": "NEW-1",
            "fields": {**issue["fields"], "project": {**issue["fields"]["project"], "key": "NEW"}},
        }
    )
    stage.someone.app.inner = Faults(stage.someone.app.inner, [Injection(fault=renamed, path="/issue/")])
    identity = stage.someone.site.issue("PAY-1").id
    stage.take({"webhookEvent": "jira:issue_updated", "issue": {"id": identity, "key": "NEW-1"}})
    assert stage.titles.keys() == {"NEW-1", "PAY-2"}


def test_what_happens_in_other_projects_asks_nothing(stage: Stage) -> None:
    taken = stage.take({"webhookEvent": "jira:issue_updated", "issue": {"id": "777", "key": "HR-1"}})
    assert taken.gaps == ()
    assert stage.someone.asked() == 0
