"""The runs of the measures as they are kept: the page is made of them, and the next run is compared with them."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from benchmarks.row import Row

KEPT = Path(__file__).with_name("results.json")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one measure."""

    command: str
    commit: str  #: of the code that was measured; empty where there is no repository
    measured_on: str  #: the day, in UTC
    machine: str
    busy: float  #: processes of other work that ran before the start: seconds depend on them
    rows: Sequence[Row] = ()
    skipped: str = ""  #: why there are no rows
    judged: bool = True  #: whether the amounts are those that the targets are about

    @property
    def came_through(self) -> bool:
        """Whether it was measured, or skipped for a reason."""
        return bool(self.rows or self.skipped)


Runs: TypeAlias = Mapping[str, Run]  #: by measure


def committed() -> Runs:
    """Those of the last commit; none where there is no repository, or nothing was kept yet."""
    kept = _git("show", f"HEAD:./{KEPT.name}")
    return msgspec.json.decode(kept, type=dict[str, Run]) if kept else {}


def commit() -> str:
    """The commit that is checked out; empty where there is no repository."""
    return _git("rev-parse", "--short", "HEAD").decode().strip()


def keep(runs: Runs) -> Runs:
    """Puts them in the place of those of the same measures; all that are kept then."""
    before = msgspec.json.decode(KEPT.read_bytes(), type=dict[str, Run]) if KEPT.exists() else {}
    every = dict(sorted({**before, **runs}.items()))
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(every), indent=1) + b"\n")
    return every


def _git(*words: str) -> bytes:
    told = subprocess.run(["git", *words], cwd=KEPT.parent, capture_output=True, check=False)
    return told.stdout if told.returncode == 0 else b""
