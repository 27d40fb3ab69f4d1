"""The commands and their exit codes; the only place that reads the clock and the environment."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from sync.report.model import Report
    from sync.work.embedded import Work

FOUND, USAGE, INCOMPLETE = 1, 2, 3

app = typer.Typer(
    help="Tag the work in Jira and GitHub with the objective it serves; report how it flows and what leads nowhere.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Form(StrEnum):
    """The forms of a report."""

    text = "text"
    html = "html"
    json = "json"


class Severity(StrEnum):
    """How much a finding weighs."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class Document(StrEnum):
    """The files and documents that have a published schema."""

    fingerpost = "fingerpost"
    strategy = "strategy"
    mappings = "mappings"
    people = "people"
    report = "report"


def _instant(text: str) -> datetime:
    """The instant that the option names; a day alone is its end, in UTC."""
    form = "write 2026-11-20T18:00Z or 2026-11-20"
    if text[:1] not in ("1", "2"):  # what is near the first or the last year has no time in some zone
        raise typer.BadParameter(f"{text!r} is no instant; {form}")
    try:
        if len(text) == len("2026-11-20"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC).replace(microsecond=0)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no instant; {form}") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text!r} names no zone; write 2026-11-20T18:00Z or 2026-11-20T18:00+01:00")
    return at.astimezone(UTC)


def _period(text: str) -> str:
    """The text, if it names a period."""
    from sync.reconcile.periods import period

    try:
        period(text, zone=ZoneInfo("UTC"))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


ConfigFile = Annotated[Path, typer.Option("--config", envvar="FINGERPOST_CONFIG", help="The configuration file.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=_instant,
        metavar="INSTANT",
        help="What was known then: 2026-11-20T18:00Z, or a whole day, 2026-11-20 in UTC; default now.",
    ),
]
Period = Annotated[
    str | None,
    typer.Option(
        "--period",
        parser=_period,
        metavar="PERIOD",
        help="2026-W46, 2026-11, 2026-Q4 or 2026-11-02..2026-11-16; default the last whole week.",
    ),
]
FailOn = Annotated[Severity | None, typer.Option("--fail-on", help="End with 1 if a finding weighs this much or more.")]
DEFAULT = Path("fingerpost.yaml")


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        import asyncio  # a fifth of a second that `--help` need not wait for

        await asyncio.sleep(seconds)


@app.command()
def run(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    period: Period = None,
    fail_on: FailOn = None,
    verbose: Verbose = False,
) -> None:
    """The scheduled job: read what is new, reconcile, and write the report into the reports folder."""
    with _work(config, verbose=verbose) as work:
        _run(work, as_of=as_of, period=period, fail_on=fail_on)


@app.command()
def sync(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Read what is new at every source into the store."""
    with _work(config, verbose=verbose) as work:
        passes = work.sync()
        _note(map(str, passes))
        _end(incomplete=any(done.verdict != "complete" for done in passes))


@app.command()
def report(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    period: Period = None,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.text,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; default standard output.")] = None,
    fail_on: FailOn = None,
    verbose: Verbose = False,
) -> None:
    """Report on what is stored; asks no source anything."""
    with _work(config, verbose=verbose) as work:
        made = work.report(as_of=as_of, period=period)
        rendered = work.render(made, form.value)
        if out:
            work.write(out, rendered)
        else:
            _say(rendered)
        _end_of(made, fail_on)


@app.command()
def check(config: ConfigFile = DEFAULT) -> None:
    """Check the configuration, the strategy, the rules and the people; asks no source anything."""
    with _usage():
        from sync.work.embedded import checked

        _say(checked(config, environment=os.environ))


@app.command("test")
def try_cases(config: ConfigFile = DEFAULT) -> None:
    """Try the cases beside the rules; asks no source anything."""
    with _usage():
        from sync.work.embedded import tried

        _say(tried(config, environment=os.environ, clock=SystemClock()))


@app.command()
def doctor(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Look at sign-in, permissions and scope of every source, and say what to fix."""
    with _work(config, verbose=verbose) as work:
        looked = work.doctor()
        for source, checks in looked.items():
            for one in checks:
                _say(f"{'ok ' if one.ok else 'FIX'}  {source}: {one.subject}: {one.found}")
                if not one.ok and one.hint:
                    _say(f"     {one.hint}")
        _end(incomplete=not all(one.ok for checks in looked.values() for one in checks))


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="The folder to write, one file a record kind.")],
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    form: Annotated[Literal["jsonl", "parquet"], typer.Option("--format", help="How to write the rows.")] = "jsonl",
    origins: Annotated[bool, typer.Option("--origins", help="Also write when and how each was read.")] = False,
    verbose: Verbose = False,
) -> None:
    """Write all that is stored and what it means, sorted so that equal stores give equal files."""
    with _work(config, verbose=verbose) as work:
        work.export(out, as_of=as_of, form=form, origins=origins)
        _note([f"wrote {out}"])


@app.command()
def schema(of: Annotated[Document, typer.Argument(help="Which file or document.")]) -> None:
    """Print the JSON Schema of a file, for an editor, or of the report."""
    from sync.work.schemas import schema_of

    _say(schema_of(of.value))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("demo"),
    size: Annotated[int, typer.Option("--size", min=50, help="About how many work items the company has.")] = 600,
    verbose: Verbose = False,
) -> None:
    """Run the main job on an invented company, served by stand-ins of Jira and GitHub on this machine."""
    from sync.work.demo import scene

    with scene(out, size=size) as told:
        _note([f"Serving an invented company of about {size:,} work items on this machine; its files are in {out}/."])
        with _work(told.config, environment=told.environment, verbose=verbose) as work:
            _run(work, as_of=told.as_of, period=None, fail_on=None)


def _run(work: "Work", *, as_of: datetime | None, period: str | None, fail_on: Severity | None) -> None:
    passes = work.sync()
    made = work.report(as_of=as_of, period=period)
    _say(work.render(made, Form.text.value))
    _note(map(str, passes))
    _note(f"wrote {path}" for path in work.publish(made))
    _end_of(made, fail_on, incomplete=any(done.verdict != "complete" for done in passes))


@contextmanager
def _work(config: Path, *, environment: Mapping[str, str] = os.environ, verbose: bool) -> "Iterator[Work]":
    """The installation that the file describes, ready to work; ends the program where it is not fit to."""
    with _usage():
        from sync.work.embedded import opened

        with opened(config, environment=environment, clock=SystemClock(), verbose=verbose) as work:
            yield work


@contextmanager
def _usage() -> Iterator[None]:
    """Turns what is wrong with the user's files or store into one line each, and exit code 2."""
    from mappings.problems import Problems
    from sync.store.errors import StoreError

    try:
        yield
    except Problems as found:
        _note(map(str, found.problems))
    except StoreError as error:
        _note([f"{error} {error.hint}".strip()])
    else:
        return
    raise typer.Exit(USAGE)


def _say(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def _note(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")


def _end_of(made: "Report", fail_on: Severity | None, *, incomplete: bool = False) -> None:
    grave = list(Severity)[list(Severity).index(fail_on) :] if fail_on else []
    found = any(made.answer.severities[severity.value] for severity in grave)
    _end(found=found, incomplete=incomplete or made.masthead.verdict == "incomplete")


def _end(*, found: bool = False, incomplete: bool = False) -> None:
    """Ends the program; where two things hold, the higher number wins."""
    if incomplete or found:
        raise typer.Exit(INCOMPLETE if incomplete else FOUND)


def main() -> None:
    """The program `fingerpost`."""
    app()


if __name__ == "__main__":
    main()
