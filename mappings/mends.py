"""What mends or complains, read once for all services: incidents, hotfixes, and commits that take others back."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

from mappings.conditions import Condition, Relation
from mappings.match import Related, holding
from mappings.people import People
from mappings.reverts import TRAILER
from mappings.rows import of_refs
from mappings.rules import Service
from mappings.subjects import subjects_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

SHA = re.compile(r"\b[0-9a-f]{7,40}\b")


class Incident(NamedTuple):
    ref: str
    began_us: int
    shas: tuple[str, ...]  #: that its title and body name, as far as they are written
    ended_us: int | None = None  #: when users had their service back, where a field says so


class Undoing(NamedTuple):
    """A commit takes another one back."""

    by_ref: str  #: the pull request that it is of, else the commit
    target: str  #: sha, as far as it is written


class Mends(NamedTuple):
    """What is known about one service beside its deployments."""

    incidents: Sequence[Incident] = ()  #: the earliest first
    hotfixes: Mapping[str, str] = {}  #: commit → ref of the hotfix that was merged by it
    undoings: Mapping[str, Sequence[Undoing]] = {}  #: by the commit that undoes
    escaped: frozenset[str] = frozenset()  #: refs of bugs that users met and that cannot wait


def mends(
    tables: "Mapping[str, ir.Table]",
    services: Sequence[Service],
    *,
    reverts: "ir.Table",
    links: "ir.Table",
    day: date,
    people: People | None = None,
) -> dict[str, Mends]:
    """Of each service, by its id."""
    asked = [when for service in services for when in service.conditions()]
    subjects = subjects_of(tables, asked, links=links, people=people, day=day)
    (items, of_items), (pulls, of_pulls) = subjects.each
    incidents = _taken(items, [service.incidents for service in services], subjects.related, has=of_items)
    escaped = _taken(items, [service.escaped for service in services], subjects.related, has=of_items)
    hotfixes = _taken(pulls, [service.hotfix for service in services], subjects.related, has=of_pulls)
    told = _records(tables["work_items"], incidents, "created_us", "title", "body", "fields")
    merged = _records(tables["pull_requests"], hotfixes, "merge_sha")
    undoings = _undoings(tables, reverts)
    return {
        service.id: Mends(
            incidents=_incidents([told[ref] for ref in incidents[place]], service, tables["fields"]),
            hotfixes={merged[ref]["merge_sha"]: ref for ref in hotfixes[place] if merged[ref]["merge_sha"]},
            undoings=undoings,
            escaped=frozenset(escaped[place]),
        )
        for place, service in enumerate(services)
    }


def _taken(
    records: "ir.Table",
    conditions: Sequence[Condition | None],
    related: Mapping[Relation, Related],
    *,
    has: Collection[Relation],
) -> list[list[str]]:
    """The refs that each condition takes, in order; all conditions are asked at once."""
    asked = [when for when in conditions if when is not None]
    if not asked:
        return [[] for _ in conditions]
    told = holding(records, asked, related, has=has)
    rows = told.filter(reduce(or_, (told[str(place)] for place in range(len(asked))))).order_by("ref")
    met = rows.to_pyarrow().to_pylist()
    places = iter(range(len(asked)))
    return [[] if when is None else _refs(met, str(next(places))) for when in conditions]


def _refs(met: Sequence[Mapping[str, Any]], place: str) -> list[str]:
    return [row["ref"] for row in met if row[place]]


def _records(table: "ir.Table", taken: Sequence[Sequence[str]], *columns: str) -> dict[str, dict[str, Any]]:
    """By ref, these columns of all that was taken."""

    refs = sorted(set().union(*taken))
    if not refs:
        return {}
    wanted = of_refs(refs)
    rows = table.select("ref", *columns).semi_join(wanted, "ref").to_pyarrow().to_pylist()
    return {row["ref"]: row for row in rows}


def _incidents(rows: Sequence[Mapping[str, Any]], service: Service, fields: "ir.Table") -> list[Incident]:
    """The earliest first: each from its impact on, where a field says so (metrics.md §3.3)."""
    if not rows:
        return []
    ids = [_ids(name, fields) for name in (service.impact_start, service.impact_end)]
    found = []
    for row in rows:
        began_us, ended_us = (_instant_us(row["fields"], each) for each in ids)
        shas = tuple(SHA.findall(f"{row['title']}\n{row['body'] or ''}"))
        since_us = row["created_us"] if began_us is None else began_us
        found.append(Incident(row["ref"], since_us, shas, ended_us))
    return sorted(found, key=lambda incident: (incident.began_us, incident.ref))


def _ids(name: str | None, fields: "ir.Table") -> list[str]:
    """The ids of the fields that have this id or name."""
    if name is None:
        return []
    found = fields.filter((fields.id == name) | (fields.name == name)).select("id").distinct().to_pyarrow()
    return sorted({name, *found["id"].to_pylist()})


def _instant_us(fields: str | None, ids: Sequence[str]) -> int | None:
    """The instant in the first of these fields that holds one; a day, or a time without an offset, is none (§0.2)."""
    held = json.loads(fields) if fields and ids else {}
    for text in (held.get(each) for each in ids):
        try:
            at = datetime.fromisoformat(text) if isinstance(text, str) else None
        except ValueError:
            continue
        if at is not None and at.tzinfo is not None:
            return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return None


def _undoings(tables: "Mapping[str, ir.Table]", reverts: "ir.Table") -> dict[str, list[Undoing]]:
    """By the merge of a pull request that reverts, and by a commit whose own message says so."""
    found: dict[str, list[Undoing]] = {}
    for by, undoing in (*_by_pulls(tables["pull_requests"], reverts), *_by_commits(tables["repository_commits"])):
        told = found.setdefault(by, [])
        if undoing.target not in {each.target for each in told}:
            told.append(undoing)
    return found


def _by_pulls(pulls: "ir.Table", reverts: "ir.Table") -> Iterator[tuple[str, Undoing]]:
    columns = pulls.filter(pulls.merge_sha.notnull()).select("ref", "merge_sha")
    merged = {row["ref"]: row["merge_sha"] for row in columns.to_pyarrow().to_pylist()}
    for row in reverts.order_by("item_ref", "to_ref", "to_sha").to_pyarrow().to_pylist():
        by, target = merged.get(row["item_ref"]), merged.get(row["to_ref"]) or row["to_sha"]
        if by and target:
            yield by, Undoing(row["item_ref"], target)


def _by_commits(commits: "ir.Table") -> Iterator[tuple[str, Undoing]]:
    telling = commits.filter(commits.message.contains("This reverts commit")).select("ref", "sha", "message")
    rows: list[dict[str, Any]] = telling.order_by("ref").to_pyarrow().to_pylist()
    for row in rows:
        for found in TRAILER.finditer(row["message"]):
            yield row["sha"], Undoing(row["ref"], found["sha"])
