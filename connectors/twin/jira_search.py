"""Which issues a JQL query finds, and in which order."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.twin.jira_state import Issue, JiraSite
from connectors.twin.jql import Clause, JqlError, Operand, Query, instant, parse

Test = Callable[[Issue], bool]

_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": datetime.__ge__,
    ">": datetime.__gt__,
    "<=": datetime.__le__,
    "<": datetime.__lt__,
}


def search(site: JiraSite, query: Query) -> list[Issue]:
    """The issues found, in the query's order; newest first where it names none.

    A project, key or id that does not exist is a `JqlError`, as on the real thing.
    """
    tests = [_test(site, clause) for clause in query.clauses]
    shown = (issue for issue in site.issues.values() if issue.id not in site.archived)
    found = [issue for issue in shown if all(test(issue) for test in tests)]
    found.sort(key=lambda issue: int(issue.id), reverse=True)
    for field, descending in reversed(query.order or (("created", True),)):
        found.sort(key=_SORT[field], reverse=descending)
    return found


class Searches:
    """Searches of a site, each remembered until the site changes, so that a long walk does not sort for every page."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site
        self._revision = -1
        self._found: dict[Query, list[Issue]] = {}

    def __call__(self, jql: str) -> list[Issue]:
        query = parse(jql)
        if any(_moves_with_the_clock(clause) for clause in query.clauses):
            return search(self._site, query)
        if self._revision != self._site.revision:
            self._found.clear()
            self._revision = self._site.revision
        if query not in self._found:
            self._found[query] = search(self._site, query)
        return self._found[query]


def _moves_with_the_clock(clause: Clause) -> bool:
    return clause.field in ("created", "updated") and any(op.text[-1:] in "wdhm" for op in clause.operands)


def _test(site: JiraSite, clause: Clause) -> Test:
    if clause.field == "project":
        return _membership(clause, {_project(site, operand) for operand in clause.operands}, lambda i: i.project["id"])
    if clause.field == "issue":
        return _membership(clause, {_issue(site, operand) for operand in clause.operands}, lambda i: i.id)
    if clause.field == "statuscategory":
        return _membership(clause, {_category(site, operand) for operand in clause.operands}, _category_of)
    return _date(site, clause)


def _membership(clause: Clause, wanted: set[str], of: Callable[[Issue], Any]) -> Test:
    if clause.operator in ("=", "in"):
        return lambda issue: of(issue) in wanted
    return lambda issue: of(issue) not in wanted


def _date(site: JiraSite, clause: Clause) -> Test:
    bound = instant(clause.operands[0], field=clause.field, now=site.now(), zone=ZoneInfo(site.zone))
    compare = _COMPARE[clause.operator]
    if clause.field == "created":
        return lambda issue: compare(issue.created_at, bound)
    return lambda issue: compare(issue.updated_at, bound)


def _project(site: JiraSite, operand: Operand) -> str:
    for project in site.projects:
        if operand.text.lower() in (project["key"].lower(), project["name"].lower(), project["id"]):
            return str(project["id"])
    raise JqlError(f"The value '{operand.text}' does not exist for the field 'project'.")


def _category(site: JiraSite, operand: Operand) -> str:
    """The key of a category that is named by its id, key or name."""
    for status in site.statuses:
        category = status["statusCategory"]
        if operand.text.lower() in (str(category.get("id")), category["key"], category["name"].lower()):
            return str(category["key"])
    raise JqlError(f"The value '{operand.text}' does not exist for the field 'statusCategory'.")


def _category_of(issue: Issue) -> str:
    return str(issue.fields["status"]["statusCategory"]["key"])


def _issue(site: JiraSite, operand: Operand) -> str:
    issue = site.find(operand.text)
    if issue:
        return issue.id
    if operand.text.isdigit():
        raise JqlError(f"A value with ID '{operand.text}' does not exist for the field 'id'.")
    raise JqlError(f"An issue with key '{operand.text}' does not exist for field 'key'.")


def _key(issue: Issue) -> tuple[str, int]:
    project, number = issue.key.rsplit("-", 1)
    return project, int(number)


_SORT: dict[str, Callable[[Issue], Any]] = {
    "created": lambda issue: issue.created_at,
    "updated": lambda issue: issue.updated_at,
    "key": _key,
    "id": lambda issue: int(issue.id),
    "project": lambda issue: issue.project["name"].lower(),
}
