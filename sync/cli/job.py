"""The main job, and the demonstration of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import AsOf, ConfigFile, FailOn, Form, Period, Severity, Verbose, duration
from sync.cli.sources import mirror
from sync.cli.terminal import DEFAULT, SystemClock, exit_code, leave, missed, note, opened, say, usage

if TYPE_CHECKING:
    from sync.passes import Pass
    from sync.work.embedded import Work
    from sync.work.reading import Reading
    from sync.work.summary import Summary

app = typer.Typer()


@app.command()
def run(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    period: Period = None,
    fail_on: FailOn = None,
    stored: Annotated[bool, typer.Option("--stored", help="Take what is stored; read no source.")] = False,
    max_duration: Annotated[
        timedelta | None,
        typer.Option("--max-duration", parser=duration, metavar="DURATION", help="Read for 50m, 1h30m or 90s at most."),
    ] = None,
    metrics_file: Annotated[
        Path | None, typer.Option("--metrics-file", help="Write metrics for a text-file collector.")
    ] = None,
    push_gateway: Annotated[
        str | None, typer.Option("--push-gateway", metavar="URL", help="Push metrics to this gateway.")
    ] = None,
    verbose: Verbose = False,
) -> None:
    """The scheduled job: read what is new, call who is due to be called, reconcile, write the report and send it."""
    with opened(config, verbose=verbose, last_good=True) as work:
        told = partial(_told, work, file=metrics_file, gateway=push_gateway)
        until = SystemClock().now() + max_duration if max_duration else None
        _run(work, as_of=as_of, period=period, fail_on=fail_on, stored=stored, until=until, told=told)


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


def _run(
    work: "Work",
    *,
    as_of: datetime | None,
    period: str | None,
    fail_on: Severity | None,
    stored: bool = False,
    until: datetime | None = None,
    told: "Callable[[Summary], None]" = lambda _: None,
) -> None:
    from sync.work.summary import Summary

    began_at = work.clock.now()
    with work.reading(until=until) as reading:
        passes = [] if stored else _read(reading)
    failed = mirror(work, dry_run=False)
    made = work.report(as_of=as_of, period=period)
    say(work.render(made, Form.text.value))
    note(map(str, passes))
    note(f"wrote {path}" for path in work.publish(made))
    note(map(str, work.tell(made, passes)))
    if as_of is None and period is None:
        note(map(str, work.catch_up(made)))
    code = exit_code(made, fail_on, incomplete=failed or missed(passes))
    summary = Summary(passes=passes, tally=reading.tally, began_at=began_at, ended_at=work.clock.now(), exit_code=code)
    note([str(summary)] if passes else [])
    told(summary)
    leave(code)


def _read(reading: "Reading") -> "list[Pass]":
    """How the passes went, and the censuses that were due at the sources that answered."""
    passes = reading.sync()
    return passes + reading.census(
        sources=[done.source for done in passes if done.verdict in ("complete", "incomplete")]
    )


def _told(work: "Work", summary: "Summary", *, file: Path | None, gateway: str | None) -> None:
    from sync.work.sources import Means
    from sync.work.summary import told

    note(told(summary, means=Means(engine=work.engine, clock=work.clock), file=file, gateway=gateway))
