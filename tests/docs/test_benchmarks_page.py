"""The page of a run: each number beside its target and the last committed one, and what was not measured."""

from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.row import Row


def page(folder: Path, *, result: float, before: float | None, judged: bool = True) -> str:
    row = Row(what="fingerpost --help", result=result, unit="s", on="a machine")
    document.write(
        {"help_time": [row]},
        before={"help_time": {row.what: before}} if before else {},
        skipped={"perceval": "it cannot be installed"},
        machine="2 cores",
        command="python -m benchmarks help_time",
        judged=judged,
        folder=folder,
    )
    return (folder / "benchmarks.md").read_text("utf-8")


def test_a_number_stands_beside_its_target_and_the_last_one(tmp_path: Path) -> None:
    told = page(tmp_path, result=0.6, before=0.3)
    assert "| fingerpost --help | 0.60 | s | ≤ 0.3 | **missed** | 2.00 | a machine |" in told
    assert "- **perceval** was not measured: it cannot be installed" in told


@pytest.mark.parametrize(("before", "judged"), [(None, True), (0.2, False)])
def test_what_cannot_be_compared_or_judged_is_left_open(tmp_path: Path, before: float | None, judged: bool) -> None:
    told = page(tmp_path, result=0.2, before=before, judged=judged)
    assert ("reached" in told) is judged
    assert ("| 1.00 |" in told) is (before is not None)


def test_readers_are_drawn(tmp_path: Path) -> None:
    rows = [
        Row(what=f"{who}: requests per 1,000 issues", result=n, unit="requests") for who, n in (("a", 1), ("b", 900))
    ]
    document.write({"naive": rows}, before={}, skipped={}, machine="", command="", judged=False, folder=tmp_path)
    assert (tmp_path / "benchmarks.svg").read_text("utf-8").startswith("<svg")
    assert "(benchmarks.svg)" in (tmp_path / "benchmarks.md").read_text("utf-8")
