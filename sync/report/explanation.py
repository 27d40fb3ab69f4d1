"""Explanations as data, `fingerpost.explanation/1`, and as text for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from mappings.evidence import Evidence
from mappings.explain import Explanation, Linked, Relative, Tagging
from mappings.operators import shown
from mappings.trace import Line, Step
from sync.reconcile.figures import Figure
from sync.reconcile.findings import Finding
from sync.report import words
from sync.report.entries import Definition, Item

VERSION: Literal["fingerpost.explanation/1"] = "fingerpost.explanation/1"
MOST_ITEMS = 20  #: behind a figure that the text lists; the JSON has all
MARKS = {True: "✓", False: "✗", None: "–"}


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The version of a file that was in force."""

    file: str
    from_on: date | None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A record behind a finding, and when its source showed it so."""

    ref: str
    key: str | None
    source: str
    read_at: datetime | None  #: None where the record is not held any more


@dataclass(frozen=True, kw_only=True)
class FindingBehind:
    """A finding walked back to what it rests on."""

    finding: Finding
    definition: str  #: the manual page of its check
    thresholds: dict[str, Any]  #: that the check decides by
    origins: tuple[Origin, ...]


@dataclass(frozen=True, kw_only=True)
class FigureBehind:
    """A figure, what it means, and the items that it was reckoned from."""

    figure: Figure
    definition: Definition | None
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What was asked for: one item, one finding, or the figures of one name."""

    version: Literal["fingerpost.explanation/1"] = VERSION
    as_of: datetime
    zone: str
    strategy: Edition
    mappings: Edition
    period: str | None = None  #: of a finding's or a figure's report
    item: Explanation | None = None
    objective: str | None = None  #: that the item was asked about
    finding: FindingBehind | None = None
    figures: tuple[FigureBehind, ...] = ()


def json_schema() -> dict[str, Any]:
    """JSON Schema of an explanation as JSON."""
    return msgspec.json.schema(Explained)


def render(explained: Explained) -> str:
    """Plain text; the same explanation gives the same bytes."""
    lines = [*_head(explained)]
    if explained.item:
        lines += _item(explained.item, rules=explained.mappings.file)
    if explained.item and explained.objective:
        lines += _why_not(explained.item, explained.objective, rules=explained.mappings.file)
    if explained.finding:
        lines += _finding(explained.finding, zone=explained.zone)
    for each in explained.figures:
        lines += _figure(each)
    return "\n".join(lines) + "\n"


def _head(explained: Explained) -> Iterator[str]:
    yield f"as of {words.instant(explained.as_of, zone=explained.zone)}"
    strategy, rules = (edition_says(each) for each in (explained.strategy, explained.mappings))
    yield f"strategy {strategy} · rules {rules}" + (f" · period {explained.period}" if explained.period else "")


def edition_says(edition: Edition) -> str:
    """The file, and from when it counts."""
    return f"{edition.file} (from {edition.from_on})" if edition.from_on else edition.file


def _item(item: Explanation, *, rules: str) -> Iterator[str]:
    yield ""
    yield words.line(f"{item.thing.key} {item.thing.title or ''}".rstrip())
    if item.thing.url:
        yield f"  {words.line(item.thing.url)}"
    yield from (f"  → {tagging(each)}" for each in item.tags)
    if item.overrides:
        yield from ("", "OVERRIDES, the latest that has begun decides")
    for decision in item.overrides:
        said = f"{decision.on} {decision.by}: {decision.objective}, {decision.reason}"
        yield "  " + words.line(f"{MARKS[decision.counts]} {said} ({rules}:{decision.at})")
    yield from _steps(item.steps, rules=rules)
    if item.ancestors:
        yield from ("", "ANCESTORS, the nearest that has a tag of its own decides where the item has none")
        yield from map(_relative, item.ancestors)
    if item.links:
        yield from ("", "LINKS, of a pull request the best class counts where nothing else decides")
        for link in item.links:
            yield from _linked(link)


def tagging(tag: Tagging) -> str:
    """What the item is for, and what decided that."""
    aim = f"{tag.objective} {tag.weight:g}" if tag.objective and tag.weight is not None else tag.outcome
    by = f", by {tag.origin}" if tag.origin else ""
    rule = f" {tag.rule}" if tag.rule else ""
    clause = f" ({tag.clause})" if tag.clause else ""
    return words.line(f"{aim}{by}{rule}{clause}" + (f", from {tag.via}" if tag.via else ""))


def _steps(steps: Sequence[Step], *, rules: str) -> Iterator[str]:
    if not steps:
        return
    yield from ("", f"EXEMPTIONS AND RULES in the order of {rules}; the first that matches wins")
    for step in steps:
        if step.judgement in ("matched", "failed"):
            yield f"  {MARKS[step.when.holds]} {step_says(step, rules=rules)}"
            yield from _lines(step.when, rules=rules, indent="      ")
        elif step.judgement == "not_begun":
            yield f"  – {step_says(step, rules=rules)}: counts from {step.from_on}"
    shadowed = [step for step in steps if step.judgement == "shadowed"]
    yield from (
        f"  – {step_says(step, rules=rules)}: would match too, and is shadowed for this item" for step in shadowed
    )
    rest = sum(step.judgement == "not_asked" for step in steps)
    if rest:
        yield f"  – {rest:,} more would not match, and were not asked: the first match wins"


def step_says(step: Step, *, rules: str) -> str:
    """An exemption or a rule, what it tags with, and where it stands in the file of rules."""
    aim = ", ".join(f"{name} {weight:g}" for name, weight in step.objectives.items()) or f"exempt, {step.reason}"
    return words.line(f"{step.origin} {step.id} → {aim} ({rules}:{step.at})")


def _lines(line: Line, *, rules: str, indent: str) -> Iterator[str]:
    """A line with what the item has there; or those that it is put together from."""
    if not line.lines:
        yield f"{indent}{line_says(line)} ({rules}:{line.at})"
        return
    if line.says.startswith(("all: ", "any: ", "not: ")):
        yield f"{indent}{MARKS[line.holds]} {line.says.partition(':')[0]}"
        indent += "  "
    for each in line.lines:
        yield from _lines(each, rules=rules, indent=indent)


def line_says(line: Line) -> str:
    """Whether a single line of a condition holds, and what the item has there."""
    if line.holds is None:
        return words.line(f"{MARKS[None]} {line.says}: an item of this kind has nothing of the sort", most=160)
    has = "nothing" if line.found in (None, []) else shown(_listed(line.found))
    return words.line(f"{MARKS[line.holds]} {words.line(line.says, most=100)}: it has {words.line(has, most=100)}")


def _listed(found: object) -> object:
    return tuple(found) if isinstance(found, list) else found


def _why_not(item: Explanation, objective: str, *, rules: str) -> Iterator[str]:
    naming = [step for step in item.steps if objective in step.objectives]
    yield from ("", f"WHY NOT {words.line(objective)}")
    if not naming:
        yield f"  no rule of {rules} names it"
    for step in naming:
        yield f"  {MARKS[step.when.holds]} {step_says(step, rules=rules)}: {step.judgement.replace('_', ' ')}"
        yield from (f"      {line_says(line)} ({rules}:{line.at})" for line in _failing(step.when))


def _failing(line: Line) -> Iterator[Line]:
    """The single lines because of which it does not hold."""
    if line.holds:
        return
    if not line.lines or line.says.startswith("not: "):
        yield line
        return
    for each in line.lines:
        yield from _failing(each)


def _relative(relative: Relative) -> str:
    told = "; ".join(map(tagging, relative.tags)) or "not read"
    name = f"{relative.thing.key} {words.line(relative.thing.title or '', most=60)}".rstrip()
    mark = "✓" if relative.decides else "·"
    return "  " + words.line(f"{mark} {relative.distance} up: {name} → {told}")


def _linked(link: Linked) -> Iterator[str]:
    told = "; ".join(map(tagging, link.tags)) or "not read"
    name = f"{link.thing.key} {words.line(link.thing.title or '', most=60)}".rstrip()
    yield "  " + words.line(f"{MARKS[link.counts]} {name} → {told}")
    yield from (f"      {evidence_says(each)}" for each in link.evidence)


def evidence_says(evidence: Evidence) -> str:
    """Where a link stands, how sure it is, and who cut it."""
    text = f": {evidence.text}" if evidence.text else ""
    outcome = "" if evidence.outcome == "resolved" else f" ({evidence.outcome.replace('_', ' ')})"
    sure = f", confidence {evidence.confidence}" if evidence.confidence else ""
    said = f"{evidence.link_class} by {evidence.place.replace('_', ' ')}{sure}{outcome}{text}"
    cut = evidence.cut
    return words.line(f"{said}; cut {cut.on} by {cut.by}: {cut.reason}" if cut else said)


def _finding(behind: FindingBehind, *, zone: str) -> Iterator[str]:
    found = behind.finding
    yield ""
    yield words.line(
        f"{found.id} {words.standing(found)} · {words.kind(found.slug)} · {found.subject_key} {found.title}"
    )
    yield from (f"  {words.line(words.evidence(each, zone=zone))}" for each in found.evidence)
    yield f"  → {words.line(found.action)} ({words.line(found.place_to_fix)})"
    yield from ("", "WHAT IS CHECKED", *(f"  {line}".rstrip() for line in behind.definition.strip().splitlines()))
    if behind.thresholds:
        yield from ("", "THRESHOLDS", *(f"  {name}: {value}" for name, value in behind.thresholds.items()))
    yield from ("", "RECORDS")
    for each in behind.origins:
        read = f"read {words.instant(each.read_at, zone=zone)}" if each.read_at else "not held any more"
        yield "  " + words.line(f"{each.key or each.ref} from {each.source}, {read} ({each.ref})")


def _figure(behind: FigureBehind) -> Iterator[str]:
    figure = behind.figure
    yield ""
    scope = _scope(figure.scope, section=behind.definition.section if behind.definition else "")
    yield words.line(f"{figure.title}, {scope}: {words.figure(figure)}")
    facts = (
        words.band(figure) and f"90 % interval {words.band(figure)}",
        None if figure.n is None else f"n = {figure.n:,}",
    )
    told = [each for each in facts if each]
    yield from (
        f"  {each}" for each in (*told, words.left_out(figure) and f"left out: {words.left_out(figure)}") if each
    )
    if behind.definition:
        yield f"  {behind.definition.term}: {behind.definition.text} (metrics {behind.definition.section})"
    yield from ("    " + words.line(f"{item.key} {item.title}", most=92) for item in behind.items[:MOST_ITEMS])
    if len(behind.items) > MOST_ITEMS:
        yield f"    and {len(behind.items) - MOST_ITEMS:,} more, in the JSON"


def _scope(name: str, *, section: str) -> str:
    """In words: all work, team payments, service shop, objective growth. Figures of §3 are of services."""
    if name == "all":
        return "all work"
    if ":" in name:
        return name.replace(":", " ", 1)
    return f"{'service' if section.startswith('§3') else 'objective'} {name}"
