"""The digest that is printed on a report is of everything that the report says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.config import load_config
from sync.files import read_files
from sync.reconcile.periods import last_complete_week
from sync.store.load import snapshot
from sync.store.memory import record_pass
from sync.work.reporting import digest_of, meaning
from tests.stores import new_store

AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)
TEXTS = {
    "fingerpost.yaml": 'sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY]}}\n',
    "strategy.yaml": "objectives: [{id: checkout, name: Checkout}]\n",
    "mappings.yaml": "rules: [{id: pay, when: {project: PAY}, objective: checkout}]\n",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A store beside the user's files."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    opened = new_store(tmp_path)
    yield opened
    opened.dispose()


def digest(engine: Engine, folder: Path) -> str:
    """The one of the report on the last week."""
    config = load_config(folder / "fingerpost.yaml", environment={"TOKEN": "t"})
    known = meaning(engine, config=config, files=read_files(config, folder=folder), as_of=AS_OF)
    return digest_of(known, last_complete_week(AS_OF, zone=UTC), config)


def test_it_tells_how_far_the_sources_were_known(engine: Engine, tmp_path: Path) -> None:
    record_pass(engine, "jira", type="jira", complete_at=AS_OF - timedelta(hours=1))
    before = digest(engine, tmp_path)
    record_pass(engine, "jira", type="jira", complete_at=AS_OF)
    assert digest(engine, tmp_path) != before


def test_what_became_known_later_is_none_of_it(engine: Engine) -> None:
    record_pass(engine, "jira", type="jira", complete_at=AS_OF)
    then = snapshot(engine, AS_OF)
    record_pass(engine, "jira", type="jira", complete_at=AS_OF + timedelta(days=1))
    after = snapshot(engine, AS_OF)
    assert after.digest == then.digest
    assert after["sources"].to_pyarrow().to_pylist() == then["sources"].to_pyarrow().to_pylist()
