"""What a reckoning costs at three sizes, step by step, and whether twice the items cost twice as much."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter, process_time

from benchmarks.process import Spent, spent
from benchmarks.row import Row, Scale

SMALL, MEDIUM, LARGE = 10_000, 100_000, 200_000


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """How long it took, and each step of it."""

    seconds: float
    steps: Mapping[str, float]  #: seconds of processor time: what is left where other work keeps the machine busy
    on: str  #: what it was reckoned on


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._began_s, self._cpu_s = perf_counter(), process_time()
        self._steps: dict[str, float] = {}

    def step(self, name: str) -> None:
        """What was done since the step before."""
        self._steps[name], self._cpu_s = process_time() - self._cpu_s, process_time()

    def reckoned(self, on: str) -> Reckoned:
        return Reckoned(seconds=perf_counter() - self._began_s, steps=self._steps, on=on)


def growth(reckon: Callable[[int], Reckoned], scale: Scale) -> Iterator[Row]:
    """The cost at each size; `reckon`, given how many items, must stand at the top of its module."""
    small, medium, large = ((items, spent(reckon, items)) for items in map(scale.of, (SMALL, MEDIUM, LARGE)))
    for items, found in (small, medium, large):
        yield _row(items, found)
    yield Row(
        what="time of 200,000 items over that of 100,000",
        result=sum(large[1].result.steps.values()) / sum(medium[1].result.steps.values()),
        unit="x",
        on="of processor time",
    )


def _row(items: int, found: Spent[Reckoned]) -> Row:
    told = found.result
    steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in told.steps.items())
    on = f"{told.on}; processor time: {steps}; {found.peak_mb:,.0f} MB"
    return Row(what=f"{items:,} items", result=told.seconds, unit="s", on=on)
