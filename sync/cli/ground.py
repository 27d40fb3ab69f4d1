"""Commands on the ground under the map: the first files, and what is new since."""

import os
from datetime import datetime
from typing import Annotated, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Verbose, instant
from sync.cli.terminal import DEFAULT, SystemClock, note, opened, say, usage

app = typer.Typer()


@app.command()
def init(
    config: ConfigFile = DEFAULT,
    jira: Annotated[str | None, typer.Option("--jira", metavar="URL", help="The Jira site to read.")] = None,
    project: Annotated[list[str] | None, typer.Option("--project", metavar="KEY", help="A project of it.")] = None,
    repository: Annotated[
        list[str] | None, typer.Option("--repository", metavar="OWNER/NAME", help="A repository; * is any name.")
    ] = None,
    look: Annotated[bool, typer.Option("--look", help="Read the sources for a moment first, into the store.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a strategy, rules and people.")] = False,
) -> None:
    """Write a first strategy, rules and people file from what is stored; asks a source only with --look.

    Where there is no configuration yet, it is written too, from --jira and --project, --repository or both.
    """
    with usage():
        from sync.deliver import file
        from sync.work.starting import config_text, started

        if not config.exists():
            if bool(jira) != bool(project) or not (jira or repository):
                raise typer.BadParameter(
                    "say what to read: --jira URL with --project KEY, --repository OWNER/NAME, or both"
                )
            file.write(config, config_text(jira=jira, projects=project or (), repositories=repository or ()))
            note([f"wrote {config}"])
        if look:
            from sync.config import load_config
            from sync.work.looking import looked

            note(looked(load_config(config, environment=os.environ), clock=SystemClock()))
        written = started(config, environment=os.environ, at=SystemClock().now(), force=force)
        note(f"wrote {path}" for path in written)


Since = Annotated[
    datetime | None,
    typer.Option("--since", parser=instant, metavar="INSTANT", help="Default the last report, else a week before."),
]


@app.command()
def terrain(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    since: Since = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")] = "text",
    verbose: Verbose = False,
) -> None:
    """List what is new on the ground since the last run, and where no rule leads; asks no source anything."""
    with opened(config, verbose=verbose) as work:
        from sync.work.surveying import as_json, as_text, last_run, surveyed

        at = (as_of or SystemClock().now()).replace(microsecond=0)
        begun = since or last_run(work.config, folder=work.folder, as_of=at)
        found = surveyed(work.engine, config=work.config, files=work.files, since=begun, as_of=at)
        say(as_json(found, since=begun, as_of=at) if form == "json" else as_text(found, since=begun))
