"""M37 dead or shadowed rule: a rule that takes nothing any more.

Definition: a rule or an exemption, in force for the last two complete months, that is not what decides for any work
item or pull request which was updated since the first of them began.
Severity: low.
Evidence: when it last decided anything, and which others take what it holds for.
Decision: is it still needed?
Suggested action: take it out, or put it before those that take its items.
Against false alarms: what an override decides is left out; where the records do not reach back so far, nobody can
tell; a rule that has not been in force for two months is silent.
"""

from collections.abc import Mapping
from datetime import date

from mappings.document import Path
from mappings.match import holding
from mappings.rules import Exemption, Rule
from mappings.shadowed import entries
from mappings.subjects import subjects_of
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant, micros, months_before, start_of
from sync.reconcile.rows import Row

KIND, SLUG = "M37", "dead-or-shadowed-rule"
OPTIONS = (
    Option(says="Take it out", cost="a line less; nothing else changes"),
    Option(says="Put it first", cost="what others take now goes to its objective"),
    Option(says="Keep it for later", cost="one line that everybody reads"),
)
DEFAULT = "It stays, and takes nothing."
PERIODS = 2  #: complete months


def ask(facts: Facts) -> list[Row]:
    first_on = months_before(facts.today, PERIODS)
    since_us = micros(start_of(first_on, zone=facts.zone))
    in_force = [(path, each) for path, each in entries(facts.mappings) if (each.from_on or date.min) <= first_on]
    if not in_force or not _reaches_back(facts, since_us):
        return []
    last = _last(facts)
    idle = [(path, each) for path, each in in_force if last.get(each.id, 0) < since_us]
    others = _others(facts, [each for _, each in idle]) if idle else []
    return [_row(path, each, last.get(each.id), by, facts) for (path, each), by in zip(idle, others, strict=True)]


def _reaches_back(facts: Facts, since_us: int) -> bool:
    first_us = facts.snapshot["work_items"].created_us.min().to_pyarrow().as_py()
    return first_us is not None and first_us <= since_us


def _last(facts: Facts) -> dict[str, int]:
    """Rule → when what it decides for was last updated."""
    import ibis

    items, pulls = facts.snapshot["work_items"], facts.snapshot["pull_requests"]
    records = ibis.union(items.select("ref", "updated_us"), pulls.select("ref", "updated_us"))
    decided = facts.tags.filter(facts.tags.rule.notnull()).select("ref", "rule").join(records, "ref")
    last = decided.group_by("rule").aggregate(last_us=decided.updated_us.max())
    return {row["rule"]: row["last_us"] for row in last.to_pyarrow().to_pylist()}


def _others(facts: Facts, idle: list[Rule | Exemption]) -> list[Mapping[str, int]]:
    """For each of these, what else decides for the records that it holds for: rule → how many."""
    import ibis

    conditions, day = [each.when for each in idle], facts.today
    subjects = subjects_of(facts.snapshot.tables, conditions, links=facts.links, people=facts.people, day=day)
    held = ibis.union(*(holding(table, conditions, subjects.related, has=has) for table, has in subjects.each))
    decided = facts.tags.filter(facts.tags.rule.notnull()).select("ref", "rule").distinct()
    known = held.join(decided, "ref")
    sums = {str(place): ibis.ifelse(known[str(place)].fill_null(False), 1, 0).sum() for place in range(len(idle))}
    rows = known.group_by("rule").aggregate(**sums).order_by("rule").to_pyarrow().to_pylist()
    return [{row["rule"]: row[str(place)] for row in rows if row[str(place)]} for place in range(len(idle))]


def _row(path: Path, entry: Rule | Exemption, last_us: int | None, others: Mapping[str, int], facts: Facts) -> Row:
    subject = {"ref": f"mappings:rule:{entry.id}", "key": entry.id, "url": None, "title": f"Rule {entry.id}"}
    most = sorted(others.items(), key=lambda pair: (-pair[1], pair[0]))
    line = facts.mappings.problem((*path, "id"), "").line
    return subject | {"line": line, "last_us": last_us, "others": ", ".join(f"{name} {n:,}" for name, n in most)}


def finding(row: Row, facts: Facts) -> Finding:
    last_at = None if row["last_us"] is None else instant(row["last_us"])
    decides = "last decided for something updated on" if last_at else "decides for nothing"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="low",
        evidence=(
            Evidence(says=f"Line {row['line']} {decides}", at=last_at),
            Evidence(says=f"What it holds for goes to {row['others']}" if row["others"] else "Nor do others"),
        ),
        place_to_fix="mappings.yaml",
        action="Take it out, or put it before those that take its items",
        since=last_at,
    )
