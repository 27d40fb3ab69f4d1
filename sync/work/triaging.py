"""Untagged work, gathered for decisions; and a decision, put into the file of rules."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from mappings.cases import run_cases
from mappings.crossing import cross_check
from mappings.edit import appended, one_line
from mappings.load import load_mappings
from mappings.problems import Problem, Problems
from mappings.rules import Mappings
from mappings.triage import Cluster, Triage, rule_of, triage
from sync.config import Config
from sync.files import Files
from sync.mirrors import unmirrored
from sync.reconcile.lately import spent_lately
from sync.reconcile.periods import day_of
from sync.report.confidential import untitled
from sync.work import suggesting
from sync.work.judging import facts_of
from sync.work.reporting import Meaning
from sync.work.suggesting import Offer

VERSION = 1
OPEN = "OBJECTIVE"  #: stands in a proposed rule until somebody says which


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A file of the user's, as it is and as it would be."""

    path: Path
    before: str
    after: str

    @property
    def patch(self) -> str:
        """The difference as `git apply` and `patch -p1` take it."""
        old, new = (text.splitlines(keepends=True) for text in (self.before, self.after))
        lines = unified_diff(old, new, f"a/{self.path}", f"b/{self.path}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def gathered(known: Meaning, config: Config, *, limit: int) -> Triage:
    """The decisions on untagged work that would clear most; at most `limit` of them."""
    tables = untitled(unmirrored(known.facts.tables, config.mirrors), config.confidential)
    rules = known.map.mappings
    told = facts_of(known, lately=True)
    return triage(
        tables,
        links=known.links,
        tags=known.tags,
        touched=told.touched,
        spent=spent_lately(told),
        mappings=rules,
        day=known.day,
        people=known.map.people,
        limit=limit,
    )


def accepted(
    found: Triage, number: int, objective: str, *, config: Config, files: Files, path: Path, as_of: datetime
) -> Edited:
    """The file with the rule of this cluster, counted from 1, as its last; raises `Problems` where that is not right.

    The edited text is checked as `check` and `test` would: nothing is written that they refuse.
    """
    if not 1 <= number <= len(found.clusters):
        hint = f"there are {len(found.clusters)}; `fingerpost triage` lists them"
        raise Problems([Problem("--accept", 0, 0, f"there is no cluster {number}", hint)])
    before = _text(path)
    day = day_of(as_of, zone=ZoneInfo(config.zone))
    rules = load_mappings(before, str(path))
    entry = rule_of(found.clusters[number - 1].trait, objective, ids=_ids(rules))
    after = appended(before, str(path), "rules", entry)
    edited, in_force = load_mappings(after, str(path)), files.on(day)
    wrong = cross_check(in_force.strategy, edited, files.people if config.people else None)
    wrong += [failure.problem for failure in run_cases(edited, day=day)]
    if wrong:
        raise Problems(wrong)
    return Edited(path=path, before=before, after=after)


def rules_file(config: Config, files: Files, *, folder: Path, as_of: datetime) -> Path:
    """The version of the rules that is in force."""
    named = folder / config.mappings
    in_force = files.on(day_of(as_of, zone=ZoneInfo(config.zone)))
    return named / in_force.mappings_name if named.is_dir() else named


def as_text(found: Triage, offer: Offer) -> str:
    """For a terminal: what is untagged, the decisions, numbered, and what is offered beside them."""
    head = f"{found.untagged:,} work items and pull requests are untagged, {found.touched:,} of them touched lately."
    blocks = [_block(number, cluster) for number, cluster in enumerate(found.clusters, start=1)]
    rest = f"{found.rest:,} would still be untagged." if found.untagged else ""
    how = "Accept one: fingerpost triage --accept N --objective ID (--patch prints it as a patch)." if blocks else ""
    return "\n\n".join(part for part in (head, *blocks, rest, how, suggesting.as_text(offer)) if part)


def as_json(found: Triage, offer: Offer) -> str:
    """Indented JSON; the `rule` of each decision is the entry for the file."""
    clusters = [
        {"number": number, "rule": _rule(each), **asdict(each), "asks": each.trait.asks}
        for number, each in enumerate(found.clusters, start=1)
    ]
    told = {"version": VERSION, "untagged": found.untagged, "touched": found.touched, "rest": found.rest}
    encoded = msgspec.json.encode({**told, "clusters": clusters, **suggesting.as_data(offer)})
    return msgspec.json.format(encoded, indent=2).decode()


def _block(number: int, cluster: Cluster) -> str:
    lines = [
        f"{number}. clears {cluster.effort_days:,} d of effort, {cluster.clears:,} items ({cluster.touched:,} touched "
        f"lately), itself {cluster.matches:,}",
        f"   - {_rule(cluster)}",
        *(f"     {key}  {title}" for key, title in cluster.examples),
    ]
    if cluster.takes:
        lines.append(f"   would also take what has its tag by parent or link: {_counts(cluster.takes)}")
    if cluster.overlaps:
        lines.append(f"   leaves what is taken before it: {_counts(cluster.overlaps)}")
    return "\n".join(lines)


def _rule(cluster: Cluster) -> str:
    return one_line(rule_of(cluster.trait, cluster.objective or OPEN, ids=()))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _ids(rules: Mappings) -> list[str]:
    return [*(rule.id for rule in rules.rules), *(exemption.id for exemption in rules.exempt)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Problems([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from error
