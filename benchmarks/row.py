"""What a measure is given, and what it gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much data to measure on."""

    size: float = 1.0  #: times the usual amounts
    large: bool = False  #: whether to make what takes many minutes

    @property
    def options(self) -> str:
        """Those of the command that ask for it, each after a blank."""
        return ("" if self.size == 1 else f" --size {self.size:g}") + (" --large" if self.large else "")

    def of(self, count: int) -> int:
        return max(1, round(count * self.size))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One number."""

    what: str  #: the same from run to run; `TARGETS` knows it by this
    result: float
    unit: str  #: requests, items/s, x (times), MB, s
    on: str = ""  #: the data it was measured on


class Skipped(Exception):
    """It cannot be measured here; the text says why. No failure."""


Measure: TypeAlias = Callable[[Scale], Iterator[Row]]
