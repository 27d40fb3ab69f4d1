"""What a scheduled run says, and leaves for whoever watches."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from connectors.progress import SILENT
from connectors.records import Gap
from mappings.problems import Problems
from sync.cli.options import duration
from sync.passes import Pass
from sync.progress import Tally
from sync.store.database import connect
from sync.work.sources import Means
from sync.work.summary import Summary, told
from tests.clocks import NOON, FakeClock

CUT = Pass(source="github", verdict="incomplete", gaps=(Gap(stream="github", cause="the time is over"),))


@pytest.fixture
def means(tmp_path: Path) -> Iterator[Means]:
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    yield Means(engine=engine, clock=FakeClock())
    engine.dispose()


def summary(*passes: Pass) -> Summary:
    tally = Tally(SILENT)
    for left in (4_999, 4_998):
        tally.asked("github", bucket="core", left=left)
    tally.read("github", what="items", count=1_200, of=None)
    tally.waiting("github", what="core", until=NOON, why="limit")
    ended_at = NOON + timedelta(seconds=61.5)
    return Summary(passes=passes, tally=tally, began_at=NOON, ended_at=ended_at, exit_code=3)


def metrics(path: Path) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_a_run_is_told_in_a_line() -> None:
    whole = Pass(source="jira", verdict="complete")
    assert str(summary(whole, CUT)) == "2 sources, 1,200 items, 2 requests, 1 waits, 61.5 s: incomplete"
    assert summary(whole).verdict == "complete"


def test_a_text_file_holds_it_for_a_collector(means: Means, tmp_path: Path) -> None:
    file = tmp_path / "run.prom"
    assert told(summary(CUT), means=means, file=file, gateway=None) == []
    shown = metrics(file)
    assert shown["fingerpost_run_duration_seconds"] == 61.5
    assert (shown["fingerpost_run_complete"], shown["fingerpost_run_exit_code"]) == (0, 3)
    assert shown['fingerpost_passes_total{source="github",verdict="incomplete"}'] == 1
    assert shown['fingerpost_requests_total{source="github"}'] == 2
    assert shown['fingerpost_quota_left{bucket="core",source="github"}'] == 4_998
    assert shown["fingerpost_store_up"] == 1


def test_a_gateway_that_is_not_there_is_said_and_a_file_that_cannot_be_written_refused(means: Means) -> None:
    assert told(summary(CUT), means=means, file=None, gateway="http://127.0.0.1:9") == [
        "metrics could not be pushed: URLError"
    ]
    with pytest.raises(Problems, match="cannot be written"):
        told(summary(CUT), means=means, file=Path("/nowhere/run.prom"), gateway=None)


@pytest.mark.parametrize(("text", "seconds"), [("50m", 3_000), ("1h30m", 5_400), ("90s", 90)])
def test_durations(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "", "5", "1d", "-1m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        duration(text)
