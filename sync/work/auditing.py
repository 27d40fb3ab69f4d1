"""The audit of tags: drawn from the store, answered into a file beside the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from mappings.audit import Answer, Audit, Drawn, draw, entry, judged
from mappings.edit import appended
from mappings.load import read
from mappings.problems import Problem, Problems
from sync.config import Config
from sync.files import Files
from sync.reconcile.periods import Period, last_complete_week
from sync.reconcile.periods import period as named_period
from sync.reconcile.stats import wilson
from sync.report.confidential import untitled
from sync.work.reporting import meaning

VERSION = 1
HEAD = "# Tags that somebody judged: `fingerpost triage --audit` draws them and keeps each answer here.\n"


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The tags drawn for a period, each with its answer so far."""

    period: str
    tags: tuple[tuple[Drawn, Answer | None], ...]
    answers: tuple[Answer, ...]  #: of the period, also those on tags that a later edit took out of the draw
    text: str  #: of the file of answers as it is
    path: Path


def drawn(
    engine: Engine, *, config: Config, files: Files, folder: Path, as_of: datetime, period: str | None
) -> Drawing:
    """The period's draw, of tags as they stood at its end, or at `as_of` where it is not over."""
    zone = ZoneInfo(config.zone)
    span = named_period(period, zone=zone) if period else last_complete_week(as_of, zone=zone)
    known = meaning(engine, config=config, files=files, as_of=_last_moment(span, as_of))
    facts = untitled(known.facts.tables, config.confidential)
    tags = known.tags.filter(known.tags.outcome == "tagged")
    named = (
        facts["work_items"]
        .select("ref", "key", "title", "url")
        .union(facts["pull_requests"].select("ref", "key", "title", "url"))
    )
    told = tags.inner_join(named, "ref").select("ref", "key", "title", "url", "objective", "origin", "rule")
    path = folder / config.audit
    text = path.read_text(encoding="utf-8") if path.exists() else HEAD
    answers = read(text, str(path), Audit).of(span.text)
    found = draw((Drawn(**row) for row in told.to_pyarrow().to_pylist()), period=span.text)
    return Drawing(
        period=span.text, tags=tuple(judged(found, answers)), answers=tuple(answers.values()), text=text, path=path
    )


def answered(drawing: Drawing, answers: Iterable[str], *, by: str, on: date) -> str:
    """The file's text with these answers, each `N=yes` or `N=no`; raises `Problems` where one names no drawn tag."""
    text = drawing.text
    tags = {str(number): tag for number, (tag, _) in enumerate(drawing.tags, start=1)}
    for answer in answers:
        number, _, word = answer.partition("=")
        if word not in ("yes", "no") or number not in tags:
            hint = f"write N=yes or N=no, N from 1 to {len(tags)}"
            raise Problems([Problem("--answer", 0, 0, f"'{answer}' answers nothing that was drawn", hint)])
        told = entry(tags[number], period=drawing.period, correct=word == "yes", by=by, on=on)
        text = appended(text, str(drawing.path), "answers", told)
    read(text, str(drawing.path), Audit)
    return text


def as_text(drawing: Drawing) -> str:
    """For a terminal: the tags, numbered, each with its answer, and what the answers come to."""
    head = f"{len(drawing.tags)} tags drawn for {drawing.period}: does each item serve the objective?"
    lines = [_line(number, tag, answer) for number, (tag, answer) in enumerate(drawing.tags, start=1)]
    return "\n".join([head, *lines, _found(drawing.answers)])


def as_json(drawing: Drawing) -> str:
    """Indented JSON: the tags that were drawn, numbered, each with its answer, and what the answers come to."""
    tags = [
        {"number": number, **tag._asdict(), "correct": answer.correct if answer else None}
        for number, (tag, answer) in enumerate(drawing.tags, start=1)
    ]
    told = {"version": VERSION, "period": drawing.period, "tags": tags, "precision": precision(drawing.answers)}
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def precision(answers: Sequence[Answer]) -> Mapping[str, float | int | None]:
    """n, how many were right, their ratio, and its 90 % interval (Wilson 1927; metrics.md §0.9)."""
    right = sum(answer.correct for answer in answers)
    low, high = wilson(right, len(answers))
    return {
        "n": len(answers),
        "right": right,
        "ratio": right / len(answers) if answers else None,
        "low": low,
        "high": high,
    }


def _last_moment(span: Period, as_of: datetime) -> datetime:
    return min(as_of, span.end_at - timedelta(seconds=1))


def _line(number: int, tag: Drawn, answer: Answer | None) -> str:
    said = {None: "     ", True: "yes  ", False: "no   "}[answer.correct if answer else None]
    why = f"{tag.origin} by {tag.rule}" if tag.rule else tag.origin
    return f"{number:>3}. {said}{tag.key} → {tag.objective} ({why})  {tag.title}"


def _found(answers: Sequence[Answer]) -> str:
    if not answers:
        return "None is answered yet: fingerpost triage --audit --answer 1=yes --answer 2=no --by WHO"
    told = precision(answers)
    low, high = f"{told['low'] or 0:.0%}", f"{told['high'] or 0:.0%}"
    return f"{told['right']} of {told['n']} answered were right: {told['ratio']:.0%}, 90 % interval {low} to {high}."
