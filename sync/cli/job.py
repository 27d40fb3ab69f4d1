"""The main job, and the demonstration of it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import AsOf, ConfigFile, FailOn, Form, Period, Severity, Verbose
from sync.cli.sources import mirror
from sync.cli.terminal import DEFAULT, end_of, missed, note, opened, say, usage

if TYPE_CHECKING:
    from sync.work.embedded import Work

app = typer.Typer()


@app.command()
def run(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    period: Period = None,
    fail_on: FailOn = None,
    verbose: Verbose = False,
) -> None:
    """The scheduled job: read what is new, call who is due to be called, reconcile, write the report and send it."""
    with opened(config, verbose=verbose, last_good=True) as work:
        _run(work, as_of=as_of, period=period, fail_on=fail_on)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("demo"),
    size: Annotated[int, typer.Option("--size", min=50, help="About how many work items the company has.")] = 600,
    verbose: Verbose = False,
) -> None:
    """Run the main job on an invented company, served by stand-ins of Jira and GitHub on this machine."""
    from sync.work.demo import scene

    with usage(), scene(out, size=size) as told:
        note([f"Serving an invented company of about {size:,} work items on this machine; its files are in {out}/."])
        with opened(told.config, environment=told.environment, verbose=verbose) as work:
            _run(work, as_of=told.as_of, period=None, fail_on=None)


def _run(work: "Work", *, as_of: datetime | None, period: str | None, fail_on: Severity | None) -> None:
    with work.reading() as reading:
        passes = reading.sync()
        passes += reading.census(sources=[done.source for done in passes if done.verdict in ("complete", "incomplete")])
    failed = mirror(work, dry_run=False)
    made = work.report(as_of=as_of, period=period)
    say(work.render(made, Form.text.value))
    note(map(str, passes))
    note(f"wrote {path}" for path in work.publish(made))
    note(map(str, work.tell(made, passes)))
    end_of(made, fail_on, incomplete=failed or missed(passes))
