"""Issues as work items, with all that belongs to them."""

from typing import Any

import msgspec

from connectors.github import items
from connectors.github.accounts import Accounts
from connectors.github.links import blocked_by, closed_by, duplicates, mentioned_by
from connectors.github.parse import Parsed, children, key, names_of, rows_of, text
from connectors.github.timeline import changes, comments
from connectors.github.wire import Connection
from connectors.records import ChildSet, WorkItem


def issue(found: items.Issue, accounts: Accounts) -> Parsed:
    """The issue as a work item. Its status is open or closed; the rest is told by pull requests and boards."""
    ref = f"{accounts.source}:issue:{found.id}"
    closed, assigned = found.state == "CLOSED", rows_of(found.assignees)
    record = WorkItem(
        ref=ref,
        source=accounts.source,
        key=key(found) or "",
        url=found.url,
        repository=found.repository.name_with_owner,
        type=found.issue_type.name if found.issue_type else None,
        title=text(found.title),
        body=text(found.body),
        status_id="closed" if closed else "open",
        status="closed" if closed else "open",
        status_category="done" if closed else "todo",
        resolution=found.state_reason.lower() if closed and found.state_reason else None,
        labels=names_of(found.labels),
        milestone=found.milestone.title if found.milestone else None,
        parent_ref=f"{accounts.source}:issue:{found.parent.id}" if found.parent and found.parent.id else None,
        assignees=accounts.refs(assigned),
        author=accounts.ref(found.author),
        created_at=found.created_at,
        updated_at=found.updated_at,
        resolved_at=found.closed_at if closed else None,
        fields=_fields(rows_of(found.issue_field_values)),
    )
    return Parsed(record=record, children=_belongings(found, ref, accounts))


def unread(found: items.Item) -> bool:
    """Whether it says that issues block it, and they are not among what was asked."""
    if not isinstance(found, items.Issue) or found.issue_dependencies_summary is None:
        return False
    return found.issue_dependencies_summary.total_blocked_by > 0 and found.blocked_by is None


def _belongings(found: items.Issue, ref: str, accounts: Accounts) -> tuple[ChildSet, ...]:
    events, source = rows_of(found.timeline_items), accounts.source
    changelog = changes(events, item_ref=ref, accounts=accounts, work_item=True)
    said = comments(events, item_ref=ref, accounts=accounts)
    stated = (*blocked_by(found, ref, source), *duplicates(found, ref, source))
    links = (*stated, *closed_by(events, ref, source), *mentioned_by(events, ref, source))
    of = (found.timeline_items, _dependencies(found))
    return (
        children(found, ref, "stated_links", links, of=of),
        children(found, ref, "comments", said, of=[found.timeline_items]),
        children(found, ref, "changes", changelog, of=[found.timeline_items]),
    )


def _dependencies(found: items.Issue) -> Connection[Any] | None:
    """What blocks it; nothing where it says so, or where the server knows of no such thing."""
    if unread(found):
        return None
    return found.blocked_by or Connection(nodes=[])


def _fields(values: list[items.IssueFieldValue]) -> str:
    """JSON: by field id, its name, its value, and the option's id where it is one of a list."""
    told = {value.definition.id: _told(value, value.definition) for value in values if value.definition}
    return msgspec.json.encode(dict(sorted(told.items()))).decode()


def _told(value: items.IssueFieldValue, definition: items.IssueField) -> dict[str, object]:
    plain: dict[str, object] = {"name": definition.name, "value": value.value}
    return plain | ({"option": value.option_id} if value.option_id else {})
