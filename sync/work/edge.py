"""What is told at an outer edge, where one thing ends by an error and the others go on."""

import structlog

from sync.store.database import UNAVAILABLE, why


def failed(error: Exception, **about: str) -> None:
    """Logs it: in a line where the store cannot be used, which is nobody's mistake here, else with its traceback."""
    log = structlog.get_logger()
    if isinstance(error, UNAVAILABLE):
        log.error("the store cannot be used", why=why(error), **about)
    else:
        log.error("failed", exc_info=error, **about)
