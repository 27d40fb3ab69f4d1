from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.twin.company import company
from tests.stage import Place, Stage, furnished, staged


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The company, the same for every test: nobody edits it."""
    with staged(company(seed=3, size=150)) as played:
        yield played


@pytest.fixture
def place(stage: Stage, tmp_path: Path) -> Place:
    return furnished(tmp_path, stage)


@pytest.fixture(scope="session")
def read_store(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The store in which all of the company was read."""
    place = furnished(tmp_path_factory.mktemp("read"), stage)
    done = place.fingerpost("sync")
    assert done.returncode == 0, done.stderr
    return (place.folder / "fingerpost.db").read_bytes()


@pytest.fixture
def read_place(place: Place, read_store: bytes) -> Place:
    """A place where all of the company was read."""
    (place.folder / "fingerpost.db").write_bytes(read_store)
    return place
