"""How the reading gets on, for whoever watches: a line for each source on a terminal, log events elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

import structlog

from connectors.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


@contextmanager
def shown(*, verbose: bool, stream: TextIO = sys.stderr) -> Iterator[Progress]:
    """Who is to be told. Lines that move are for a terminal, and not between those of a log that tells all."""
    if verbose or not stream.isatty():
        yield Logged()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[waits]}")
    with Bars(*columns, console=Console(file=stream), transient=True) as bars:
        yield Lines(bars)


class Logged:
    """Tells the log what is waited for; how much is read it tells itself, batch by batch."""

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        log = structlog.get_logger().bind(source=source)
        log.info("closed", what=what, until=until.isoformat(timespec="seconds"), why=why)

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        pass


class Lines:
    """A line for each source: how much of how many is read, and what is waited for until it goes on."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._lines: dict[str, TaskID] = {}

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        reason = f" ({why})" if why else ""
        self._bars.update(self._line(source), waits=f"waiting for {what} until {until:%H:%M:%S} UTC{reason}")

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        self._bars.update(self._line(source), description=f"{source}: {what}", completed=count, total=of, waits="")

    def _line(self, source: str) -> "TaskID":
        if source not in self._lines:
            self._lines[source] = self._bars.add_task(source, total=None, waits="")
        return self._lines[source]
