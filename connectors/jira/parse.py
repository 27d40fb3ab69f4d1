"""Jira's issues → records. Jira's words stop here; only `Malformed` comes out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Raw

from connectors.errors import Malformed
from connectors.jira import wire
from connectors.jira.accounts import Accounts
from connectors.jira.changes import Changes, Vocabulary
from connectors.jira.children import comments, remote_links, stated_links
from connectors.jira.dates import day, instant
from connectors.jira.document import decode
from connectors.jira.fields import HEAVY, Roles
from connectors.jira.text import clean, plain
from connectors.jira.values import id_or_key, is_flag, label, name_of, names_of, number, said, sprints
from connectors.records import ChildSet, Gap, ItemRef, SourceCategory, WorkItem

Date = TypeVar("Date", date, datetime)
_Raws: TypeAlias = dict[str, Raw]
_Histories: TypeAlias = list[wire.History]

CATEGORIES: dict[str | None, SourceCategory] = {"new": "todo", "indeterminate": "active", "done": "done"}


@dataclass(frozen=True, kw_only=True)
class Read:
    """One issue as read: its body, and of what is not whole in it, what was read besides; None is not read.

    `total` is how many histories there are.
    """

    issue: wire.Issue
    histories: Sequence[Raw] | None = None
    total: int | None = None
    comments: Sequence[Raw] | None = None
    remote_links: Sequence[Raw] | None = None
    pull_requests: Sequence[str] | None = None  #: addresses that the development panel tells


@dataclass
class Parsed:
    """What becomes of issues: part of a batch."""

    items: list[WorkItem] = field(default_factory=list)
    children: list[ChildSet] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    """By issue id, why it or its history is not among them."""
    sprints: dict[str, object] = field(default_factory=dict)
    """The sprints that issues are in: what an issue itself tells of each, by id."""


def stamps(issue: wire.Issue) -> tuple[datetime, datetime]:
    """When the issue was created and updated."""
    found = decode(issue.fields, wire.Stamps)
    return instant(found.created), instant(found.updated)


def parent_keys(issues: Iterable[wire.Issue], roles: Roles) -> set[str]:
    """The keys by which issues name a parent whose id they do not tell, as Data Center's epic links do."""
    names = roles.epic_link + roles.parent_link
    if not names:
        return set()
    found = [decode(issue.fields, _Raws) for issue in issues]
    links = [fields[name] for fields in found for name in names if fields.get(name, wire.NULL) != wire.NULL]
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

    def __init__(
        self, *, source: str, url: str, roles: Roles, parents: Mapping[str, str], development: bool = False
    ) -> None:
        """`parents`: ids of issues that others name as parent by key alone. `development`: its panel was asked for."""
        self.accounts = Accounts(source)
        self._source = source
        self._url = url
        self._roles = roles
        self._points_of = cache(roles.points_of)
        self._parents = parents
        self._development = development
        self._changes = Changes(source=source, vocabulary=Vocabulary(roles), accounts=self.accounts)

    def read(self, found: Iterable[Read]) -> Parsed:
        """All that can be read: an issue or a history that is not as promised spoils nothing else."""
        parsed = Parsed()
        for entry in found:
            try:
                self._read(entry, parsed)
            except Malformed as error:
                parsed.unread[str(entry.issue.id)] = f"it is not as Jira describes issues: {error}"
        return parsed

    def _read(self, entry: Read, parsed: Parsed) -> None:
        custom = {name: raw for name, raw in decode(entry.issue.fields, _Raws).items() if raw != wire.NULL}
        found = self._fields(entry.issue, parsed.gaps)
        told = dict(sprints(self._values(self._roles.sprint, custom)))
        item = self._item(entry.issue, found, custom, tuple(told), parsed.gaps)
        parsed.items.append(item)
        parsed.sprints |= told
        panel = entry.pull_requests if self._development else ()
        parsed.children += stated_links(found.issuelinks, panel, item=item, source=self._source)
        parsed.children += self._history(entry, item, custom, parsed.unread)
        beside = {
            "links to pages outside": remote_links(entry.remote_links, item=item),
            "comments": comments(custom.get("comment", wire.NULL), entry.comments, item=item, accounts=self.accounts),
        }
        for what, sets in beside.items():
            try:
                parsed.children += sets
            except Malformed as error:
                parsed.unread[str(entry.issue.id)] = f"its {what} are not as Jira describes them: {error}"

    def _ref(self, identity: wire.Id | None) -> str:
        return str(ItemRef(self._source, "issue", str(identity)))

    def _fields(self, issue: wire.Issue, gaps: list[Gap]) -> wire.Fields:
        """The fields that every Jira has; one that is of another kind than described is left out, and said."""
        try:
            return decode(issue.fields, wire.Fields)
        except Malformed:
            stamped = decode(issue.fields, wire.Stamps)
        custom, read = decode(issue.fields, _Raws), {}
        for described in msgspec.structs.fields(wire.Fields):
            try:
                read[described.name] = msgspec.json.decode(custom[described.encode_name], type=described.type)
            except KeyError:
                continue
            except msgspec.DecodeError as error:
                cause = f"the field {described.encode_name} is not as Jira describes it, and is left out: {error}"
                gaps.append(Gap(stream="issues", cause=cause, ref=self._ref(issue.id)))
        return wire.Fields(**{**read, "created": stamped.created, "updated": stamped.updated})

    def _item(
        self,
        issue: wire.Issue,
        found: wire.Fields,
        custom: Mapping[str, Raw],
        sprint_ids: tuple[str, ...],
        gaps: list[Gap],
    ) -> WorkItem:
        if not issue.key:
            raise Malformed("it has no key")
        ref, status, roles = self._ref(issue.id), found.status, self._roles
        project = (found.project and found.project.key) or issue.key.rpartition("-")[0] or None
        points = (number(value) for value in self._values(self._points_of(project), custom))
        return WorkItem(
            ref=ref,
            source=self._source,
            key=issue.key,
            # From the configured address, never `self`: that may be a gateway's (jira.md §5).
            url=f"{self._url}/browse/{issue.key}",
            project=project,
            type=name_of(found.issuetype),
            level=self._level(found.issuetype, custom),
            title=clean(said(found.summary) or ""),
            body=plain(decode(found.description, object)) if found.description else None,
            status_id=str(status.id) if status else None,
            status=name_of(status),
            status_category=category(status) if status else None,
            status_changed_at=_lenient(instant, found.statuscategorychangedate, ref, gaps),
            resolution=name_of(found.resolution),
            priority=name_of(found.priority),
            labels=tuple(label for label in found.labels or () if label),
            components=names_of(found.components),
            fix_versions=names_of(found.fix_versions),
            parent_ref=self._parent(found.parent, custom),
            sprints=sprint_ids,
            points=next((one for one in points if one is not None), None),
            flagged=self._is_flagged(custom),
            team=next((label(value) for value in self._values(roles.team, custom)), None),
            assignees=tuple(ref for ref in [self.accounts.ref(found.assignee)] if ref),
            author=self.accounts.ref(found.creator or found.reporter),
            created_at=instant(found.created),
            updated_at=instant(found.updated),
            resolved_at=_lenient(instant, found.resolutiondate, ref, gaps),
            due_on=_lenient(day, found.duedate, ref, gaps),
            fields=_kept(custom),
        )

    def _is_flagged(self, custom: Mapping[str, Raw]) -> bool:
        by_name = any(self._values(self._roles.flagged, custom))
        return by_name or any(is_flag(value) for value in self._values(self._roles.checkboxes, custom))

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

    def _history(
        self, entry: Read, item: WorkItem, custom: Mapping[str, Raw], unread: dict[str, str]
    ) -> Iterator[ChildSet]:
        """The changes, if any were read: complete only where as many came as Jira says there are, and all can be read.
        One that cannot costs no other."""
        if entry.histories is None:
            return
        points, cause = self._points_fields(item, custom), None
        try:
            rows = self._changes.of(_histories(entry.histories), item_ref=item.ref, points=points)
        except Malformed as error:
            cause = f"its history is not as Jira describes it: {error}"
            readable = [raw for raw in entry.histories if _is_history(raw)]
            rows = self._changes.of(_histories(readable), item_ref=item.ref, points=points)
        held, total = len(entry.histories), entry.total
        if total is not None and held < total:
            cause = cause or f"{held} of the {total} entries of its history came"
        if cause:
            unread[str(entry.issue.id)] = cause
        if rows or not cause:
            yield ChildSet(item_ref=item.ref, kind="changes", version_at=item.updated_at, complete=not cause, rows=rows)

    def _points_fields(self, item: WorkItem, custom: Mapping[str, Raw]) -> tuple[str, ...]:
        """The field that holds the item's points; where none does, those that may (jira.md §1.4: never both)."""
        fields = self._points_of(item.project)
        holding = (one for one in fields if any(number(value) is not None for value in self._values((one,), custom)))
        held = next(holding, None)
        return (held,) if held else fields

    def _values(self, ids: tuple[str, ...], custom: Mapping[str, Raw]) -> Iterator[object]:
        """The values of these fields that are set, in this order."""
        for identity in ids:
            value = decode(custom[identity], object) if identity in custom else None
            if value not in (None, "", []):
                yield value


def _histories(raws: Sequence[Raw]) -> list[wire.History]:
    """All of them, decoded at once."""
    return decode(b"[" + b",".join(raws) + b"]", _Histories)


def _is_history(raw: Raw) -> bool:
    try:
        instant(decode(raw, wire.History).created)
    except Malformed:
        return False
    return True


def _kept(fields: Mapping[str, Raw]) -> str:
    """The JSON object of the fields, each in the source's own bytes; long lists are left out."""
    return msgspec.json.encode({name: raw for name, raw in fields.items() if name not in HEAVY}).decode()


def _lenient(read: Callable[[str | int], Date], told: str | int | None, ref: str, gaps: list[Gap]) -> Date | None:
    """A date that may be nonsense without spoiling the issue; its text stays in `fields`."""
    try:
        return read(told) if told else None
    except Malformed as error:
        gaps.append(Gap(stream="issues", cause=f"a date is left out: {error}", ref=ref))
        return None
