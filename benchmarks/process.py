"""A function in a process of its own: what it gave, how long that took, and how much memory it ever held."""

import os
import re
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Spent(Generic[T]):
    result: T
    seconds: float  #: without the start of the process and the imports of the function's module
    cpu_seconds: float  #: of all cores in that time: what is left where other work keeps the machine busy
    peak_mb: float


def spent(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Spent[T]:
    """Runs the function, which must stand at the top of its module, in a fresh interpreter."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, partial(function, *args, **kwargs)).result()


def use_one_core() -> None:
    """Keeps this process, and those it starts from now on, on one core; where the system has no such thing, on all."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _timed(function: Callable[[], T]) -> Spent[T]:
    began_s, cpu_began_s = perf_counter(), process_time()
    result = function()
    return Spent(
        result=result,
        seconds=perf_counter() - began_s,
        cpu_seconds=process_time() - cpu_began_s,
        peak_mb=_peak_mb(),
    )


def _peak_mb() -> float:
    """Linux counts in `ru_maxrss` what the parent held before exec; `VmHWM` is this program's alone (proc(5))."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS, which has no /proc
