"""The page of the runs: each number beside its target and the last committed one, and what was not measured."""

from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.results import Run
from benchmarks.row import Row


def page(folder: Path, *, result: float, before: float | None, judged: bool = True) -> str:
    last = {"help_time": help_time(before)} if before else {}
    runs = {"help_time": help_time(result, judged=judged), "perceval": run(skipped="it cannot be installed")}
    document.write(runs, before=last, folder=folder)
    return (folder / "benchmarks.md").read_text("utf-8")


def help_time(result: float, *, judged: bool = True) -> Run:
    return run(Row(what="fingerpost --help", result=result, unit="s", on="a machine"), judged=judged)


def run(*rows: Row, skipped: str = "", judged: bool = True) -> Run:
    return Run(
        command="python -m benchmarks",
        commit="0a1b2c3",
        measured_on="2030-01-02",
        machine="2 cores",
        busy=0.5,
        rows=rows,
        skipped=skipped,
        judged=judged,
    )


def test_a_number_stands_beside_its_target_and_the_last_one(tmp_path: Path) -> None:
    told = page(tmp_path, result=0.6, before=0.3)
    assert "| fingerpost --help | 0.60 | s | ≤ 0.3 | **missed** | 2.00 | a machine |" in told
    assert "`python -m benchmarks` at 0a1b2c3 on 2030-01-02, beside 0.5 busy processes." in told
    assert "## perceval\n\nNot measured: it cannot be installed" in told


@pytest.mark.parametrize(("before", "judged"), [(None, True), (0.2, False)])
def test_what_cannot_be_compared_or_judged_is_left_open(tmp_path: Path, before: float | None, judged: bool) -> None:
    told = page(tmp_path, result=0.2, before=before, judged=judged)
    assert ("reached" in told) is judged
    assert ("| 1.00 |" in told) is (before is not None)


def test_readers_are_drawn(tmp_path: Path) -> None:
    rows = [
        Row(what=f"{who}: requests per 1,000 issues", result=n, unit="requests") for who, n in (("a", 1), ("b", 900))
    ]
    document.write({"naive": run(*rows)}, before={}, folder=tmp_path)
    assert (tmp_path / "benchmarks-requests.svg").read_text("utf-8").startswith("<svg")
    assert "(benchmarks-requests.svg)" in (tmp_path / "benchmarks.md").read_text("utf-8")


def test_growth_is_drawn(tmp_path: Path) -> None:
    rows = [Row(what=f"{items} items", result=n, unit="s") for items, n in (("10,000", 1), ("100,000", 9))]
    document.write({"flow": run(*rows)}, before={}, folder=tmp_path)
    assert ">100,000<" in (tmp_path / "benchmarks-growth.svg").read_text("utf-8")
    assert "(benchmarks-growth.svg)" in (tmp_path / "benchmarks.md").read_text("utf-8")
