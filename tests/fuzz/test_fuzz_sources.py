"""Whatever a source answers, reading it ends as `SourceError` and gaps say; nothing else comes out.

Every parser is behind this one door: a first read and a census of stand-ins whose answers are broken on the way, and
what was read is stored. `FOUND` are the examples by which a fault was found once.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.twin import github_edits as edits
from connectors.twin.broken import Changed
from connectors.twin.faults import Injection
from sync.store.database import connect
from tests.connectors.github.hosts import DEV, commit, hours
from tests.fuzz.broken_json import broken
from tests.sync.world import SOURCES, World, world

SOAK = "FINGERPOST_SOAK" in os.environ


class Break(NamedTuple):
    source: str
    nth: int  #: of the answers, the first that is broken
    seed: int
    stays: bool  #: whether every answer after it is broken too


FOUND = (Break("jira", 13, 13_467, True), Break("jira", 25, 60_666, True))  # a level of 10^30
BREAKS = st.builds(Break, st.sampled_from(SOURCES), st.integers(1, 30), st.integers(0, 100_000), st.booleans())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Sources with something of every kind, and a store that is empty."""
    with world(tmp_path_factory.mktemp("fuzz")) as made:
        told = {"at": hours(20), "by": DEV}
        shop = made.host.repositories[0]
        edits.define_label(made.host, shop, "cart", **told)
        edits.define_milestone(made.host, shop, "One", **told)
        edits.tag(made.host, shop, "v1", commit(3)["commit"], **told)
        edits.publish(made.host, shop, "v1", created_at=hours(19), **told)
        edits.deploy(made.host, shop, commit(3)["commit"], environment="production", **told)
        connect(f"sqlite:///{made.folder}/empty.db").dispose()
        yield made


def read(served: World, damage: Break) -> None:
    faults = served.faults[damage.source]
    change = Changed(change=lambda body: broken(body, seed=damage.seed))
    faults.plan = [Injection(fault=change, nth=damage.nth, times=None if damage.stays else 1)]
    with tempfile.TemporaryDirectory(prefix="fp-fuzz-") as folder:
        store = shutil.copy(served.folder / "empty.db", Path(folder) / "store.db")
        with served.beside(Path(store)) as reader:
            for verdict in (reader.poll(damage.source), reader.census(damage.source)):
                assert verdict in ("complete", "incomplete", "failed")


@pytest.mark.parametrize("damage", FOUND, ids=str)
def test_what_was_found_once_is_read(served: World, damage: Break) -> None:
    read(served, damage)


@settings(max_examples=3_000 if SOAK else 4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(damage=BREAKS)
def test_whatever_a_source_answers_the_pass_has_a_verdict(served: World, damage: Break) -> None:
    read(served, damage)
