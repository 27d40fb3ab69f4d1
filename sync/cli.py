"""The commands and their exit codes; the only place that reads the clock and the environment."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sync.options import AsOf, ConfigFile, Document, FailOn, Form, Period, Roll, Severity, Verbose

if TYPE_CHECKING:
    from sync.passes import Pass
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
    """The scheduled job: read what is new, call who is due to be called, reconcile, and write the report."""
    with _work(config, verbose=verbose) as work:
        _run(work, as_of=as_of, period=period, fail_on=fail_on)


@app.command()
def sync(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Read what is new at every source into the store."""
    with _work(config, verbose=verbose) as work:
        with work.reading() as reading:
            passes = reading.sync()
        _end_of_passes(passes)


@app.command()
def census(
    config: ConfigFile = DEFAULT,
    kind: Annotated[Roll, typer.Option("--kind", help="Who is called: all that is open, or all there is.")] = Roll.all,
    accept_loss: Annotated[
        list[str] | None,
        typer.Option("--accept-loss", metavar="SCOPE", help="A project or repository whose missing items are gone."),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Call every item at every source now, and find out what became of those that do not answer."""
    with _work(config, verbose=verbose) as work:
        with work.reading() as reading:
            passes = reading.census(kind=kind.value, accept_loss=frozenset(accept_loss or ()))
        _end_of_passes(passes)


@app.command("write-back")
def write_back(
    config: ConfigFile = DEFAULT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")] = False,
    verbose: Verbose = False,
) -> None:
    """Bring the label or field that mirrors each tag up to date, at the sources that ask for it."""
    with _work(config, verbose=verbose) as work:
        _end(incomplete=_write_back(work, dry_run=dry_run))


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
        with work.reading() as reading:
            looked = reading.doctor()
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

    with _usage(), scene(out, size=size) as told:
        _note([f"Serving an invented company of about {size:,} work items on this machine; its files are in {out}/."])
        with _work(told.config, environment=told.environment, verbose=verbose) as work:
            _run(work, as_of=told.as_of, period=None, fail_on=None)


def _run(work: "Work", *, as_of: datetime | None, period: str | None, fail_on: Severity | None) -> None:
    with work.reading() as reading:
        passes = reading.sync()
        passes += reading.census(sources=[done.source for done in passes if done.verdict in ("complete", "incomplete")])
    failed = _write_back(work, dry_run=False)
    made = work.report(as_of=as_of, period=period)
    _say(work.render(made, Form.text.value))
    _note(map(str, passes))
    _note(f"wrote {path}" for path in work.publish(made))
    _end_of(made, fail_on, incomplete=failed or _missed(passes))


def _write_back(work: "Work", *, dry_run: bool) -> bool:
    """Whether anything went wrong with it."""
    done = work.write_back(dry_run=dry_run)
    failures = [line for each in done for line in each.failures]
    for each in done:
        if each.plan and dry_run:
            _say(str(each.plan))
        elif each.plan:
            _note([f"{each.source}: {len(each.done):,} written back"])
    _note(failures)
    return bool(failures)


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


def _end_of_passes(passes: "Sequence[Pass]") -> None:
    _note(map(str, passes))
    _end(incomplete=_missed(passes))


def _missed(passes: "Sequence[Pass]") -> bool:
    return any(done.verdict != "complete" for done in passes)


def _end(*, found: bool = False, incomplete: bool = False) -> None:
    """Ends the program; where two things hold, the higher number wins."""
    if incomplete or found:
        raise typer.Exit(INCOMPLETE if incomplete else FOUND)


def main() -> None:
    """The program `fingerpost`."""
    app()


if __name__ == "__main__":
    main()
