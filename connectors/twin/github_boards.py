"""Boards (Projects v2): the values of an item's fields, and the one field whose history GitHub tells."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost

STATUS = "Status"
PLAIN = {"text": "Text", "number": "Number", "date": "Date"}


def choices(field: Node) -> Iterator[Node]:
    """The options of a single-select field, or the iterations of an iteration field, the completed ones too."""
    yield from field.get("options") or ()
    configured = field.get("configuration") or {}
    yield from configured.get("iterations") or ()
    yield from configured.get("completedIterations") or ()


def value(field: Node, given: Mapping[str, Any]) -> Node | None:
    """The value that an input (`{"singleSelectOptionId": ...}`) makes of the field; None where it does not fit."""
    (word, what), *_ = given.items()
    if word in PLAIN:
        fits = field["dataType"] == word.upper()
        return {"__typename": f"ProjectV2ItemField{PLAIN[word]}Value", word: what} if fits else None
    if what not in {each["id"] for each in choices(field)}:
        return None
    if word == "singleSelectOptionId":
        return {"__typename": "ProjectV2ItemFieldSingleSelectValue", "optionId": what}
    return {"__typename": "ProjectV2ItemFieldIterationValue", "iterationId": what}


def set_value(host: GitHubHost, item: Node, field: Node, value: Node | None, *, at: str, by: Node) -> None:
    """Give the item's field a value, or take it away. Only a change of the status is told to issue or pull request."""
    before = held(item, field)
    others = [each for each in item.get("fieldValues") or () if each is not before]
    dates = {"createdAt": (before or {}).get("createdAt", at), "updatedAt": at}
    item["fieldValues"] = [*others, *([{**value, **dates, "field": field["id"]}] if value else [])]
    item["updatedAt"] = at
    if field["name"] == STATUS:
        _tell_status(host, item, was=_name(field, before), now=_name(field, value), at=at, by=by)
    host.changed(item)


def held(item: Node, field: Node) -> Node | None:
    """The value that the item has of the field."""
    return next((each for each in item.get("fieldValues") or () if _field_id(each) == field["id"]), None)


def _field_id(value: Node) -> Any:
    return value["field"] if isinstance(value["field"], str) else value["field"]["id"]


def _name(field: Node, value: Node | None) -> str:
    names = {each["id"]: each["name"] for each in field["options"]}
    return str(names.get((value or {}).get("optionId"), ""))


def _tell_status(host: GitHubHost, item: Node, *, was: str, now: str, at: str, by: Node) -> None:
    content = item.get("content")
    about = host.by_id.get(content) if isinstance(content, str) else None
    if about is None or was == now:
        return
    told = {"project": item["project"], "previousStatus": was, "status": now}
    event = {"__typename": "ProjectV2ItemStatusChangedEvent", "createdAt": at, "actor": by, **told}
    about.setdefault("timelineItems", []).append(event)
    host.changed(about)
