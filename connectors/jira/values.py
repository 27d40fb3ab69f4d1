"""What the values of fields say, in whatever form they come."""

import re
from collections.abc import Iterable, Iterator

from connectors.jira import wire
from connectors.jira.fields import OPTIONS

# Server's sprints are Java's own printout, keys in any order (ICTU/quality-time#12884).
_SPRINT_ID = re.compile(r"[\[,]id=(\d+)")


def said(value: wire.Said) -> str | None:
    """A name or a title as text; imports have written numbers."""
    return value if value is None or isinstance(value, str) else str(value)


def name_of(entry: wire.Named | wire.IssueType | wire.Status | None) -> str | None:
    return said(entry.name) if entry else None


def names_of(entries: Iterable[wire.Named] | None) -> tuple[str, ...]:
    names = (said(entry.name) for entry in entries or ())
    return tuple(name for name in names if name)


def sprints(values: Iterable[object]) -> Iterator[tuple[str, object]]:
    """The id and the value of each sprint, told as objects (Cloud), as Java's printout (Data Center) or as numbers."""
    for value in values:
        for sprint in value if isinstance(value, list) else [value]:
            if identity := _sprint_id(sprint):
                yield identity, sprint


def _sprint_id(sprint: object) -> str | None:
    if isinstance(sprint, dict):
        return str(sprint["id"]) if sprint.get("id") is not None else None
    text = str(sprint)
    found = _SPRINT_ID.search(text)
    return found[1] if found else (text if text.isdigit() else None)


def id_or_key(value: object) -> str:
    """What an epic link or parent link names an issue by."""
    told = value.get("data", value) if isinstance(value, dict) else value
    return str(told.get("id") or told.get("key") or "" if isinstance(told, dict) else told)


def number(value: object) -> float | None:
    """A number, or text that is one, its comma that of a locale (fivetran/dbt_jira PR #175)."""
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def label(value: object) -> str | None:
    """What a choice, a team or a text is called."""
    if not isinstance(value, dict):
        return str(value)
    called = value.get("name") or value.get("title") or value.get("id")
    return None if called is None else str(called)


def is_flag(value: object) -> bool:
    """Whether these ticked boxes are a flag: one box, with the option that Jira ships."""
    if not isinstance(value, list) or len(value) != 1:
        return False
    option = value[0].get("value") if isinstance(value[0], dict) else value[0]
    return option in OPTIONS
