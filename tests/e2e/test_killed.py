"""kill -9 at any moment, and started again: the store ends as that of a run that nobody disturbed."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from connectors.twin.company import company
from tests.stage import Place, Stage, furnished, staged

SOAK = "FINGERPOST_SOAK" in os.environ
SIZE, KILLS = (600, 6) if SOAK else (150, 3)
MOST_REQUESTS = 25  # an undisturbed run makes a few more


def kill_at(process: subprocess.Popen[str], stage: Stage, *, request: int) -> None:
    """Kills the process once it has made that many requests, wherever it then is; it may end before."""
    before = asked(stage)
    while process.poll() is None and asked(stage) - before < request:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def asked(stage: Stage) -> int:
    return len(stage.jira.requests) + len(stage.github.requests)


def sync_through_kills(place: Place, stage: Stage, moments: random.Random, *, kills: int) -> int:
    """How often the run was really killed before it was left to end."""
    killed = 0
    for _ in range(kills):
        process = place.start("sync")
        kill_at(process, stage, request=moments.randint(1, MOST_REQUESTS))
        killed += process.returncode == -signal.SIGKILL
    done = place.fingerpost("sync")
    assert done.returncode == 0, done.stderr
    return killed


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 40)] if SOAK else [1],
)
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, seed: int) -> None:
    with staged(company(seed=3, size=SIZE)) as stage:
        calm, stormy = ((tmp_path / name) for name in ("calm", "stormy"))
        for folder in (calm, stormy):
            folder.mkdir()
        undisturbed = furnished(calm, stage)
        assert undisturbed.fingerpost("sync").returncode == 0
        disturbed = furnished(stormy, stage)
        killed = sync_through_kills(disturbed, stage, random.Random(seed), kills=KILLS)
        assert killed > 0
        assert disturbed.facts() == undisturbed.facts()
