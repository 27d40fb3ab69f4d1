"""The command that accepts a finding for now."""

from datetime import date
from typing import Annotated

import typer

from sync.cli.options import AsOf, ConfigFile, Verbose
from sync.cli.terminal import DEFAULT, note, opened

app = typer.Typer()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write 2026-12-31") from None


@app.command()
def ack(
    finding: Annotated[
        str, typer.Argument(metavar="FINDING", help="Its id as the report prints it, or how it begins.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it is accepted.")],
    until: Annotated[date, typer.Option("--until", parser=_day, metavar="DAY", help="The last day: 2026-12-31.")],
    by: Annotated[str | None, typer.Option("--by", help="The team or role; default the finding's owner.")] = None,
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    verbose: Verbose = False,
) -> None:
    """Accept a finding for now, in the file of acknowledgements; it returns after the day, or when it gets graver."""
    with opened(config, verbose=verbose) as work:
        note([f"wrote {work.acknowledge(finding, reason=reason, by=by, until=until, as_of=as_of)}"])
