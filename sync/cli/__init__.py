"""The commands and their exit codes; the only place that reads the clock and the environment."""

import gc

import typer

from sync.cli import acknowledge, assistant, care, edits, ground, job, map, people, reports, service, sources, triage  # noqa: A004

GARBAGE = 50_000  #: allocations between two collections: a plan of a query is many small objects, none of them garbage

app = typer.Typer(
    help="Tag the work in Jira and GitHub with the objective it serves; report how it flows and what leads nowhere.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (
    job.app,
    sources.app,
    reports.app,
    map.app,
    edits.app,
    people.app,
    triage.app,
    acknowledge.app,
    ground.app,
    service.app,
    care.app,
    assistant.app,
):
    app.registered_commands += part.registered_commands
    app.registered_groups += part.registered_groups


def main() -> None:
    """The program `fingerpost`."""
    gc.set_threshold(GARBAGE)
    try:
        app()
    finally:
        gc.freeze()  # the interpreter would look through every object once more on its way out: half a second
