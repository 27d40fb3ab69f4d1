"""The manual of every kind of finding as one document, from the checks themselves."""

import csv
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import groupby
from typing import NamedTuple

from sync.reconcile.checks import discover, limits_of
from sync.reconcile.findings import CAUSES
from sync.reconcile.manual import Manual, manual
from sync.reconcile.thresholds import Thresholds
from sync.report import words

HEAD = """\
# Checks

Every kind of finding, as `fingerpost schema checks` prints it.

A finding is about work, never about a person. It belongs to the item's team, else to the team that owns its objective,
else to operations. It is told as of an instant and does not depend on a report's period.

- **Severity.** That of the kind; one step graver, up to high, where the item is among the tenth with most effort in the
  last 28 days or had effort in each of the two complete months before; one step milder where the kind rests on the tag
  (M12, M13, M32) and all evidence for that is weak.
- **Unknown.** While the source of either side is behind, or its project or repository is out of sight, a finding is
  unknown: neither raised nor resolved. What is found in silence (M08, M25, M35) is unknown while any source is
  behind.
- **One cause, one finding.** What another finding explains is only counted, as the table of causes says.
- **Agreements.** A team may be left out of a kind, or have limits of its own, by `agreements` in `mappings.yaml`; the
  report lists each with its reason and with how many findings it keeps back.
- **True on real records.** Findings on Apache Arrow's tracker and repository, on two repositories of Bitcoin Core, and
  on a small site of Jira Cloud (DevLake's), each by a map in `examples/`, drawn with a fixed seed by
  `python -m benchmarks.draw` and judged by reading the records: `precision.csv` has every verdict with its reason.
  Fifty of a kind are judged, or all where there are fewer, from reports of several years, each finding once. A kind
  that fell short was made stricter and drawn anew; its last draw counts. What silences those that were false is named
  under each kind. Arrow has no status history, no parents but of sub-tasks, no milestones and no reviews; Bitcoin Core
  has no tracker, no points and no parents; the small site has no code: many kinds never speak there.
- **Found in the invented company.** Every kind is planted there beside what only looks like it, but M11, of which a
  company has one, and M40, which comes with time alone: all that is planted is found, and no look-alike is.
  `python -m benchmarks planted` prints recall and precision of each kind.
"""
JUDGED = ("true", "false")
COMMON = {"place": "the same project or repository", "subject": "the same record", "root": "the top of its tree"}


RECORDS = {"arrow": "Arrow", "bitcoin": "Bitcoin Core", "devlake": "DevLake"}  #: as they are called


class Draw(NamedTuple):
    """How many of the findings of one draw were judged true."""

    records: str
    number: int
    true: int
    judged: int

    def __str__(self) -> str:
        return f"{self.true} of {self.judged} ({self.true / self.judged:.0%})" if self.judged else "nothing to judge"


def checks() -> str:
    """The document, as Markdown."""
    pages = [manual(check) for check in discover().values()]
    draws = {page.id: list(draws_of(page.id, verdicts())) for page in pages}
    parts = [HEAD, *_summary(pages, draws), "", *_causes(), "", *(_page(page, draws[page.id]) for page in pages)]
    return "\n".join(parts).rstrip()


def verdicts() -> list[dict[str, str]]:
    """Each judgement: kind, records, draw, key, counterpart, verdict (true, false, unjudged), reason.

    One without a key says that its draw is empty; what is unjudged lacks in the records what would tell.
    """
    text = (files("sync.work") / "precision.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def draws_of(kind: str, told: Iterable[dict[str, str]]) -> Iterator[Draw]:
    """The draws of one kind, by whose records they are of, the latest last."""
    own = [row for row in told if row["kind"] == kind]
    for records, number in sorted({(row["records"], int(row["draw"])) for row in own}):
        of_draw = [row for row in own if (row["records"], int(row["draw"])) == (records, number)]
        judged = [row["verdict"] for row in of_draw if row["verdict"] in JUDGED]
        yield Draw(records, number, judged.count("true"), len(judged))


def _latest(draws: Iterable[Draw]) -> Iterator[str]:
    """What the last draw of each of the records says, where it says anything."""
    last = {draw.records: draw for draw in draws}
    return (f"{RECORDS[records]}: {draw}" for records, draw in last.items() if draw.judged)


def _summary(pages: Iterable[Manual], draws: dict[str, list[Draw]]) -> Iterator[str]:
    yield "| Id | Kind | Severity | Asks | True on real records |"
    yield "| --- | --- | --- | --- | --- |"
    for page in pages:
        told, name = draws[page.id], words.kind(page.slug)
        severity = page.severity.replace("|", "\\|").rstrip(".")
        link = f"[{name}](#{page.id.lower()}-{page.slug})"
        yield f"| {page.id} | {link} | {severity} | {page.decision} | {'; '.join(_latest(told))} |"


def _causes() -> Iterator[str]:
    yield "| What is explained | By | In common |"
    yield "| --- | --- | --- |"
    for kind, causes in sorted(CAUSES.items()):
        yield from (f"| {kind} | {cause.kind} | {COMMON[cause.by]} |" for cause in causes)


def _page(page: Manual, draws: list[Draw]) -> str:
    limits = [f"`{name}` {getattr(Thresholds(), name)}" for name in sorted(limits_of(discover()[page.slug]))]
    told = [f"- **{title}.** {_sentence(text)}" for title, text in _paragraphs(page)]
    told += [f"- **Limits.** {', '.join(limits)}."] if limits else []
    told += [f"- **True on real records.** {'. '.join(_in_turn(draws))}."] if draws else []
    return "\n".join([f"## {page.id} {page.slug}", "", _sentence(page.says), "", *told, ""])


def _in_turn(draws: Iterable[Draw]) -> Iterator[str]:
    """The draws of each of the records, one after the other."""
    for records, of_records in groupby(draws, key=lambda draw: draw.records):
        yield f"{RECORDS[records]}: {'; then '.join(map(str, of_records))}"


def _paragraphs(page: Manual) -> Iterator[tuple[str, str]]:
    yield "Definition", page.definition
    yield "Severity", page.severity
    yield "Evidence", page.evidence
    yield "Decision", page.decision
    yield "Options", "; ".join(f"{option.says} ({option.cost})" for option in page.options) + "."
    yield "If nobody answers", page.default
    yield "Suggested action", page.action
    yield "Against false alarms", page.guard


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
