"""kill -9 at any moment, and started again: the store ends as that of a run that nobody disturbed."""

import os
import random
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from connectors.twin.company import company
from tests.stage import AS_OF, Place, furnished, staged

SOAK = "FINGERPOST_SOAK" in os.environ
SIZE = 600 if SOAK else 150
LONGEST_S = 3.0  # about as long as an undisturbed run takes


def kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    """Kills the process that many seconds from now, if it still runs then."""
    timer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
    timer.start()
    process.communicate()
    timer.cancel()


def sync_through_kills(place: Place, moments: random.Random, *, kills: int) -> int:
    """How often the run was really killed before it was left to end."""
    killed = 0
    for _ in range(kills):
        process = place.start("sync")
        kill_after(process, moments.uniform(0.5, LONGEST_S))
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
        killed = sync_through_kills(disturbed, random.Random(seed), kills=6)
        assert killed > 0
        assert disturbed.exported("--as-of", AS_OF) == undisturbed.exported("--as-of", AS_OF)
