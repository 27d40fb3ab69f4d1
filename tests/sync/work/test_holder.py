"""Leases of processes that are no more."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.store.database import connect
from sync.store.memory import acquire
from sync.work import holder

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("host", "process", "free"),
    [
        (socket.gethostname(), dead_process, True),
        (socket.gethostname(), os.getpid, True),
        (socket.gethostname(), os.getppid, False),
        ("elsewhere", dead_process, False),
    ],
)
def test_only_what_a_dead_process_of_this_host_held_is_free(tmp_path: Path, host: str, process, free: bool) -> None:
    engine = connect(f"sqlite:///{tmp_path}/store.db")
    assert acquire(engine, "jira", holder=f"{host} {process()} word", now=NOW, for_s=60)
    holder.free_the_dead(engine, "jira")
    assert acquire(engine, "jira", holder=holder.name(), now=NOW, for_s=60) == free


def test_a_lease_that_a_wrong_clock_took_for_a_year_holds_nobody_up(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/store.db")
    ahead = NOW + timedelta(days=365)
    assert acquire(engine, "jira", holder="elsewhere 1 word", now=ahead, for_s=60)
    assert acquire(engine, "jira", holder=holder.name(), now=NOW, for_s=60)
    engine.dispose()
