"""Commands on the map: the strategy, the rules and the people."""

import os

import typer

from sync.cli.options import ConfigFile
from sync.cli.terminal import DEFAULT, SystemClock, say, usage

app = typer.Typer()


@app.command()
def check(config: ConfigFile = DEFAULT) -> None:
    """Check the configuration, the strategy, the rules and the people; asks no source anything."""
    with usage():
        from sync.work.embedded import checked

        say(checked(config, environment=os.environ))


@app.command("test")
def try_cases(config: ConfigFile = DEFAULT) -> None:
    """Try the cases beside the rules; asks no source anything."""
    with usage():
        from sync.work.embedded import tried

        say(tried(config, environment=os.environ, clock=SystemClock()))
