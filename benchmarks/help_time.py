"""The time until `fingerpost --help` has answered."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.row import Row, Scale

TIMES = 5


def measure(_: Scale) -> Iterator[Row]:
    seconds = median(_once() for _ in range(TIMES))
    yield Row(what="fingerpost --help", result=seconds, unit="s", on=f"median of {TIMES} processes")


def _once() -> float:
    program = Path(sys.executable).with_name("fingerpost")
    began_s = perf_counter()
    subprocess.run([program, "--help"], check=True, capture_output=True)
    return perf_counter() - began_s
