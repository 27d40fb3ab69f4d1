"""The names that a mapping file uses, and those of them that nothing that was read has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mappings import globs
from mappings.conditions import FIELD, Condition
from mappings.document import Path
from mappings.links import names as item_names
from mappings.operators import TextOperators
from mappings.people import People
from mappings.problems import Problem, nearest
from mappings.rules import Mappings
from mappings.statuses import CATEGORIES

if TYPE_CHECKING:
    import ibis.expr.types as ir

ITEM, FIELD_NAME, TEAM = "item", "field", "team of people"
#: What is named → the columns that have such names; a column of lists has them in its elements.
KNOWN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "source": (("sources", "name"),),
    "project": (("projects", "key"), ("work_items", "project")),
    "repository": (("repositories", "name"), ("work_items", "repository"), ("pull_requests", "repository")),
    "type": (("item_types", "name"), ("work_items", "type")),
    "milestone": (("milestones", "title"), ("work_items", "milestone"), ("pull_requests", "milestone")),
    "status": (("statuses", "name"), ("work_items", "status"), ("changes", "from_text"), ("changes", "to_text")),
    "status id": (("statuses", "id"), ("work_items", "status_id")),
    "resolution": (("work_items", "resolution"),),
    "priority": (("work_items", "priority"),),
    "team": (("work_items", "team"),),
    "account": (("accounts", "name"),),
    "label": (("labels", "name"), ("work_items", "labels"), ("pull_requests", "labels")),
    "component": (("work_items", "components"),),
    "version": (("versions", "name"), ("work_items", "fix_versions")),
    "sprint": (("sprints", "name"),),
    FIELD_NAME: (("fields", "id"), ("fields", "name")),
    "key": (("work_items", "key"), ("pull_requests", "key")),
    "pull request": (("pull_requests", "key"),),
    "environment": (("deployments", "environment"),),
    "workflow": (("workflow_runs", "workflow"), ("workflow_runs", "path")),
}
#: Attribute of a rule → what it names, where that is called otherwise.
CALLED = {
    "author": "account",
    "assignees": "account",
    "author_team": TEAM,
    "assignee_teams": TEAM,
    "labels": "label",
    "components": "component",
    "fix_versions": "version",
    "sprints": "sprint",
    "parent": "key",
    "epic": "key",
}


class Name(NamedTuple):
    """A name in the file. `kinds`: any of these may have it."""

    path: Path
    kinds: tuple[str, ...]
    value: str
    at_key: bool = False


def unknown_names(mappings: Mappings, tables: Mapping[str, "ir.Table"], people: People) -> list[Problem]:
    """A problem for each name that nothing has, with the nearest that something has."""
    used = list(names(mappings))
    known = {kind: _known(kind, tables, people) for kind in {kind for name in used for kind in name.kinds}}
    return sorted(
        mappings.problem(name.path, _message(name), nearest(name.value, valid), name.at_key)
        for name in used
        if not _is_among(name.value, valid := frozenset().union(*(known[kind] for kind in name.kinds)))
    )


def _message(name: Name) -> str:
    return f"nothing that was read has the {name.kinds[0]} '{name.value}'"


def _is_among(value: str, valid: frozenset[str]) -> bool:
    """Services name repositories with a `*`."""
    return value in valid or ("*" in value and any(re.search(globs.pattern(value), each) for each in valid))


def names(mappings: Mappings) -> Iterator[Name]:
    """Every name that stands in the file for something that a source has."""
    for path, when in _conditions(mappings):
        yield from _of_condition(when, path)
    for place, override in enumerate(mappings.overrides):
        yield Name(("overrides", place, "item"), (ITEM, "pull request"), override.item)
    for place, cut in enumerate(mappings.cuts):
        yield Name(("cuts", place, "item"), (ITEM,), cut.item)
        yield Name(("cuts", place, "pull_request"), ("pull request",), cut.pull_request)
    yield from _of_statuses(mappings)
    for place, service in enumerate(mappings.services):
        for number, repository in enumerate(service.repositories):
            yield Name(("services", place, "repositories", number), ("repository",), repository)
        for kind in ("environment", "workflow"):
            if value := getattr(service, kind):
                yield Name(("services", place, kind), (kind,), value)


def _conditions(mappings: Mappings) -> Iterator[tuple[Path, Condition]]:
    yield from ((("rules", place, "when"), rule.when) for place, rule in enumerate(mappings.rules))
    yield from ((("exempt", place, "when"), each.when) for place, each in enumerate(mappings.exempt))
    for axis, kinds in mappings.breakdowns.items():
        yield from ((("breakdowns", axis, place, "when"), kind.when) for place, kind in enumerate(kinds))
    for place, service in enumerate(mappings.services):
        for sign, when in (("incidents", service.incidents), ("hotfix", service.hotfix)):
            if when is not None:
                yield ("services", place, sign), when


def _of_condition(when: Condition, path: Path) -> Iterator[Name]:
    for attribute, test in when.tests():
        if attribute.startswith(FIELD):
            name = attribute.removeprefix(FIELD)
            yield Name((*path, "fields", name), (FIELD_NAME,), name, at_key=True)
        elif (kind := CALLED.get(attribute, attribute)) in (*KNOWN, TEAM):
            yield from (Name(place, (kind,), value) for place, value in _values(test, (*path, attribute)))
    for place, part in _parts(when):
        yield from _of_condition(part, (*path, *place))


def _parts(when: Condition) -> Iterator[tuple[Path, Condition]]:
    """What it is put together from and asks of others, each with its path."""
    yield from (((relation,), other) for relation, other in when.relatives())
    for word, several in (("all", when.all_), ("any", when.any_)):
        yield from (((word, place), part) for place, part in enumerate(several or ()))
    if when.not_ is not None:
        yield ("not",), when.not_


def _values(test: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The values that are named in full, each with its path."""
    match test:
        case str():
            yield path, test
        case tuple():
            yield from (((*path, place), value) for place, value in enumerate(test))
        case TextOperators():
            for operator in ("in", "not"):
                yield from _values(test.stated.get(operator), (*path, operator))


def _of_statuses(mappings: Mappings) -> Iterator[Name]:
    for place, workflow in enumerate(mappings.statuses):
        if workflow.project is not None:
            yield Name(("statuses", place, "project"), ("project",), workflow.project)
        for key in (*CATEGORIES, "commitment", "blocked"):
            for number, status in enumerate(getattr(workflow, key)):
                yield Name(("statuses", place, key, number), ("status", "status id"), status)


def _known(kind: str, tables: Mapping[str, "ir.Table"], people: People) -> frozenset[str]:
    if kind == TEAM:
        return frozenset(team.id for team in people.teams)
    if kind == ITEM:
        return frozenset(item_names(tables).name.to_pyarrow().to_pylist())
    return frozenset().union(*(_column(tables[table], column) for table, column in KNOWN[kind]))


def _column(table: "ir.Table", column: str) -> Iterable[str]:
    values = table.select(value=column)
    if values.value.type().is_array():
        values = values.unnest("value")
    found: list[str | None] = values.distinct().value.to_pyarrow().to_pylist()
    return [value for value in found if value is not None]
