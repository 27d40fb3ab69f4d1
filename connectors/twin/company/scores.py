"""How well a reader does on what is planted in the company: recall and precision of each kind of finding."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from connectors.twin.company.world import Planted

SILENT = "silent"


class Score(NamedTuple):
    planted: int
    found: int
    alike: int
    raised: int
    """Look-alikes that were raised."""

    @property
    def recall(self) -> float:
        return self.found / self.planted

    @property
    def precision(self) -> float:
        """Of what is planted and of what only looks like it; nothing found is no false alarm."""
        return self.found / (self.found + self.raised) if self.found or self.raised else 1.0


def scores(planted: Iterable[Planted], raised: Collection[tuple[str, str]]) -> dict[str, Score]:
    """Kind → its score; `raised` are kind and key of each finding."""
    told = list(planted)
    return {kind: _score(kind, told, raised) for kind in sorted({each.kind for each in told} - {SILENT})}


def _score(kind: str, planted: Iterable[Planted], raised: Collection[tuple[str, str]]) -> Score:
    meant = {(kind, each.ref_key) for each in planted if each.kind == kind}
    alike = {(kind, each.ref_key) for each in planted if kind in each.of.split()}
    return Score(len(meant), len(meant.intersection(raised)), len(alike), len(alike.intersection(raised)))
