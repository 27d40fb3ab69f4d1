"""The commands that look after the service's store, as their user types them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from connectors.delivery import Delivery
from connectors.records import Account
from sync.cli import app
from sync.store import deliveries, trail
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.deliveries import Arrival
from tests.sync.store.batches import batch, item

RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS = {
    "fingerpost.yaml": 'sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY]}}\n',
    "strategy.yaml": "objectives: [{id: checkout, name: Checkout}]\n",
    "mappings.yaml": "rules: [{id: pay, when: {project: PAY}, objective: checkout}]\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("commands")
    for name, text in TEXTS.items():
        (place / name).write_text(text)
    for name in ("facts", "other"):
        store = f"store: sqlite:///{place}/{name}.db\n"
        (place / f"{name}.yaml").write_text(store + TEXTS["fingerpost.yaml"])
    yield place
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{folder}/facts.db")
    dana = Account(ref="jira:account:5b10a", source="jira", name="Dana Example", kind="person")
    apply(engine, batch(dana, item(1, author=dana.ref)))
    delivery = Delivery(headers={}, body=b"{}", received_at=RECEIVED_AT)
    deliveries.keep(engine, [Arrival(source="jira", id="sick", event="jira:issue_updated", delivery=delivery)])
    deliveries.quarantine(engine, "jira", "sick", cause="the field `status` is no object")
    yield engine
    engine.dispose()


def run(folder: Path, *arguments: str, config: str = "facts") -> Result:
    environment = {"TOKEN": "t", "USER": "olu"}
    return CliRunner(env=environment).invoke(app, [*arguments, "--config", str(folder / f"{config}.yaml")])


def test_what_is_put_aside_is_listed_with_its_cause_and_let_in_again(folder: Path, store: Engine) -> None:
    listed = run(folder, "inbox", "list")
    assert listed.stdout == (
        "2026-11-20 12:00:00Z  jira  sick  jira:issue_updated  quarantined: the field `status` is no object\n"
    )
    done = run(folder, "inbox", "retry", "sick")
    assert (done.exit_code, done.stderr) == (0, "jira sick waits again\n1 retried\n")
    assert trail.steps(store)[0].who == "olu"


def test_a_backup_comes_back_into_another_store(folder: Path, store: Engine) -> None:
    assert run(folder, "backup", str(folder / "backup.db")).exit_code == 0
    assert run(folder, "restore", str(folder / "backup.db"), config="other").exit_code == 0
    again = run(folder, "restore", str(folder / "backup.db"), config="other")
    assert (again.exit_code, "holds something already" in again.stderr) == (2, True)


def test_a_person_is_erased_only_when_that_is_meant(folder: Path, store: Engine) -> None:
    assert run(folder, "erase", "nobody").exit_code == 2
    asked = run(folder, "erase", "dana example")
    assert asked.exit_code == 0
    assert "jira:account:5b10a (5b10a, Dana Example)" in asked.stderr
    assert "nothing was erased" in asked.stderr
    assert "1 accounts erased" in run(folder, "erase", "dana example", "--yes").stderr
    assert run(folder, "erase", "dana example").exit_code == 2  # nobody is called so any more


def test_a_worker_needs_a_store_for_many(folder: Path, store: Engine) -> None:
    done = run(folder, "worker")
    assert (done.exit_code, "Only a store in PostgreSQL" in done.stderr) == (2, True)
