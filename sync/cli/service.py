"""Commands of the service: to run it, and to look into its inbox."""

import os
from typing import Annotated

import typer

from sync.cli.options import ConfigFile, Verbose
from sync.cli.terminal import DEFAULT, SystemClock, note, opened, say, usage, user

app = typer.Typer()
inbox = typer.Typer(help="Look at deliveries of webhooks that are not done.", no_args_is_help=True)
app.add_typer(inbox, name="inbox")

MOST = 200


@app.command()
def serve(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Serve: take in webhooks, and read, reconcile and report by schedule, until a signal ends it."""
    with usage():
        from sync.web.service import serve as run

        run(config, environment=os.environ, clock=SystemClock(), verbose=verbose)


@app.command()
def worker(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Do the work of the service as one of many, on a store in PostgreSQL, until a signal ends it."""
    with usage():
        from sync.work.hosts import work

        work(config, environment=os.environ, clock=SystemClock(), verbose=verbose)


@inbox.command("list")
def list_(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """List the deliveries that wait or are quarantined, the latest first."""
    with opened(config, verbose=verbose) as work:
        from sync.store import deliveries

        for each in deliveries.listed(work.engine, ("waiting", "quarantined"), most=MOST):
            why = f": {each.cause}" if each.cause else ""
            say(f"{each.received_at:%Y-%m-%d %H:%M:%S}Z  {each.source}  {each.id}  {each.event}  {each.state}{why}")


@inbox.command()
def retry(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Default all that are quarantined.")
    ] = None,
    config: ConfigFile = DEFAULT,
    verbose: Verbose = False,
) -> None:
    """Let quarantined deliveries wait again; `serve` or a worker takes them within seconds."""
    with opened(config, verbose=verbose) as work:
        from sync.store import deliveries

        retried = deliveries.retry(work.engine, ids or (), who=user(), now=work.clock.now())
        note(f"{each.source} {each.id} waits again" for each in retried)
        note([f"{len(retried)} retried"])
