"""What every command has in common: the clock and the environment, what is said where, and how it ends."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sync.cli.options import Severity

if TYPE_CHECKING:
    from sync.passes import Pass
    from sync.report.model import Report
    from sync.work.embedded import Work

FOUND, USAGE, INCOMPLETE = 1, 2, 3

DEFAULT = Path("fingerpost.yaml")


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        import asyncio  # a fifth of a second that `--help` need not wait for

        await asyncio.sleep(seconds)


@contextmanager
def opened(
    config: Path, *, environment: Mapping[str, str] = os.environ, verbose: bool, last_good: bool = False
) -> "Iterator[Work]":
    """The installation that the file describes, ready to work; ends the program where it is not fit to.

    With `last_good`, files that are wrong leave those in force that the last report was made by.
    """
    with usage():
        from sync.work import embedded

        with embedded.opened(
            config,
            environment=environment,
            clock=SystemClock(),
            verbose=verbose,
            last_good=last_good,
            who=user(environment),
        ) as work:
            note(map(str, work.wrong))
            yield work


@contextmanager
def usage() -> Iterator[None]:
    """Turns what is wrong with the user's files or store into one line each, and exit code 2."""
    from mappings.problems import Problems
    from sync.store.errors import StoreError

    try:
        yield
    except Problems as found:
        note(map(str, found.problems))
    except StoreError as error:
        note([f"{error} {error.hint}".strip()])
    else:
        return
    raise typer.Exit(USAGE)


def say(text: str) -> None:
    """A result, on standard output."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def note(lines: Iterable[str]) -> None:
    """What is beside the result, on standard error."""
    for line in lines:
        sys.stderr.write(f"{line}\n")


def end_of(made: "Report", fail_on: Severity | None, *, incomplete: bool = False) -> None:
    """Ends the program as the report asks for."""
    leave(exit_code(made, fail_on, incomplete=incomplete))


def exit_code(made: "Report", fail_on: Severity | None, *, incomplete: bool = False) -> int:
    """1 where a finding weighs as much as `fail_on`, 2 where an earlier version of the files had to stand in, 3 if
    incomplete; else 0."""
    grave = list(Severity)[list(Severity).index(fail_on) :] if fail_on else []
    found = any(made.answer.severities[severity.value] for severity in grave)
    is_incomplete = incomplete or made.masthead.verdict == "incomplete"
    return max(FOUND * found, USAGE * bool(made.masthead.mistakes), INCOMPLETE * is_incomplete)


def end_of_passes(passes: "Sequence[Pass]") -> None:
    """Says how the passes went, and ends the program with 3 if one of them missed anything."""
    note(map(str, passes))
    end(incomplete=missed(passes))


def missed(passes: "Sequence[Pass]") -> bool:
    """Whether any pass was not complete."""
    return any(done.verdict != "complete" for done in passes)


def end(*, found: bool = False, wrong: bool = False, incomplete: bool = False) -> None:
    """Ends the program; where two things hold, the higher number wins."""
    leave(max(FOUND * found, USAGE * wrong, INCOMPLETE * incomplete))


def leave(code: int) -> None:
    """Ends the program unless all is well."""
    if code:
        raise typer.Exit(code)


def user(environment: Mapping[str, str] = os.environ) -> str:
    """Who runs the program, for the trail; in a container a user may have no name."""
    return environment.get("USER") or environment.get("LOGNAME") or f"user {os.getuid()}"
