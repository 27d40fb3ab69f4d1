from collections.abc import Iterator

import pytest
import structlog

from sync import log


@pytest.fixture(autouse=True, scope="module")
def plain_log() -> Iterator[None]:
    """As where nobody sits at a terminal: a traceback in colours takes seconds."""
    log.configure(verbose=False, secrets=[])
    yield
    structlog.reset_defaults()
