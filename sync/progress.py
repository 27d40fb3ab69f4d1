"""How the reading gets on, for whoever watches: a line for each source on a terminal, log events elsewhere."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

import structlog

from connectors.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Display
    from rich.progress import TaskID


@contextmanager
def shown(*, verbose: bool, stream: TextIO = sys.stderr) -> Iterator[Progress]:
    """Who is to be told. Lines that move are for a terminal, and not between those of a log that tells all."""
    if verbose or not stream.isatty():
        yield Logged()
        return
    from rich.console import Console
    from rich.progress import Progress as Display
    from rich.progress import SpinnerColumn, TextColumn
    from rich.table import Column

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=False))
    with Display(*columns, console=Console(file=stream), transient=True) as display:
        yield Lines(display)


class Logged:
    """Tells the log what is waited for; how much is read it tells itself, batch by batch."""

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        log = structlog.get_logger().bind(source=source)
        log.info("closed", what=what, until=until.isoformat(timespec="seconds"), why=why)

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        pass

    def asked(self, source: str, *, bucket: str, left: int | None) -> None:
        pass


class Lines:
    """A line for each source: how much of how many is read, and what is waited for until it goes on."""

    def __init__(self, display: "Display") -> None:
        self._display = display
        self._lines: dict[str, TaskID] = {}
        self._read: dict[str, str] = {}

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        reason = f" ({why})" if why else ""
        self._show(source, f"waiting for {what} until {until:%H:%M:%S} UTC{reason}")

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        self._read[source] = f"{count:,} of {of:,} {what}" if of else f"{count:,} {what}"
        self._show(source)

    def asked(self, source: str, *, bucket: str, left: int | None) -> None:
        pass

    def _show(self, source: str, waits: str = "") -> None:
        said = ", ".join(part for part in (self._read.get(source, ""), waits) if part)
        if source not in self._lines:
            self._lines[source] = self._display.add_task("", total=None)
        self._display.update(self._lines[source], description=f"{source}: {said}")


@dataclass
class Asked:
    """What a source was asked for so far."""

    requests: int = 0
    waits: int = 0
    items: int = 0
    left: dict[str, int] = field(default_factory=dict)  #: by bucket, requests that the source still bears


class Tally:
    """Counts by source, and tells another too."""

    def __init__(self, told: Progress) -> None:
        self.sources: defaultdict[str, Asked] = defaultdict(Asked)
        self._told = told

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        self.sources[source].waits += 1
        self._told.waiting(source, what=what, until=until, why=why)

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        if what == "items":
            self.sources[source].items = count
        self._told.read(source, what=what, count=count, of=of)

    def asked(self, source: str, *, bucket: str, left: int | None) -> None:
        self.sources[source].requests += 1
        if left is not None:
            self.sources[source].left[bucket] = left
        self._told.asked(source, bucket=bucket, left=left)
