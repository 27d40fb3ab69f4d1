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
