"""The command that answers an assistant."""

import os

import typer

from sync.cli.options import ConfigFile
from sync.cli.terminal import DEFAULT, USAGE, SystemClock, note, usage

app = typer.Typer()


@app.command()
def mcp(config: ConfigFile = DEFAULT) -> None:
    """Answer an assistant's questions on standard input and output (Model Context Protocol); changes nothing."""
    try:
        from sync.work.assistant import Questions, server
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        note(["This needs the extra `mcp`: install fingerpost[mcp]."])
        raise typer.Exit(USAGE) from None
    from sync.config import load_config

    with usage():
        load_config(config, environment=os.environ)
    server(Questions(config=config, environment=os.environ, clock=SystemClock())).run()
