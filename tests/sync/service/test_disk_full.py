"""A run on a disk that is full, which it says in one line; and, once there is room, a run that reads all.

On a file system of its own, and so by `make soak` alone; `test_faults.py` has the same within one process.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.twin.company import company
from tests.stage import Place, Stage, furnished, staged

#: In name spaces of its own, where everybody may mount: unshare(1), mount(8).
APART = ("unshare", "--map-root-user", "--mount", "sh", "-e", "-c")
FINGERPOST = f"{sys.executable} -m sync.cli"
SMALL_THEN_LARGE = f"""\
mount -t tmpfs -o size=1m small disk
{FINGERPOST} sync 2> small.err || echo $?
mount -o remount,size=64m disk
{FINGERPOST} sync 2> large.err
cp disk/fingerpost.db .
"""
FULL = (
    "The store cannot be used any more: database or disk is full."
    " Nothing that it holds is lost; mend that, and run this again."
)


def may_mount() -> bool:
    probe = [*APART, "mount -t tmpfs -o size=64k probe /mnt"]
    return bool(shutil.which("unshare")) and subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(company(seed=4, size=60)) as played:
        yield played


@pytest.fixture
def place(stage: Stage, tmp_path: Path) -> Place:
    """An installation whose store is on a disk of its own, below the folder."""
    if not may_mount():
        pytest.skip("no file system can be mounted here: it takes unshare and user name spaces")
    made = furnished(tmp_path, stage)
    path = tmp_path / "fingerpost.yaml"
    path.write_text(path.read_text().replace(f"{tmp_path}/fingerpost.db", f"{tmp_path}/disk/fingerpost.db"))
    (tmp_path / "disk").mkdir()
    return made


@pytest.mark.soak
def test_a_run_on_a_full_disk_says_so_in_a_line_and_the_next_one_with_room_reads_all(
    stage: Stage, place: Place
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **place.environment}
    done = subprocess.run([*APART, SMALL_THEN_LARGE], cwd=place.folder, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr
    assert said(place.folder / "small.err") == [FULL]
    assert [line.split(",")[0] for line in said(place.folder / "large.err")] == ["jira: complete", "github: complete"]
    asked = [*stage.company.jira.issues, *(one for each in stage.company.github.repositories for one in each["issues"])]
    assert len(place.facts()["work_items"]) == len(asked)


def said(log: Path) -> list[str]:
    """What is no event of the log."""
    return [line for line in log.read_text("utf-8").splitlines() if not line.startswith("{")]
