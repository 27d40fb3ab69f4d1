"""Jira's issues → records. Jira's words stop here; only `Malformed` comes out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from connectors.errors import Malformed
from connectors.jira import wire
from connectors.jira.accounts import Accounts
from connectors.jira.changes import Changes, Vocabulary
from connectors.jira.dates import day, instant
from connectors.jira.fields import Roles
from connectors.jira.text import plain
from connectors.records import ChildSet, Gap, ItemRef, SourceCategory, StatedLink, WorkItem

T = TypeVar("T")
Date = TypeVar("Date", date, datetime)

CATEGORIES: dict[str | None, SourceCategory] = {"new": "todo", "indeterminate": "active", "done": "done"}
#: What a link type says of itself, in English as Jira ships it, → our words.
LINKS = {
    "blocks": "blocks",
    "is blocked by": "blocked_by",
    "duplicates": "duplicates",
    "is duplicated by": "duplicated_by",
    "relates to": "relates",
    "is related to": "relates",
    "clones": "clones",
    "is a clone of": "clones",
    "is cloned by": "cloned_by",
}
# Server's sprints are Java's own printout, keys in any order (ICTU/quality-time#12884).
_SPRINT_ID = re.compile(r"[\[,]id=(\d+)")


@dataclass(frozen=True, kw_only=True)
class Read:
    """One issue as read: its body, and its histories where they were read; `total` is how many there are."""

    issue: wire.Issue
    histories: Sequence[Raw] | None = None
    total: int | None = None


@dataclass
class Parsed:
    """What becomes of issues: part of a batch."""

    items: list[WorkItem] = field(default_factory=list)
    children: list[ChildSet] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    """By issue id, why it or its history is not among them."""


def decode(raw: Raw | bytes, kind: type[T]) -> T:
    """The document as `kind`; `Malformed` where it is none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error


def stamps(issue: wire.Issue) -> tuple[datetime, datetime]:
    """When the issue was created and updated."""
    found = decode(issue.fields, wire.Stamps)
    return instant(found.created), instant(found.updated)


def parent_keys(issues: Iterable[wire.Issue], roles: Roles) -> set[str]:
    """The keys by which issues name a parent whose id they do not tell, as Data Center's epic links do."""
    names = roles.epic_link + roles.parent_link
    if not names:
        return set()
    found = [decode(issue.fields, dict[str, Raw]) for issue in issues]
    links = [fields[name] for fields in found for name in names if bytes(fields.get(name, wire.NULL)) != b"null"]
    return {key for key in (id_or_key(decode(raw, object)) for raw in links) if key and not key.isdigit()}


def embedded(issue: wire.Issue) -> Read:
    """The issue with the histories in its own body, if it was expanded."""
    if bytes(issue.changelog) in (b"", b"null"):
        return Read(issue=issue)
    changelog = decode(issue.changelog, wire.Changelog)
    return Read(issue=issue, histories=changelog.histories, total=changelog.total)


def category(status: wire.Status) -> SourceCategory | None:
    """Jira's category, by its key: the names are translated (jira.md §1.5)."""
    return CATEGORIES.get(status.status_category.key) if status.status_category else None


class Parser:
    """Reads the issues of one batch, met accounts and all."""

    def __init__(self, *, source: str, url: str, roles: Roles, parents: Mapping[str, str]) -> None:
        """`parents`: ids of issues that others name as parent by key alone."""
        self.accounts = Accounts(source)
        self._source = source
        self._url = url
        self._roles = roles
        self._parents = parents
        self._changes = Changes(source=source, vocabulary=Vocabulary(roles), accounts=self.accounts)

    def read(self, found: Iterable[Read]) -> Parsed:
        """All that can be read: an issue or a history that is not as promised spoils nothing else."""
        parsed = Parsed()
        for entry in found:
            try:
                item, links = self._item(entry.issue, parsed.gaps)
                parsed.items.append(item)
                parsed.children.extend(links)
                parsed.children.extend(self._history(entry, item, parsed.unread))
            except Malformed as error:
                parsed.unread[str(entry.issue.id)] = f"{entry.issue.key}: {error}"
        return parsed

    def _ref(self, identity: wire.Id | None) -> str:
        return str(ItemRef(self._source, "issue", str(identity)))

    def _item(self, issue: wire.Issue, gaps: list[Gap]) -> tuple[WorkItem, list[ChildSet]]:
        ref = self._ref(issue.id)
        found, custom = decode(issue.fields, wire.Fields), decode(issue.fields, dict[str, Raw])
        status = found.status
        item = WorkItem(
            ref=ref,
            source=self._source,
            key=issue.key,
            # From the configured address, never `self`: that may be a gateway's (jira.md §5).
            url=f"{self._url}/browse/{issue.key}",
            project=(found.project and found.project.key) or issue.key.rpartition("-")[0] or None,
            type=_name(found.issuetype),
            level=self._level(found.issuetype, custom),
            title=plain(found.summary) or "",
            body=plain(decode(found.description, object)) if found.description else None,
            status_id=str(status.id) if status else None,
            status=_name(status),
            status_category=category(status) if status else None,
            status_changed_at=_lenient(instant, found.statuscategorychangedate, ref, gaps),
            resolution=_name(found.resolution),
            priority=_name(found.priority),
            labels=tuple(label for label in found.labels or () if label),
            components=_names(found.components),
            fix_versions=_names(found.fix_versions),
            parent_ref=self._parent(found.parent, custom),
            sprints=tuple(sprint_ids(self._values(self._roles.sprint, custom))),
            points=next((_number(value) for value in self._values(self._roles.points, custom)), None),
            flagged=any(self._values(self._roles.flagged, custom)),
            team=next((_label(value) for value in self._values(self._roles.team, custom)), None),
            assignees=tuple(ref for ref in [self.accounts.ref(found.assignee)] if ref),
            author=self.accounts.ref(found.creator or found.reporter),
            created_at=instant(found.created),
            updated_at=instant(found.updated),
            resolved_at=_lenient(instant, found.resolutiondate, ref, gaps),
            due_on=_lenient(day, found.duedate, ref, gaps),
            fields=_without_nulls(custom),
        )
        return item, self._links(found.issuelinks, item)

    def _level(self, kind: wire.IssueType | None, custom: Mapping[str, Raw]) -> int | None:
        """-1 sub-task, 0 standard, 1 epic and above. Data Center has no levels: there an epic is what has an epic's
        name (jira.md §2)."""
        if kind is None:
            return None
        if kind.hierarchy_level is not None or kind.subtask:
            return -1 if kind.hierarchy_level is None else kind.hierarchy_level
        return 1 if any(self._values(self._roles.epic_label, custom)) else 0

    def _parent(self, parent: wire.Linked | None, custom: Mapping[str, Raw]) -> str | None:
        """The parent's ref: Jira's own field, else the epic link and parent link that came before it."""
        if parent and parent.id is not None:
            return self._ref(parent.id)
        older = (id_or_key(value) for value in self._values(self._roles.epic_link + self._roles.parent_link, custom))
        ids = (name if name.isdigit() else self._parents.get(name) for name in older)
        return next((self._ref(identity) for identity in ids if identity), None)

    def _links(self, links: list[wire.Link] | UnsetType | None, item: WorkItem) -> list[ChildSet]:
        """The links, none too; no set where the site does not have the field at all."""
        if links is UNSET:
            return []
        rows = tuple(row for link in links or () for row in self._link(link, item.ref))
        return [ChildSet(item_ref=item.ref, kind="stated_links", version_at=item.updated_at, complete=True, rows=rows)]

    def _link(self, link: wire.Link, item_ref: str) -> Iterator[StatedLink]:
        kind = link.type or wire.LinkType()
        for said, other in ((kind.outward or "", link.outward_issue), (kind.inward or "", link.inward_issue)):
            if other is None:
                continue
            yield StatedLink(
                item_ref=item_ref,
                id=str(link.id),
                kind=LINKS.get(said.casefold(), said),
                to_ref=None if other.id is None else self._ref(other.id),
                to_key=other.key,
            )

    def _history(self, entry: Read, item: WorkItem, unread: dict[str, str]) -> Iterator[ChildSet]:
        """The changes, if any were read: complete only where as many came as Jira says there are."""
        if entry.histories is None:
            return
        rows = self._changes.of((decode(raw, wire.History) for raw in entry.histories), item_ref=item.ref)
        held, total = len(entry.histories), entry.total
        complete = total is None or held >= total
        if not complete:
            unread[str(entry.issue.id)] = f"{item.key}: {held} of {total} histories came"
        yield ChildSet(item_ref=item.ref, kind="changes", version_at=item.updated_at, complete=complete, rows=rows)

    def _values(self, ids: tuple[str, ...], custom: Mapping[str, Raw]) -> Iterator[object]:
        """The values of these fields that are set, in this order."""
        for identity in ids:
            value = decode(custom[identity], object) if identity in custom else None
            if value not in (None, "", []):
                yield value


def sprint_ids(values: Iterable[object]) -> Iterator[str]:
    """The ids of sprints told as objects (Cloud), as Java's printout (Data Center) or as plain numbers."""
    for value in values:
        for sprint in value if isinstance(value, list) else [value]:
            if identity := _sprint_id(sprint):
                yield identity


def _sprint_id(sprint: object) -> str | None:
    if isinstance(sprint, dict):
        return str(sprint["id"]) if "id" in sprint else None
    text = str(sprint)
    found = _SPRINT_ID.search(text)
    return found[1] if found else (text if text.isdigit() else None)


def id_or_key(value: object) -> str:
    """What an epic link or parent link names an issue by."""
    told = value.get("data", value) if isinstance(value, dict) else value
    return str(told.get("id") or told.get("key") or "" if isinstance(told, dict) else told)


def _number(value: object) -> float | None:
    """A number, or text that is one, its comma that of a locale (fivetran/dbt_jira PR #175)."""
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _label(value: object) -> str | None:
    if not isinstance(value, dict):
        return str(value)
    said = value.get("name") or value.get("title") or value.get("id")
    return None if said is None else str(said)


def _name(entry: wire.Named | wire.IssueType | wire.Status | None) -> str | None:
    return entry.name if entry else None


def _names(entries: list[wire.Named] | None) -> tuple[str, ...]:
    return tuple(entry.name for entry in entries or () if entry.name)


def _without_nulls(fields: Mapping[str, Raw]) -> str:
    """The JSON object of the fields that have a value, each in the source's own bytes."""
    return msgspec.json.encode({name: raw for name, raw in fields.items() if bytes(raw) != b"null"}).decode()


def _lenient(read: Callable[[str | int], Date], told: str | int | None, ref: str, gaps: list[Gap]) -> Date | None:
    """A date that may be nonsense without spoiling the issue; its text stays in `fields`."""
    try:
        return read(told) if told else None
    except Malformed as error:
        gaps.append(Gap(stream="issues", cause=str(error), ref=ref))
        return None
