"""Edits of issues over HTTP: labels and text fields, by operations or whole."""

from typing import Any

from connectors.twin.jira_state import Issue
from connectors.twin.jira_wire import Call, Endpoint, Json, Refusal

OPERATIONS = ("set", "add", "remove")


def edit(call: Call) -> None:
    """What an account may not do is refused (403); what it may not do unheard is not done, and not refused
    (Atlassian's OpenAPI document, `notifyUsers`)."""
    issue = call.issue()
    if not call.site.may_edit:
        raise Refusal(403, "You do not have permission to edit issues in this project.")
    wanted = {name: [{"set": value}] for name, value in _object(call, "fields").items()} | _object(call, "update")
    changed = {name: _changed(call, issue, name, operations) for name, operations in wanted.items()}
    if call.text("notifyUsers", "true") == "false" and not call.site.may_be_quiet:
        return
    for name, value in changed.items():
        _write(call, issue, name, value)


def edit_meta(call: Call) -> Json:
    """The fields that can be edited, by id: what the site defines, but for those that no screen shows."""
    call.issue()
    return {"fields": {field["id"]: _meta(field) for field in call.site.fields if "schema" in field}}


def _object(call: Call, name: str) -> Json:
    value = call.arguments.get(name) or {}
    if not isinstance(value, dict):
        raise Refusal(400, f"Operation value must be an object: {name}")
    return value


def _changed(call: Call, issue: Issue, name: str, operations: list[Json]) -> Any:
    """The field's value after these operations; nothing is written yet, so that a refusal leaves all as it was."""
    if name != "labels" and name not in {field["id"] for field in call.site.fields}:
        raise Refusal(400, errors={name: f"Field '{name}' cannot be set. It is not on the appropriate screen."})
    value = issue.fields.get(name)
    for operation in operations:
        for word, operand in operation.items():
            value = _applied(name, word, value, operand)
    return value


def _applied(name: str, word: str, value: Any, operand: Any) -> Any:
    if word not in OPERATIONS:
        raise Refusal(400, errors={name: f"Unknown operation {word}."})
    if name == "labels" and any(" " in label for label in (operand if isinstance(operand, list) else [operand])):
        raise Refusal(400, errors={name: f"The label '{operand}' contains spaces which is invalid."})
    held = list(value or [])
    match word:
        case "add":
            return [*held, operand] if operand not in held else held
        case "remove":
            return [one for one in held if one != operand]
        case _:
            return operand


def _write(call: Call, issue: Issue, name: str, value: Any) -> None:
    site, me = call.site, call.site.me.get("accountId") or call.site.me["name"]
    site.users.setdefault(me, site.me)
    if name == "labels":
        site.relabel(issue.key, value, at=site.now(), author=me)
        return
    before, issue.fields[name] = issue.fields.get(name), value
    item = {"field": name, "fieldId": name, "fieldtype": "custom", "from": None, "to": None}
    item |= {"fromString": _text(before), "toString": _text(value)}
    site.record(issue, [item] if before != value else [], at=site.now(), author=me)


def _text(value: Any) -> str | None:
    return value.get("value") if isinstance(value, dict) else value


def _meta(field: Json) -> Json:
    return {"required": False, "name": field["name"], "schema": field["schema"], "operations": ["set"]}


ROUTES: list[tuple[str, str, Endpoint]] = [
    ("PUT", "/rest/api/{version}/issue/{issue}", edit),
    ("GET", "/rest/api/{version}/issue/{issue}/editmeta", edit_meta),
]
