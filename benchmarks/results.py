"""The numbers of a run as they are kept, to compare the next run with."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from benchmarks.row import Row

KEPT = Path(__file__).with_name("results.json")
Numbers: TypeAlias = Mapping[str, Mapping[str, float]]  #: by measure, by what it is


def numbers(results: Mapping[str, Sequence[Row]]) -> Numbers:
    return {measure: {row.what: round(row.result, 4) for row in rows} for measure, rows in results.items() if rows}


def committed() -> Numbers:
    """Those of the last commit; none where there is no repository, or nothing was kept yet."""
    name = f"HEAD:./{KEPT.name}"
    shown = subprocess.run(["git", "show", name], cwd=KEPT.parent, capture_output=True, text=True, check=False)
    kept: Numbers = json.loads(shown.stdout) if shown.returncode == 0 else {}
    return kept


def keep(told: Numbers) -> None:
    """Puts them in the place of those of the same measures; the others stay."""
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    KEPT.write_text(json.dumps({**before, **told}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
