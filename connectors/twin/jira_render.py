"""How Jira shows an issue: the fields asked for, links filled in, text as ADF in version 3."""

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.twin.jira_state import Issue, JiraSite

Json = dict[str, Any]

EXPANDABLE = "operations,versionedRepresentations,editmeta,changelog,renderedFields"
NOT_NAVIGABLE = frozenset({"comment", "worklog", "attachment"})
RICH_TEXT = ("description", "environment")
IDS_ONLY = frozenset({"id", "key"})


def chosen(names: Sequence[str], available: Iterable[str]) -> list[str]:
    """The fields that a `fields` parameter chooses, in the order the issue holds them."""
    wanted = {name for name in names if not name.startswith(("-", "*"))}
    unwanted = {name[1:] for name in names if name.startswith("-")}
    if "*all" in names or (unwanted and not wanted and "*navigable" not in names):
        return [name for name in available if name not in unwanted]
    if "*navigable" in names:
        return [name for name in available if name not in (NOT_NAVIGABLE | unwanted) or name in wanted]
    return [name for name in available if name in wanted and name not in unwanted]


def issue_body(
    site: JiraSite, issue: Issue, *, names: Sequence[str], version: str, comments: int | None = None
) -> Json:
    """The issue with the fields that `names` chooses, and as many of its comments. A request for ids alone gets nothing
    else."""
    if set(names) == {"id"}:
        return {"id": issue.id}
    body = {"expand": EXPANDABLE, "id": issue.id, "self": issue.body["self"], "key": issue.key}
    if set(names) <= IDS_ONLY:
        return body
    fields = {name: _field(site, name, issue.fields[name], version) for name in chosen(names, issue.fields)}
    if "comment" in fields:
        fields["comment"] = _cut(fields["comment"], comments)
    return {**body, "fields": fields}


def changelog(histories: list[Json], *, newest: int | None) -> Json:
    """The `changelog` of an expanded issue: the `newest` entries, newest first, as Cloud cuts it; or all of it,
    oldest first, as Data Center gives it (jira.md §1.3, §2)."""
    shown = histories if newest is None else list(reversed(histories))[:newest]
    return {"startAt": 0, "maxResults": len(shown), "total": len(histories), "histories": shown}


def adf(text: str) -> Json:
    """The text as an Atlassian document: a paragraph for each block, hard breaks between its lines."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block]
    return {"version": 1, "type": "doc", "content": [_paragraph(block) for block in blocks]}


def _paragraph(block: str) -> Json:
    content: list[Json] = []
    for line in block.split("\n"):
        if content:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _field(site: JiraSite, name: str, value: Any, version: str) -> Any:
    if name in RICH_TEXT and isinstance(value, str) and version == "3":
        return adf(value)
    if name == "parent" and value:
        return _linked(site, value)
    if name == "issuelinks":
        return [{side: _linked(site, v) if side.endswith("Issue") else v for side, v in link.items()} for link in value]
    if name == "subtasks":
        return [_linked(site, entry) for entry in value]
    if name == "comment" and version == "3":
        return {**value, "comments": [{**c, "body": adf(c["body"])} for c in value["comments"]]}
    return value


def _cut(value: Json, most: int | None) -> Json:
    """The comments as an issue shows them: the oldest, and how many there are."""
    told = value["comments"]
    shown = told if most is None else told[:most]
    return {**value, "comments": shown, "startAt": 0, "maxResults": len(shown), "total": len(told)}


def _linked(site: JiraSite, link: Json) -> Json:
    """A parent or sub-task as Jira embeds it. One from a dump comes with its own body."""
    issue = site.issues.get(link["id"])
    if "fields" in link or issue is None:
        return link
    names = [name for name in ("summary", "status", "priority", "issuetype") if name in issue.fields]
    body = {"id": issue.id, "key": issue.key, "self": issue.body["self"]}
    return {**body, "fields": {name: issue.fields[name] for name in names}}
