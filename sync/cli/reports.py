"""Commands that say what is stored and what it means; they ask no source anything."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Document, FailOn, Form, Period, Verbose
from sync.cli.terminal import DEFAULT, end_of, note, opened, say

app = typer.Typer()


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
    with opened(config, verbose=verbose, last_good=True) as work:
        made = work.report(as_of=as_of, period=period)
        rendered = work.render(made, form.value)
        if out:
            work.write(out, rendered)
        else:
            say(rendered)
        end_of(made, fail_on)


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
    with opened(config, verbose=verbose) as work:
        work.export(out, as_of=as_of, form=form, origins=origins)
        note([f"wrote {out}"])


@app.command()
def schema(of: Annotated[Document, typer.Argument(help="Which file or document.")]) -> None:
    """Print the JSON Schema of a file, for an editor, or of the report; or the table of all keys, `configuration`."""
    from sync.work.configuration import configuration
    from sync.work.schemas import schema_of

    if of is Document.configuration:
        say(configuration())
        return

    say(schema_of(of.value))
