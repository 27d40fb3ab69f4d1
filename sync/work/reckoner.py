"""What people ask for and would wait for too long: made once, by a process of its own, a few at a time."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import Engine

from connectors.transport import Clock
from sync import __version__
from sync.report import json
from sync.store import reckonings
from sync.store.reckonings import Reckoning
from sync.work.edge import failed

MOST_WAITING = 16  #: on all hosts
MOST_AT_ONCE = 2  #: on all hosts
LONGEST_S = 900.0  #: until whoever makes it counts as gone
_TICK_S = 30.0  #: for what another host left behind
_STOP_S = 2.0


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: bytes
    err: str


Run = Callable[[Sequence[str]], Ended]


class Command:
    """Runs commands of this program, each in a process of its own, which gives its memory back with its end."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._running: set[subprocess.Popen[bytes]] = set()

    def __call__(self, arguments: Sequence[str]) -> Ended:
        command = (sys.executable, "-m", "sync.cli", *arguments, "--config", str(self._config))
        # Who asked chose none of these words freely: periods, instants and ids are read before they get here.
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
        self._running.add(process)
        try:
            out, err = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        finally:
            self._running.discard(process)
        return Ended(process.returncode, out, err.decode(errors="replace"))

    def stop(self) -> None:
        """Ends what is under way, which makes it fail."""
        for process in tuple(self._running):
            process.terminate()


class Reckoner:
    """Takes what is asked for, and makes it. Open it as a context; what is under way at its end waits again."""

    def __init__(self, engine: Engine, *, clock: Clock, run: Run) -> None:
        self._engine = engine
        self._clock = clock
        self._run = run
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="reckoner", daemon=True)

    def __enter__(self) -> "Reckoner":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._wake.set()
        if isinstance(self._run, Command):
            self._run.stop()
        self._thread.join(_STOP_S)

    def ask(self, kind: str, arguments: Sequence[str], *, made_of: Sequence[str]) -> Reckoning | None:
        """How it stands with what this command prints, made of all that is named; None where too much waits already.

        The same kind made of the same is made once.
        """
        key = hashlib.sha256("\0".join((kind, __version__, *made_of)).encode()).hexdigest()
        asked = Reckoning(key, kind, tuple(arguments))
        stands = reckonings.ask(self._engine, asked, now=self._clock.now(), most=MOST_WAITING)
        self._wake.set()
        return stands

    def make(self) -> None:
        """Makes all that waits, one after the other."""
        while not self._stopping.is_set() and (taken := self._taken()):
            ended = self._run(taken.arguments)
            if self._stopping.is_set():
                reckonings.put_back(self._engine, taken.key)
            else:
                self._finish(taken, ended)

    def _taken(self) -> Reckoning | None:
        return reckonings.take(self._engine, now=self._clock.now(), for_s=LONGEST_S, most=MOST_AT_ONCE)

    def _finish(self, taken: Reckoning, ended: Ended) -> None:
        log = structlog.get_logger().bind(kind=taken.kind, exit_code=ended.code)
        try:
            result = RESULTS[taken.kind](taken, ended)
        except (ValueError, msgspec.MsgspecError):
            log.error("nothing came of it", why=ended.err[-2_000:])
            reckonings.fail(self._engine, taken.key, cause=_cause(ended))
            return
        reckonings.finish(self._engine, taken.key, result=result, content=ended.out)
        log.info("made")

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.make()
            except Exception as error:  # noqa: BLE001 - the outer edge of one reckoning: the next may go better
                failed(error)
            self._wake.wait(_TICK_S)


def _report(_: Reckoning, ended: Ended) -> str:
    """The report's digest, whatever the exit code says of the report."""
    return json.read(ended.out).masthead.digest


def _done(taken: Reckoning, ended: Ended) -> str:
    if ended.code != 0:
        raise ValueError("it failed")
    return taken.key


#: Kind → the name of what came of it; ValueError where nothing did.
RESULTS: dict[str, Callable[[Reckoning, Ended], str]] = {"report": _report, "triage": _done, "patch": _done}


def _cause(ended: Ended) -> str:
    """What was wrong with the files or with what was asked, as the command says it; whatever else is in the log."""
    said = [line for line in ended.err.splitlines() if line and not line.startswith("{")]
    return "\n".join(said[-20:]) if ended.code == 2 and said else "It could not be made; the log says why."
