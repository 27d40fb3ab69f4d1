"""Another tool that reads GitHub: installed to be thrown away, and run on the stand-in that we read."""

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.row import Row, Scale, Skipped
from benchmarks.twin import Make, twin

SAMPLE = 200
LATENCY_S = 0.1
INSTALLED_WITHIN_S, RUN_WITHIN_S = 600, 900
#: Runs the rest of the line, and says what it held at most: the child of a small process, for a child counts what its
#: parent held before it began.
METER = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
#: The line to run: of the program's folder, a folder to write to, the stand-in's URL and the repository.
Line = Callable[[Path, Path, str, str], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Tool:
    name: str
    package: str
    make: Make
    line: Line
    kinds: str  #: the records that it fetches so


def measured(tool: Tool, scale: Scale) -> Iterator[Row]:
    """Its requests, seconds and memory; `Skipped` where it cannot be installed, or does not get on with a stand-in."""
    with tempfile.TemporaryDirectory(prefix="fp-tool-") as made:
        folder = Path(made)
        programs = installed(tool.package, folder / "venv")
        with twin(tool.make, scale.of(SAMPLE), latency_s=LATENCY_S) as stand_in:
            (repository,) = stand_in.served.scope
            began_s = perf_counter()
            peak_mb = _run(tool, tool.line(programs, folder, stand_in.url, repository))
            seconds = perf_counter() - began_s
            asked, count = stand_in.requests().total(), stand_in.served.counts["pull requests"]
    on = f"{asked:,} for {count:,}: {tool.kinds}"
    yield Row(
        what=f"{tool.name}: requests per 1,000 pull requests", result=asked / count * 1000, unit="requests", on=on
    )
    latency = f"{LATENCY_S * 1000:.0f} ms latency, with its own start"
    yield Row(what=f"{tool.name}: seconds per 1,000 pull requests", result=seconds / count * 1000, unit="s", on=latency)
    yield Row(what=f"{tool.name}: peak memory", result=peak_mb, unit="MB")


def installed(package: str, folder: Path) -> Path:
    """The folder of its programs, of an environment made there; `Skipped` where it cannot be installed."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    command: list[str | Path] = [
        programs / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        package,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALLED_WITHIN_S)
    except subprocess.TimeoutExpired:
        raise Skipped(f"{package} was not installed within {INSTALLED_WITHIN_S} s") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip says no more"]
        raise Skipped(f"{package} cannot be installed from the package index ({said[-1]})")
    return programs


def _run(tool: Tool, line: Sequence[str]) -> float:
    """The most memory that it held, in MB; nothing of this environment is given to it."""
    environment = {"PATH": os.defpath, "HOME": tempfile.gettempdir()}
    metered = [sys.executable, "-c", METER, *line]
    done = subprocess.run(metered, capture_output=True, text=True, check=True, env=environment, timeout=RUN_WITHIN_S)
    code, kilobytes = done.stdout.split()
    if code != "0":
        raise Skipped(f"{tool.name} ended with {code}")
    return int(kilobytes) / 1024


def written(path: Path, document: object) -> str:
    """The name of a file that holds it as JSON."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)
