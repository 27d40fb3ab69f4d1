"""Commands on an edit of the map: what it would move, and what it moved."""

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.options import AsOf, ConfigFile, Form, Period, Verbose
from sync.cli.terminal import DEFAULT, opened, say

app = typer.Typer()

Out = Annotated[Path | None, typer.Option("--out", help="The file to write; default standard output.")]


@app.command()
def preview(
    config: ConfigFile = DEFAULT,
    mappings: Annotated[Path | None, typer.Option("--mappings", help="The edited rules, a file or a folder.")] = None,
    strategy: Annotated[Path | None, typer.Option("--strategy", help="The edited strategy, likewise.")] = None,
    as_of: AsOf = None,
    period: Period = None,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.text,
    out: Out = None,
    verbose: Verbose = False,
) -> None:
    """Say what an edit of the rules or the strategy would move, on what is stored; changes nothing."""
    if mappings is None and strategy is None:
        raise typer.BadParameter("name the edited file with --mappings, --strategy or both")
    with opened(config, verbose=verbose) as work:
        from sync.work.previewing import RENDERERS, Edit

        edit = Edit(strategy=strategy, mappings=mappings)
        rendered = RENDERERS[form.value](work.preview(edit, as_of=as_of, period=period))
        if out:
            work.write(out, rendered)
        else:
            say(rendered)
