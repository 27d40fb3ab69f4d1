"""Sources are read side by side: what one of them does harms no other."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from connectors.records import Batch
from sync.config import load_config
from sync.store.database import connect
from sync.store.load import snapshot
from sync.work import reading
from sync.work.reading import Reading
from sync.work.sources import Means
from tests.clocks import FakeClock

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
CONFIG = """
sources:
  sound: {type: github, token: "${TOKEN}", repositories: [acme/shop]}
  broken: {type: github, token: "${TOKEN}", repositories: [acme/pay]}
"""


class Sound:
    name = "sound"

    async def poll(self, _memory) -> AsyncIterator[Batch]:
        yield Batch(source=self.name, read_at=NOW)


class Broken:
    name = "broken"

    async def poll(self, _memory) -> AsyncIterator[Batch]:
        yield Batch(source=self.name, read_at=NOW)
        raise KeyError("nobody foresaw this")


@asynccontextmanager
async def served(name, **_):
    yield {"sound": Sound, "broken": Broken}[name]()


def test_a_fault_of_ours_at_one_source_ends_no_other(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "connected", served)
    (tmp_path / "fingerpost.yaml").write_text(CONFIG)
    config = load_config(tmp_path / "fingerpost.yaml", environment={"TOKEN": "t"})
    engine = connect(f"sqlite:///{tmp_path}/store.db")
    passes = Reading(config=config, means=Means(engine=engine, clock=FakeClock(NOW))).sync()
    assert [(done.source, done.verdict) for done in passes] == [("sound", "complete"), ("broken", "failed")]
    known = {row["name"]: row for row in snapshot(engine, NOW)["sources"].to_pyarrow().to_pylist()}
    assert known["sound"]["complete_us"] is not None
    assert known["broken"]["complete_us"] is None
    assert "KeyError" in json.dumps(known["broken"]["gaps"])
