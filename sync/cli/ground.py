"""Commands on the ground under the map: the first files."""

import os
from typing import Annotated

import typer

from sync.cli.options import ConfigFile
from sync.cli.terminal import DEFAULT, SystemClock, note, usage

app = typer.Typer()


@app.command()
def init(
    config: ConfigFile = DEFAULT,
    jira: Annotated[str | None, typer.Option("--jira", metavar="URL", help="The Jira site to read.")] = None,
    project: Annotated[list[str] | None, typer.Option("--project", metavar="KEY", help="A project of it.")] = None,
    repository: Annotated[
        list[str] | None, typer.Option("--repository", metavar="OWNER/NAME", help="A repository; * is any name.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a strategy, rules and people.")] = False,
) -> None:
    """Write a first strategy, rules and people file from what is stored; asks no source anything.

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
        written = started(config, environment=os.environ, at=SystemClock().now(), force=force)
        note(f"wrote {path}" for path in written)
