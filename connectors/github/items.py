"""GitHub's items as they come, with what belongs to them: only what is read, whatever may be null or absent."""

from typing import TypeAlias

from msgspec import field

from connectors.github.wire import Actor, Connection, Home, Instant, Named, Object, Place, Titled, Whole, Wire


class Identified(Wire):
    id: str = ""


class Event(Wire):
    """An entry of a timeline, whatever it tells."""

    typename: str = field(name="__typename", default="")
    id: str = ""
    created_at: Instant | None = None
    updated_at: Instant | None = None
    actor: Actor | None = None
    author: Actor | None = None
    label: Named | None = None
    assignee: Actor | None = None
    state_reason: str | None = None
    closer: Place | None = None
    milestone_title: str | None = None
    previous_title: str | None = None
    current_title: str | None = None
    previous_ref_name: str | None = None
    current_ref_name: str | None = None
    issue_type: Named | None = None
    prev_issue_type: Named | None = None
    parent: Place | None = None
    sub_issue: Place | None = None
    blocking_issue: Place | None = None
    source: Place | None = None
    connecting: Place | None = None
    connected: Place | None = None
    disconnecting: Place | None = None
    disconnected: Place | None = None
    from_repository: Home | None = None
    requested_reviewer: Actor | None = None
    before_commit: Object | None = None
    after_commit: Object | None = None
    project: Identified | None = None
    previous_status: str | None = None
    status: str | None = None


class Review(Wire):
    id: str
    state: str
    submitted_at: Instant | None = None
    body: str | None = None
    author: Actor | None = None


class ReviewThread(Wire):
    id: str
    path: str | None = None
    is_resolved: bool | None = None
    is_outdated: bool | None = None
    resolved_by: Actor | None = None


class ReviewRequest(Wire):
    requested_reviewer: Actor | None = None


class GitActor(Wire):
    user: Actor | None = None


class Commit(Wire):
    oid: str
    message: str
    authored_date: Instant
    committed_date: Instant
    author: GitActor | None = None


class PullRequestCommit(Wire):
    commit: Commit


class ChangedFile(Wire):
    path: str
    additions: Whole = 0
    deletions: Whole = 0
    change_type: str | None = None


class Rollup(Wire):
    state: str


class PullRequest(Wire):
    id: str
    number: Whole
    repository: Home
    state: str
    updated_at: Instant
    url: str = ""
    title: str = ""
    body: str | None = None
    is_draft: bool = False
    created_at: Instant | None = None
    closed_at: Instant | None = None
    merged_at: Instant | None = None
    base_ref_name: str | None = None
    head_ref_name: str | None = None
    head_ref_oid: str | None = None
    base_ref_oid: str | None = None
    additions: Whole | None = None
    deletions: Whole | None = None
    changed_files: Whole | None = None
    author: Actor | None = None
    merged_by: Actor | None = None
    merge_commit: Object | None = None
    milestone: Titled | None = None
    status_check_rollup: Rollup | None = None
    labels: Connection[Named] | None = None
    assignees: Connection[Actor] | None = None
    review_requests: Connection[ReviewRequest] | None = None
    reviews: Connection[Review] | None = None
    review_threads: Connection[ReviewThread] | None = None
    commits: Connection[PullRequestCommit] | None = None
    files: Connection[ChangedFile] | None = field(default_factory=Connection)  #: None where GitHub does not compare
    closing_issues_references: Connection[Place] | None = None
    timeline_items: Connection[Event] | None = None


class Dependencies(Wire):
    """How many issues block this one, done or not."""

    total_blocked_by: Whole = 0


class IssueField(Wire):
    id: str = ""
    name: str = ""


class IssueFieldValue(Wire):
    """The value of one of the organisation's issue fields; which of them is set tells its type."""

    typename: str = field(name="__typename", default="")
    definition: IssueField | None = field(name="field", default=None)
    name: str | None = None
    option_id: str | None = None
    text: str | None = None
    date: str | None = None
    number: float | None = None
    options: object = None

    @property
    def value(self) -> object:
        told = (self.name, self.text, self.date, self.number, self.options)
        return next((value for value in told if value is not None), None)


class Issue(Wire):
    id: str
    number: Whole
    repository: Home
    state: str
    created_at: Instant
    updated_at: Instant
    url: str = ""
    title: str = ""
    body: str | None = None
    closed_at: Instant | None = None
    state_reason: str | None = None
    author: Actor | None = None
    milestone: Titled | None = None
    issue_type: Named | None = None
    parent: Place | None = None
    duplicate_of: Place | None = None
    issue_dependencies_summary: Dependencies | None = None
    labels: Connection[Named] | None = None
    assignees: Connection[Actor] | None = None
    issue_field_values: Connection[IssueFieldValue] | None = None
    blocked_by: Connection[Place] | None = None
    timeline_items: Connection[Event] | None = None


class DeploymentStatus(Wire):
    id: str
    state: str
    created_at: Instant


class Deployment(Wire):
    id: str
    repository: Home
    commit_oid: str
    created_at: Instant
    updated_at: Instant
    state: str | None = None
    environment: str | None = None
    latest_environment: str | None = None
    ref: Named | None = None
    creator: Actor | None = None
    statuses: Connection[DeploymentStatus] | None = None


Item: TypeAlias = PullRequest | Issue | Deployment
