"""Where the processor's time goes, of reading and of a report: by our own rooms and by library."""

import asyncio
import signal
import sysconfig
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from types import FrameType
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from benchmarks import reading, sites
from benchmarks.ingest import ISSUES, ITEMS, RecordedSource, Replayer, recorded
from benchmarks.process import spent
from benchmarks.report import SMALL, filled, report
from benchmarks.row import Row, Scale
from benchmarks.twin import Make

P = ParamSpec("P")
T = TypeVar("T")

EVERY_S = 0.002
MOST = 8  # lines of each profile
LIBRARIES = Path(sysconfig.get_path("purelib"))
OURS = Path(__file__).parents[1]


def measure(scale: Scale) -> Iterator[Row]:
    yield from _rows("Jira", spent(read, sites.jira_worked, reading.recorded_jira, scale.of(ISSUES)).result)
    yield from _rows("GitHub", spent(read, sites.github_worked, reading.recorded_github, scale.of(ITEMS)).result)
    with filled(scale.of(SMALL)) as (_, config):
        yield from _rows("report", spent(reported, config).result)


def _rows(of: str, seconds: Mapping[str, float]) -> Iterator[Row]:
    total_s = sum(seconds.values())
    for where, spent_s in sorted(seconds.items(), key=lambda each: -each[1])[:MOST]:
        yield Row(what=f"{of}: {where}", result=100 * spent_s / total_s, unit="%", on=f"of {total_s:.1f} s")


def read(make: Make, connect: RecordedSource, size: int) -> Mapping[str, float]:
    """By place, the seconds that it takes to read answers recorded before."""
    replies, served = recorded(make(size), connect)
    with tempfile.TemporaryDirectory() as folder:
        return profiled(
            lambda: reading.read_recorded(
                lambda: connect(Replayer(replies), served.scope), f"sqlite:///{folder}/store.db"
            )
        )


def reported(config: Path) -> Mapping[str, float]:
    """By place, the seconds from opening the store to the page, its imports included."""
    return profiled(lambda: report(config))


def profiled(function: Callable[[], object]) -> Mapping[str, float]:
    """By place, the seconds of processor time. In the main thread; what others compute is told of its place."""
    with patch.object(asyncio, "to_thread", _at_once), _sampled() as seconds:
        function()
    return seconds


@contextmanager
def _sampled() -> Iterator[Mapping[str, float]]:
    """Each sample tells of the time since the one before: during a long call into a library there is none."""
    seconds: defaultdict[str, float] = defaultdict(float)
    last_s = process_time()

    def take(_: int, frame: FrameType | None) -> None:
        nonlocal last_s
        now_s = process_time()
        seconds[_place(frame)] += now_s - last_s
        last_s = now_s

    before = signal.signal(signal.SIGPROF, take)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        yield seconds
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


async def _at_once(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In the place of `asyncio.to_thread`: samples are taken of the main thread alone."""
    return function(*args, **kwargs)


def _place(frame: FrameType | None) -> str:
    """The library or the room that asked for what is going on: the standard library works for who called it."""
    while frame:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(LIBRARIES):
            return file.relative_to(LIBRARIES).parts[0]
        if file.is_relative_to(OURS):
            return "/".join(file.relative_to(OURS).parts[:2])
        frame = frame.f_back
    return "the interpreter"
