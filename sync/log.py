"""Where progress goes: structured events on stderr, readable on a terminal, JSON elsewhere, secrets struck out."""

import logging
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from secrets import token_hex
from typing import TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

STRUCK = "***"


def configure(*, verbose: bool, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Sets up the log of this process.

    `verbose` adds one event for each request. A terminal shows what goes well as lines that move (`sync.progress`), and
    has the log for what does not.
    """
    stream = stream or sys.stderr
    terminal = stream.isatty()
    ordinary = logging.WARNING if terminal else logging.INFO
    render: Processor = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _striking(frozenset(secrets)),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else ordinary),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )


def named_run() -> AbstractContextManager[None]:
    """As long as it lasts every event has the same word as `run`, and no other run's: many go on side by side."""
    return bound_contextvars(run=token_hex(4))


def _striking(secrets: frozenset[str]) -> Processor:
    """A processor that leaves no secret in any text of an event."""

    def strike(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {key: _struck(value, secrets) for key, value in event.items()}

    return strike


def _struck(value: object, secrets: frozenset[str]) -> object:
    match value:
        case str():
            for secret in secrets:
                value = value.replace(secret, STRUCK)
            return value
        case list() | tuple():
            return [_struck(each, secrets) for each in value]
        case dict():
            return {key: _struck(each, secrets) for key, each in value.items()}
        case _:
            return value
