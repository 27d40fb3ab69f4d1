"""Commands that say what is stored and what it means; they ask no source anything."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Document, FailOn, Period, ReportForm, Verbose
from sync.cli.terminal import DEFAULT, SystemClock, end, end_of, note, opened, say, usage

if TYPE_CHECKING:
    from sync.work.embedded import Work

app = typer.Typer()


@app.command()
def report(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    period: Period = None,
    form: Annotated[ReportForm, typer.Option("--format", help="How to write it.")] = ReportForm.text,
    part: Annotated[
        str | None, typer.Option("--part", metavar="NAME", help="Of csv one table, of png the picture.")
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="TEAM", help="This team's own part of it, as an HTML page.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write, of csv the folder; default standard output.")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Also keep it, and write it into the reports folder.")
    ] = False,
    fail_on: FailOn = None,
    engine: Annotated[
        Literal["duckdb", "postgresql", "spark"],
        typer.Option(help="What reckons: this process, the server of the store, or Spark."),
    ] = "duckdb",
    verbose: Verbose = False,
) -> None:
    """Report on what is stored; asks no source anything."""
    if form is ReportForm.csv and out is None and part is None:
        raise typer.BadParameter("name a folder for the tables, or one table by --part", param_hint="--out")
    if form in (ReportForm.pdf, ReportForm.png) and out is None and sys.stdout.isatty():
        raise typer.BadParameter("name a file: this is no text", param_hint="--out")
    with opened(config, verbose=verbose, last_good=True) as work:
        from sync.store.analytics import Analytics
        from sync.work.rendering import rendered, team_page

        made = work.report(as_of=as_of, period=period, analytics=Analytics(engine))
        content = team_page(made, team) if team else rendered(made, form.value, part=part, environment=os.environ)
        _put(work, content, out)
        if publish:
            note(f"wrote {path}" for path in work.publish(made))
        end_of(made, fail_on)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="REPORT_A", help="The earlier report, JSON or HTML.")],
    after: Annotated[Path, typer.Argument(metavar="REPORT_B", help="The later one.")],
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")] = "text",
) -> None:
    """Say what differs between two reports: findings that came, went or weigh otherwise, and figures."""
    with usage():
        from sync.work.kept_reports import FORMS, difference

        say(FORMS[form](difference(before, after)))


@app.command()
def deliver(
    config: ConfigFile = DEFAULT,
    period: Period = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="NAME", help="This channel alone.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")] = False,
    verbose: Verbose = False,
) -> None:
    """Send the last published report by the configured channels; who has it already is not sent it again."""
    with opened(config, verbose=verbose, last_good=True) as work:
        if channel and channel not in work.config.deliver:
            raise typer.BadParameter(f"no channel is called {channel!r}", param_hint="--channel")
        if not work.config.deliver:
            raise typer.BadParameter("no channel is configured; name one under `deliver`")
        made = work.last_published(period)
        if made is None:
            raise typer.BadParameter("nothing was published yet; `run` does, and `report --publish`")
        done = work.deliver(made, only=channel, dry_run=dry_run)
        for each in done:
            say(f"{each}\n\n{each.post.text}\n" if dry_run and each.post else str(each))
        end(incomplete=not all(each.arrived for each in done))


def _put(work: "Work", content: str | bytes | dict[str, str], out: Path | None) -> None:
    """Into the file or the folder, else onto standard output."""
    if isinstance(content, dict):
        for name, text in content.items():
            work.write((out or Path()) / f"{name}.csv", text)
    elif out is not None:
        work.write(out, content)
    elif isinstance(content, str):
        say(content)
    else:
        sys.stdout.buffer.write(content)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="The folder to write, one file a record kind.")],
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    form: Annotated[Literal["jsonl", "parquet"], typer.Option("--format", help="How to write the rows.")] = "jsonl",
    origins: Annotated[bool, typer.Option("--origins", help="Also write when and how each was read.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Every table just as it is, for `import`.")] = False,
    verbose: Verbose = False,
) -> None:
    """Write all that is stored and what it means, sorted so that equal stores give equal files."""
    with opened(config, verbose=verbose) as work:
        if whole:
            from sync.store.move import dump

            note([f"wrote {out}: {dump(work.engine, out, form=form):,} rows"])
            return
        work.export(out, as_of=as_of, form=form, origins=origins)
        note([f"wrote {out}"])


@app.command()
def schema(of: Annotated[Document, typer.Argument(help="Which file or document.")]) -> None:
    """Print the JSON Schema of a file or document, or a page of the manual: checks, commands and so on."""
    if of in (pages := _manual()):
        say(pages[of]())
        return
    from sync.work.schemas import schema_of

    say(schema_of(of.value))


def _manual() -> dict[Document, Callable[[], str]]:
    """What writes each page."""
    from sync.cli import app as program
    from sync.cli.manual import commands
    from sync.web.manual import interface, metrics
    from sync.work.checks import checks
    from sync.work.configuration import configuration
    from sync.work.measures import measures

    return {
        Document.api: lambda: interface(SystemClock()),
        Document.checks: checks,
        Document.commands: lambda: commands(program),
        Document.configuration: configuration,
        Document.measures: measures,
        Document.metrics: lambda: metrics(SystemClock()),
    }
