"""What Jira writes into an issue's history for each kind of edit.

An edit sets the field and gives its change items, in Jira's own words: ids in `from`/`to`, names in
`fromString`/`toString`. An edit that changes nothing gives none.
"""

from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]
Fields = Json

SPRINT = "customfield_10020"
POINTS = "customfield_10016"
FLAGGED = "customfield_10021"
RANK = "customfield_10019"
BLOCKS = {"id": "10000", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
IMPEDIMENT = {"id": "10019", "value": "Impediment"}


def status(fields: Fields, new: Json) -> list[Json]:
    old = fields["status"]
    fields["status"] = new
    return _named("status", old, new)


def resolution(fields: Fields, new: Json | None) -> list[Json]:
    old = fields.get("resolution")
    fields["resolution"] = new
    return _named("resolution", old, new)


def priority(fields: Fields, new: Json) -> list[Json]:
    old = fields.get("priority")
    fields["priority"] = new
    return _named("priority", old, new)


def issue_type(fields: Fields, new: Json) -> list[Json]:
    old = fields["issuetype"]
    fields["issuetype"] = new
    return _named("issuetype", old, new)


def project(fields: Fields, new: Json) -> list[Json]:
    old = fields["project"]
    fields["project"] = new
    return _named("project", old, new)


def assignee(fields: Fields, new: Json | None) -> list[Json]:
    old = fields.get("assignee")
    fields["assignee"] = new
    if old is new:
        return []
    sides = (_person(old), _name(old, "displayName"), _person(new), _name(new, "displayName"))
    return [_item("assignee", *sides)]


def summary(fields: Fields, new: str) -> list[Json]:
    return _text(fields, "summary", new)


def description(fields: Fields, new: str) -> list[Json]:
    return _text(fields, "description", new)


def due_on(fields: Fields, new: str | None) -> list[Json]:
    old = fields.get("duedate")
    fields["duedate"] = new
    return [_item("duedate", old, old, new, new)] if old != new else []


def labels(fields: Fields, new: Iterable[str]) -> list[Json]:
    old, wanted = fields.get("labels") or [], list(new)
    fields["labels"] = wanted
    return [_item("labels", "", " ".join(old), "", " ".join(wanted))] if old != wanted else []


def components(fields: Fields, new: Iterable[Json]) -> list[Json]:
    return _set(fields, "components", list(new), name="Component")


def fix_versions(fields: Fields, new: Iterable[Json]) -> list[Json]:
    return _set(fields, "fixVersions", list(new), name="Fix Version")


def sprints(fields: Fields, new: Iterable[Json]) -> list[Json]:
    """One item that names the whole membership on either side, closed sprints included (jira.md §7.12)."""
    old, wanted = fields.get(SPRINT) or [], list(new)
    fields[SPRINT] = wanted or None
    if old == wanted:
        return []
    sides = (_joined(old, "id"), _joined(old, "name"), _joined(wanted, "id"), _joined(wanted, "name"))
    return [_item("Sprint", *sides, field_id=SPRINT, fieldtype="custom")]


def points(fields: Fields, new: float | None) -> list[Json]:
    """A decimal as a string, and no ids (jira.md §7.13)."""
    old = fields.get(POINTS)
    fields[POINTS] = new
    if old == new:
        return []
    return [
        _item("Story point estimate", None, _decimal(old), None, _decimal(new), field_id=POINTS, fieldtype="custom")
    ]


def flagged(fields: Fields, new: bool) -> list[Json]:
    """A multi-checkbox of one option: the option's text set, or an empty text (jira.md §7.11)."""
    old = bool(fields.get(FLAGGED))
    fields[FLAGGED] = [IMPEDIMENT] if new else None
    if old == new:
        return []
    off, on = ("", ""), (f"[{IMPEDIMENT['id']}]", IMPEDIMENT["value"])
    before, after = (off, on) if new else (on, off)
    return [_item("Flagged", *before, *after, field_id=FLAGGED, fieldtype="custom")]


def rank(fields: Fields, new: str) -> list[Json]:
    """A new place in the backlog: the field gets `new`, the history only says that it moved."""
    up = new < (fields.get(RANK) or "")
    fields[RANK] = new
    said = "Ranked higher" if up else "Ranked lower"
    return [_item("Rank", "", "", "", said, field_id=RANK, fieldtype="custom")]


def parent(fields: Fields, new: Json | None) -> list[Json]:
    """`new` and the field hold `{id, key}`; the item has no `fieldId` (jira.md §1.3)."""
    old = fields.get("parent")
    fields["parent"] = new
    if (old or {}).get("id") == (new or {}).get("id"):
        return []
    sides = (_name(old, "id"), _name(old, "key"), _name(new, "id"), _name(new, "key"))
    return [_item("IssueParentAssociation", *sides, field_id=None)]


def links(fields: Fields, new: Iterable[Json]) -> list[Json]:
    """Links that are added: a localised sentence is all that the history says (jira.md §7.11)."""
    old, wanted = fields["issuelinks"], list(new)
    fields["issuelinks"] = wanted
    held = {link["id"] for link in old}
    return [_item("Link", None, None, *_sentence(link), field_id=None) for link in wanted if link["id"] not in held]


def blocking(number: int, blocker: Json, blocked: Json) -> tuple[Json, Json]:
    """The two sides of a link: as the blocker shows it, and as the blocked does. Both are named by `{id, key}`."""
    link = {"id": str(number), "type": BLOCKS}
    return {**link, "outwardIssue": blocked}, {**link, "inwardIssue": blocker}


def key(old: str, new: str) -> Json:
    """The item of a move between projects."""
    return _item("Key", "", old, "", new, field_id=None)


Edit = Callable[[Fields, Any], list[Json]]

# In the order Jira lists the items of one edit; a move's project comes before the status it forces.
EDITS: dict[str, Edit] = {
    "project": project,
    "issue_type": issue_type,
    "summary": summary,
    "description": description,
    "priority": priority,
    "assignee": assignee,
    "labels": labels,
    "components": components,
    "fix_versions": fix_versions,
    "due_on": due_on,
    "sprints": sprints,
    "points": points,
    "flagged": flagged,
    "rank": rank,
    "parent": parent,
    "links": links,
    "resolution": resolution,
    "status": status,
}


def _item(
    name: str,
    old: str | None,
    old_text: str | None,
    new: str | None,
    new_text: str | None,
    *,
    field_id: str | None = "",
    fieldtype: str = "jira",
) -> Json:
    item: Json = {"field": name, "fieldtype": fieldtype}
    if field_id is not None:
        item["fieldId"] = field_id or name
    return {**item, "from": old, "fromString": old_text, "to": new, "toString": new_text}


def _named(name: str, old: Json | None, new: Json | None) -> list[Json]:
    if (old or {}).get("id") == (new or {}).get("id"):
        return []
    return [_item(name, _name(old, "id"), _name(old, "name"), _name(new, "id"), _name(new, "name"))]


def _sentence(link: Json) -> tuple[str, str]:
    side = "outward" if "outwardIssue" in link else "inward"
    other = link[f"{side}Issue"]["key"]
    return other, f"This issue {link['type'][side]} {other}"


def _text(fields: Fields, name: str, new: str) -> list[Json]:
    old = fields.get(name)
    fields[name] = new
    return [_item(name, None, old, None, new)] if old != new else []


def _set(fields: Fields, field: str, new: list[Json], *, name: str) -> list[Json]:
    """One item for each value taken away and each value added."""
    old = fields.get(field) or []
    fields[field] = new
    before, after = {entry["id"] for entry in old}, {entry["id"] for entry in new}
    gone = [_item(name, v["id"], v["name"], None, None, field_id=field) for v in old if v["id"] not in after]
    come = [_item(name, None, None, v["id"], v["name"], field_id=field) for v in new if v["id"] not in before]
    return gone + come


def _name(entry: Json | None, attribute: str) -> str | None:
    return None if entry is None else str(entry[attribute])


def _person(user: Json | None) -> str | None:
    """Cloud knows people by account id, Data Center by user key."""
    return None if user is None else user.get("accountId") or user["key"]


def _joined(entries: list[Json], attribute: str) -> str:
    return ", ".join(str(entry[attribute]) for entry in entries)


def _decimal(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"
