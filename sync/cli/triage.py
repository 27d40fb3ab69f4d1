"""The command on untagged work: what one decision would clear, and the decision itself."""

import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sync.cli.options import AsOf, ConfigFile, Period, Verbose
from sync.cli.terminal import DEFAULT, SystemClock, note, opened, say

if TYPE_CHECKING:
    from mappings.triage import Triage
    from sync.work.embedded import Work

app = typer.Typer()


@app.command()
def triage(
    config: ConfigFile = DEFAULT,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="At most so many decisions.")] = 10,
    accept: Annotated[int | None, typer.Option("--accept", metavar="N", help="Put rule N into the file.")] = None,
    objective: Annotated[str | None, typer.Option("--objective", metavar="ID", help="What it serves.")] = None,
    mappings: Annotated[Path | None, typer.Option("--mappings", help="The file; default the one in force.")] = None,
    patch: Annotated[bool, typer.Option("--patch", help="Print the edit as a patch, and write nothing.")] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Draw 20 tags of a period for a yes or no.")] = False,
    period: Period = None,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="N=yes|no", help="Whether a drawn tag is right.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who answers.")] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Suggest objectives by the words of titles (needs the extra `suggest`).")
    ] = False,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")] = "text",
    verbose: Verbose = False,
) -> None:
    """Gather untagged work by what it shares, and propose a rule for each; asks no source anything."""
    with opened(config, verbose=verbose) as work:
        from sync.work import suggesting, triaging
        from sync.work.reporting import meaning

        at = (as_of or SystemClock().now()).replace(microsecond=0)
        if audit or answer:
            _audit(work, as_of=at, period=period, answers=answer or (), by=by, form=form)
            return
        known = meaning(work.engine, config=work.config, files=work.files, as_of=at)
        found = triaging.gathered(known, work.config, limit=limit)
        if accept is None:
            offer = suggesting.offered(known, work.config, limit=limit, by_words=suggest)
            say(triaging.as_json(found, offer) if form == "json" else triaging.as_text(found, offer))
            return
        path = mappings or triaging.rules_file(work.config, work.files, folder=work.folder, as_of=at)
        chosen = objective or _asked(found, accept)
        edited = triaging.accepted(found, accept, chosen, config=work.config, files=work.files, path=path, as_of=at)
        if patch:
            say(edited.patch)
        else:
            work.write(path, edited.after)
            note([f"wrote {path}"])


def _audit(
    work: "Work", *, as_of: datetime, period: str | None, answers: Sequence[str], by: str | None, form: str
) -> None:
    """Shows what was drawn, with the answers that are kept and these."""
    from sync.work import auditing

    if answers and not by:
        raise typer.BadParameter("say who answers", param_hint="--by")
    where = partial(auditing.drawn, work.engine, config=work.config, files=work.files, folder=work.folder)
    drawing = where(as_of=as_of, period=period)
    if answers and by:
        text = auditing.answered(drawing, answers, by=by, on=SystemClock().now().date())
        work.write(drawing.path, text)
        drawing = where(as_of=as_of, period=period)
    say(auditing.as_json(drawing) if form == "json" else auditing.as_text(drawing))


def _asked(found: "Triage", number: int) -> str:
    """The objective that the person at the terminal names; where nobody sits there, that it is missing."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise typer.BadParameter("name the objective that the rule is to serve", param_hint="--objective")
    likely = found.clusters[number - 1].objective if 1 <= number <= len(found.clusters) else None
    answer: str = typer.prompt("Which objective does it serve?", default=likely, err=True)
    return answer
