"""Every command with its arguments and options as one document, from the commands themselves."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

HEAD = """\
# Commands

Every command with what it takes, as `fingerpost schema commands` prints it. `--config FILE` names the configuration of
each that reads one; without it, `FINGERPOST_CONFIG` does, else it is `fingerpost.yaml` in the working folder.
`--verbose` logs every request.

Results go to standard output; progress and logs go to standard error. Exit codes: 0 done; 1 done, and a finding at or
above `--fail-on` exists; 2 the files or the usage are wrong; 3 incomplete: a source failed, was stale or was cut short.
The higher number wins.
"""
EVERYWHERE = ("config", "verbose", "help")  #: told of once, in the head


def commands(app: typer.Typer) -> str:
    """The document, as Markdown."""
    return "\n".join([HEAD, *_sections(get_command(app), ())]).rstrip()


def _sections(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    """One for each command below this one, by name."""
    if below := getattr(command, "commands", None):
        for name in sorted(below):
            yield from _sections(below[name], (*path, name))
        return
    context = typer.Context(command, info_name=" ".join(path))
    yield f"## {context.info_name}\n\n{command.help or ''}\n"
    rows = [_row(each, context) for each in command.params if each.name not in EVERYWHERE]
    if rows:
        yield "\n".join(["| Takes | Meaning |", "| --- | --- |", *rows, ""])


def _row(parameter: Any, context: typer.Context) -> str:
    takes, meaning = (_cell(text) for text in parameter.get_help_record(context))
    return f"| `{takes}` | {meaning} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
