"""Commands that ask the sources."""

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import ConfigFile, Roll, Verbose
from sync.cli.terminal import DEFAULT, end, end_of_passes, note, opened, say

if TYPE_CHECKING:
    from connectors.source import Check
    from sync.work.embedded import Work

app = typer.Typer()


@app.command()
def sync(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Read what is new at every source into the store."""
    with opened(config, verbose=verbose) as work:
        with work.reading() as reading:
            passes = reading.sync()
        end_of_passes(passes)


@app.command()
def census(
    config: ConfigFile = DEFAULT,
    kind: Annotated[Roll, typer.Option("--kind", help="Who is called: all that is open, or all there is.")] = Roll.all,
    accept_loss: Annotated[
        list[str] | None,
        typer.Option("--accept-loss", metavar="SCOPE", help="A project or repository whose missing items are gone."),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Call every item at every source now, and find out what became of those that do not answer."""
    with opened(config, verbose=verbose) as work:
        with work.reading() as reading:
            passes = reading.census(kind=kind.value, accept_loss=frozenset(accept_loss or ()))
        end_of_passes(passes)


@app.command("write-back")
def write_back(
    config: ConfigFile = DEFAULT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")] = False,
    verbose: Verbose = False,
) -> None:
    """Bring the label or field that mirrors each tag up to date, at the sources that ask for it."""
    with opened(config, verbose=verbose) as work:
        end(incomplete=mirror(work, dry_run=dry_run))


@app.command()
def doctor(config: ConfigFile = DEFAULT, verbose: Verbose = False) -> None:
    """Look at sign-in, permissions and scope of every source, and say what to fix."""
    with opened(config, verbose=verbose) as work:
        with work.reading() as reading:
            looked = reading.doctor()
        found = [(source, check) for source, checks in looked.items() for check in checks]
        for source, check in found:
            say(_told(source, check))
        end(incomplete=not all(check.ok for _, check in found))


def _told(source: str, check: "Check") -> str:
    """A line, and below it what to do where the check does not hold."""
    line = f"{'ok ' if check.ok else 'FIX'}  {source}: {check.subject}: {check.found}"
    return line if check.ok or not check.hint else f"{line}\n     {check.hint}"


def mirror(work: "Work", *, dry_run: bool) -> bool:
    """Whether anything went wrong with it."""
    done = work.write_back(dry_run=dry_run)
    failures = [line for each in done for line in each.failures]
    for each in done:
        if each.plan and dry_run:
            say(str(each.plan))
        elif each.plan:
            note([f"{each.source}: {len(each.done):,} written back"])
    note(failures)
    return bool(failures)
