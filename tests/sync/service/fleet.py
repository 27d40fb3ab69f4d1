"""The processes of one installation, killed at random and started again."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stage import Place

PATIENCE_S = 120
STOP_S = 10  # that a process has to end in when it is told to
LOOK_S = 0.1


@dataclass
class Host:
    """A process, and the log that it writes."""

    command: str
    process: "subprocess.Popen[str]"
    log: Path
    _port: int | None = None

    @property
    def url(self) -> str | None:
        """Where it listens; None as long as it does not."""
        if self._port is None:
            serving = [line for line in self.log.read_text("utf-8").splitlines() if '"serving"' in line]
            self._port = json.loads(serving[0])["port"] if serving else None
        return f"http://127.0.0.1:{self._port}" if self._port else None

    @property
    def lives(self) -> bool:
        return self.process.poll() is None


@dataclass
class Fleet:
    """Processes that do the same commands whatever becomes of them."""

    place: Place
    hosts: list[Host] = field(default_factory=list)
    started: int = 0

    def start(self, command: str) -> Host:
        self.started += 1
        log = self.place.folder / f"{command}-{self.started}.log"
        return Host(command, self.place.start(command, log=log), log)

    def urls(self) -> list[str]:
        """Where deliveries can be brought now."""
        return [url for host in self.hosts if (url := host.url)]

    def kill_one(self, moments: random.Random) -> None:
        """kill -9 for one of them, wherever it then is; another takes its place at once."""
        number = moments.randrange(len(self.hosts))
        host = self.hosts[number]
        host.process.kill()
        assert host.process.wait() == -signal.SIGKILL, host.log.read_text()
        self.hosts[number] = self.start(host.command)

    def until(self, holds: Callable[[], bool]) -> None:
        """Returns as soon as it holds; it fails after a while, or where a process ends by itself."""
        ends_at = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends_at, "it never came to be"
            for host in self.hosts:
                assert host.lives, host.log.read_text()
            time.sleep(LOOK_S)

    def stop(self) -> Mapping[str, int]:
        """Tells all of them to end; by log, with which exit code each did."""
        for host in self.hosts:
            host.process.terminate()
        return {host.log.name: host.process.wait(STOP_S) for host in self.hosts}


@contextmanager
def fleet(place: Place, commands: tuple[str, ...]) -> Iterator[Fleet]:
    """A process for each of the commands; none is left at the end."""
    made = Fleet(place)
    made.hosts += [made.start(command) for command in commands]
    try:
        yield made
    finally:
        for host in made.hosts:
            host.process.kill()
            host.process.wait()
