"""Commands that look after the store: kept safe, moved, and freed of what somebody asked to have erased."""

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.options import ConfigFile, Verbose
from sync.cli.terminal import DEFAULT, note, opened, user

app = typer.Typer()

Force = Annotated[bool, typer.Option("--force", help="Replace what the store holds.")]


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    config: ConfigFile = DEFAULT,
    verbose: Verbose = False,
) -> None:
    """Write the whole store, as it stands at one instant, into one file; others may go on with it meanwhile."""
    with opened(config, verbose=verbose) as work:
        from sync.store.move import back_up

        note([f"wrote {file}: {back_up(work.engine, file):,} rows"])


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")],
    config: ConfigFile = DEFAULT,
    force: Force = False,
    verbose: Verbose = False,
) -> None:
    """Bring back a backup into the configured store, of whichever kind it is."""
    with opened(config, verbose=verbose) as work:
        from sync.store.move import restore as bring_back

        note([f"restored {bring_back(file, work.engine, force=force):,} rows"])


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="What `export --whole` wrote.")],
    config: ConfigFile = DEFAULT,
    force: Force = False,
    verbose: Verbose = False,
) -> None:
    """Bring a whole export into the configured store: from SQLite to PostgreSQL, or back, without loss."""
    with opened(config, verbose=verbose) as work:
        from sync.store.move import load

        note([f"imported {load(folder, work.engine, force=force):,} rows"])


@app.command()
def erase(
    names: Annotated[list[str], typer.Argument(metavar="ACCOUNT...", help="Refs, ids, names or addresses.")],
    config: ConfigFile = DEFAULT,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else only say what would be erased.")] = False,
    verbose: Verbose = False,
) -> None:
    """Erase a person's data from the store, for good: what the sources tell of them later is struck too."""
    with opened(config, verbose=verbose) as work:
        from sync.store import erasures

        found = erasures.accounts_of(work.engine, names)
        if not found:
            raise typer.BadParameter("no account is called so; fingerpost people lists them")
        note(f"{ref} ({', '.join(told[1:])})" for ref, told in found.items())
        if not yes:
            note(["nothing was erased: say --yes to do it; it cannot be undone"])
            return
        done = erasures.erase(work.engine, found, who=user(), now=work.clock.now())
        note([f"{len(done.accounts)} accounts erased from {done.rows:,} rows; take them out of the people file too"])
