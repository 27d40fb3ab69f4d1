"""What can be checked of the image without a container engine."""

import shutil
import subprocess
from pathlib import Path

import pytest

DOCKERFILE = Path(__file__).parents[2] / "Dockerfile"


def last_stage() -> list[str]:
    """The instructions of the stage that runs."""
    lines = DOCKERFILE.read_text().splitlines()
    start = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    return [line for line in lines[start:] if line and not line.startswith(("#", " "))]


def test_the_linter_finds_nothing() -> None:
    linter = shutil.which("hadolint", path=Path(__file__).parents[2] / ".venv/bin") or shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint has no build for this machine")
    found = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_it_runs_the_scheduled_job_as_a_numeric_user_with_one_volume() -> None:
    stage = last_stage()
    assert "USER 10001:10001" in stage
    assert [line for line in stage if line.startswith("VOLUME")] == ["VOLUME /state"]
    assert stage[-2:] == ['ENTRYPOINT ["fingerpost"]', 'CMD ["run"]']


def test_nothing_is_installed_that_the_lock_does_not_pin() -> None:
    installs = [line for line in DOCKERFILE.read_text().splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)
