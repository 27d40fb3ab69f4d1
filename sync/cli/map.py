"""Commands on the map: the strategy, the rules and the people."""

import os
from typing import Annotated, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Period
from sync.cli.terminal import DEFAULT, SystemClock, note, say, usage

app = typer.Typer()


@app.command()
def check(config: ConfigFile = DEFAULT) -> None:
    """Check the configuration, the strategy, the rules and the people; asks no source anything."""
    with usage():
        from sync.work.embedded import checked

        say(checked(config, environment=os.environ))


@app.command("test")
def try_cases(config: ConfigFile = DEFAULT) -> None:
    """Try the cases beside the rules, and the rules on what is stored; asks no source anything."""
    with usage():
        from mappings.problems import Problems
        from sync.work.trying import tried

        told = tried(config, environment=os.environ, clock=SystemClock())
        say(str(told))
        if told.unlooked:
            note([f"rules and names were not held against the stored facts: {told.unlooked}"])
        if told.failures:
            raise Problems(told.failures)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="ITEM|FINDING|FIGURE", help="A key, ref or address; an id; a name.")],
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    period: Period = None,
    objective: Annotated[str | None, typer.Option("--objective", help="Say why the item does not serve it.")] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")] = "text",
) -> None:
    """Say why an item is tagged so, or what a finding or a figure rests on; asks no source anything."""
    with usage():
        from sync.work.explaining import explained, rendered

        at = (as_of or SystemClock().now()).replace(microsecond=0)
        told = explained(config, name, environment=os.environ, as_of=at, period=period, objective=objective)
        say(rendered(told, form))
