"""The command on the people: whose the accounts are."""

from typing import Annotated, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Verbose
from sync.cli.terminal import DEFAULT, opened, say

app = typer.Typer()


@app.command()
def people(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")] = "text",
    verbose: Verbose = False,
) -> None:
    """List whose the accounts are: known, to be confirmed, and active but nobody's; asks no source anything."""
    with opened(config, verbose=verbose) as work:
        from sync.work.people import as_json, as_text

        roster = work.roster(as_of=as_of)
        say(as_json(roster) if form == "json" else as_text(roster))
