"""Commands in processes of their own, without the seconds that each would spend on importing the program.

A server imports it once and forks for each command: a fork starts where the command line would, and ends with what it
was told to do at exit. `python tests/forks.py` is that server.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
#: What commands import when they need it.
IMPORTED = (
    "adbc_driver_sqlite.dbapi",
    "alembic.command",
    "connectors.github",
    "connectors.jira",
    "ibis.backends.duckdb",
    "pyarrow.dataset",
    "sqlalchemy.dialects.sqlite",
    "sync.cli",
    "sync.report.html",
    "sync.store.facts",
    "sync.store.known",
    "sync.work.embedded",
)


def fingerpost(
    arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """How the command ended, run in the folder, with nothing but this environment."""
    return _server().run(arguments, folder=folder, environment=environment)


class Server:
    """Runs one command after the other, until it is gone."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, __file__], stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        weakref.finalize(self, self._process.kill)

    def run(
        self, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        with tempfile.TemporaryDirectory(prefix="fp-out-") as taken:
            out, err = Path(taken) / "out", Path(taken) / "err"
            wanted = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
            asked.write(json.dumps({**wanted, "out": str(out), "err": str(err)}) + "\n")
            asked.flush()
            status = int(answered.readline())
            return subprocess.CompletedProcess(arguments, status, out.read_text("utf-8"), err.read_text("utf-8"))


@cache
def _server() -> Server:
    return Server()


def _serve() -> None:
    for name in IMPORTED:
        import_module(name)
    gc.freeze()  # the collector of a fork need not look at what is there, nor copy it by doing so
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(arguments: list[str], *, folder: str, environment: dict[str, str], out: str, err: str) -> NoReturn:
    """This process becomes `fingerpost` with these arguments; its output goes to the two files."""
    from sync.cli import main

    for number, path in enumerate((os.devnull, out, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["fingerpost", *arguments]
    _end(_status_of(main))


def _status_of(program: Callable[[], None]) -> int:
    """How it ends, as the interpreter would tell it."""
    try:
        program()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        sys.stderr.write(f"{ended.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - whatever it is, it ends the program
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """The end of a process, without the second that it takes to free what the fork has in common with its server."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    _serve()
