"""Commands on an edit of the map: what it would move, and what it moved."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Form, Period, Verbose
from sync.cli.terminal import DEFAULT, opened, say

app = typer.Typer()
strategy = typer.Typer(help="Look at the strategy itself.", no_args_is_help=True)
app.add_typer(strategy, name="strategy")

Out = Annotated[Path | None, typer.Option("--out", help="The file to write; default standard output.")]


@app.command()
def preview(
    config: ConfigFile = DEFAULT,
    mappings: Annotated[Path | None, typer.Option("--mappings", help="The edited rules, a file or a folder.")] = None,
    edited: Annotated[Path | None, typer.Option("--strategy", help="The edited strategy, likewise.")] = None,
    as_of: AsOf = None,
    period: Period = None,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.text,
    out: Out = None,
    verbose: Verbose = False,
) -> None:
    """Say what an edit of the rules or the strategy would move, on what is stored; changes nothing."""
    if mappings is None and edited is None:
        raise typer.BadParameter("name the edited file with --mappings, --strategy or both")
    with opened(config, verbose=verbose) as work:
        from sync.work.previewing import RENDERERS, Edit

        edit = Edit(strategy=edited, mappings=mappings)
        rendered = RENDERERS[form.value](work.preview(edit, as_of=as_of, period=period))
        if out:
            work.write(out, rendered)
        else:
            say(rendered)


def _side(text: str) -> date | Path:
    """The day, or the file, that an argument names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return Path(text)


Side = Annotated[Any, typer.Argument(parser=_side, metavar="DAY|FILE", help="A day, 2026-11-20, or a strategy file.")]


@strategy.command("diff")
def strategy_diff(
    before: Side,
    after: Side,
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")] = "text",
    verbose: Verbose = False,
) -> None:
    """Say what moved on the map between two days or two files, and whom it touches; changes nothing."""
    with opened(config, verbose=verbose) as work:
        from sync.report.notice import as_json, as_text

        notice = work.compare((before, after), as_of=as_of)
        say(as_json(notice) if form == "json" else as_text(notice))
