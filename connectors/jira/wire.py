"""What Jira answers, as far as fingerpost reads it.

Issues and histories stay raw until one at a time is parsed, so that one that is not as promised spoils no other.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

#: A string by the documents; older plugins and the agile API write numbers.
Id: TypeAlias = str | int
#: A name, a title or one side of a change. Text, but plugins and imports have written numbers.
Said: TypeAlias = str | int | float | bool | None
#: What a store can hold; a larger number is none of theirs.
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]

NOTHING = Raw(b"")
NULL = Raw(b"null")


class Wire(Struct, rename="camel", gc=False):
    """A JSON object; what is not named here is passed over."""


class ServerInfo(Wire):
    deployment_type: str | None = None


class TenantInfo(Wire):
    cloud_id: str


class Resource(Wire):
    """A site that an OAuth app was let into."""

    id: str
    url: str | None = None


class Account(Wire):
    """A person or an app: `account_id` on Cloud; `key`, which a renamed user keeps, and `name` on Data Center."""

    account_id: str | None = None
    key: str | None = None
    name: str | None = None
    display_name: str | None = None
    account_type: str | None = None


class Scope(Wire):
    """The one project that a team-managed status serves."""

    project: "Project | None" = None


class Insight(Wire):
    """What a project's list tells of its issues, where it does."""

    total_issue_count: int | None = None


class Project(Wire):
    id: Id
    key: str | None = None
    name: Said = None
    insight: Insight | None = None
    archived: bool | None = None
    deleted: bool | None = None  #: in the bin, from which it may be restored


class StatusCategory(Wire):
    key: str | None = None


class Status(Wire):
    id: Id
    name: Said = None
    status_category: StatusCategory | None = None
    scope: Scope | None = None


class Schema(Wire):
    """A field's kind: `custom` names the plugin's, `system` Jira's own."""

    type: str | None = None
    custom: str | None = None
    system: str | None = None


class Field(Wire):
    id: str
    name: str | None = None
    untranslated_name: str | None = None
    schema: Schema | None = None


class Values(Wire):
    """A page of Jira's offset pager."""

    values: list[Raw]
    total: int | None = None
    is_last: bool | None = None


class Issue(Wire):
    id: Id
    key: str | None = None
    fields: Raw = NOTHING
    changelog: Raw = NOTHING

    @property
    def bare(self) -> bool:
        """Whether only its id and key are told."""
        return bytes(self.fields) in (b"", b"{}", b"null")


class Found(Wire):
    """A page of a search: by offset where `total` is told, else by token."""

    issues: list[Issue]
    total: int | None = None
    next_page_token: str | None = None
    is_last: bool | None = None

    def token_after(self, asked: str | None) -> str | None:
        """Of the next page; none either on a last page that tells the token it was asked by (JRACLOUD-95477)."""
        return None if self.is_last and self.next_page_token == asked else self.next_page_token or None


class Unread(Wire):
    """An issue that Jira could not read for a bulk answer."""

    id: Id | None = None
    error_message: str | None = None


class BulkIssues(Wire):
    issues: list[Issue]
    issue_errors: list[Unread] | None = None

    @property
    def missed(self) -> dict[str, str]:
        """By issue id, why it could not be read."""
        found = self.issue_errors or ()
        causes = {str(one.id): one.error_message or "without a reason" for one in found if one.id is not None}
        return {identity: f"Jira says that it cannot read it: {why}" for identity, why in causes.items()}


class IssueHistories(Wire):
    issue_id: Id
    change_histories: list[Raw]


class BulkHistories(Wire):
    issue_change_logs: list[IssueHistories]
    next_page_token: str | None = None


class Changelog(Wire):
    """The histories in an issue; `total` may say that there are more."""

    histories: list[Raw]
    total: int | None = None


class ChangeItem(Wire):
    field: str | None = None
    field_id: str | None = None
    fieldtype: str | None = None  #: `jira` or `custom`
    from_: Said = msgspec.field(default=None, name="from")
    from_string: Said = None
    to: Said = None
    to_string: Said = None


class History(Wire):
    id: Id
    created: str | int
    author: Account | None = None
    items: list[ChangeItem] | None = None


class Named(Wire):
    id: Id | None = None
    name: Said = None


class IssueType(Wire):
    id: Id | None = None
    name: Said = None
    subtask: bool | None = None
    hierarchy_level: Whole | None = None
    scope: Scope | None = None


class Linked(Wire):
    """An issue seen from another."""

    id: Id | None = None
    key: str | None = None


class LinkType(Wire):
    inward: str | None = None
    outward: str | None = None


class Link(Wire):
    id: Id | None = None
    type: LinkType | None = None
    inward_issue: Linked | None = None
    outward_issue: Linked | None = None


class Comment(Wire):
    """That somebody commented; the text is passed over."""

    id: Id
    created: str | int
    updated: str | int | None = None
    author: Account | None = None


class Comments(Wire):
    """Comments in an issue, or a page of them; `total` may say that there are more."""

    comments: list[Raw]
    total: int | None = None
    is_last: bool | None = None

    @property
    def values(self) -> list[Raw]:
        return self.comments


class Fields(Wire):
    """The fields every Jira has. Any may be missing or null but the two instants."""

    created: str | int
    updated: str | int
    project: Project | None = None
    summary: Said = None
    description: Raw = NOTHING
    issuetype: IssueType | None = None
    status: Status | None = None
    resolution: Named | None = None
    priority: Named | None = None
    labels: list[str | None] | None = None
    components: list[Named] | None = None
    fix_versions: list[Named] | None = None
    parent: Linked | None = None
    assignee: Account | None = None
    reporter: Account | None = None
    creator: Account | None = None
    issuelinks: list[Link] | UnsetType | None = UNSET
    resolutiondate: str | int | None = None
    statuscategorychangedate: str | int | None = None
    duedate: str | int | None = None


class Stamps(Wire):
    created: str | int
    updated: str | int


class Placed(Wire):
    project: Project | None = None


class Commented(Wire):
    comment: Raw = NULL
