"""What Jira answers beside issues: boards, sprints, versions, worklogs, links to pages outside, development panels."""

from connectors.jira.wire import Account, Id, Linked, Said, Wire


class Location(Wire):
    project_key: str | None = None


class Board(Wire):
    id: Id
    name: Said = None
    type: str | None = None
    location: Location | None = None


class Column(Wire):
    """A column of a board, from the left."""

    name: Said = None
    statuses: list[Linked] | None = None


class ColumnConfig(Wire):
    columns: list[Column] | None = None


class EstimationField(Wire):
    field_id: str | None = None


class Estimation(Wire):
    """What a board estimates by: `type` is `field`, `issueCount` or `none`."""

    type: str | None = None
    field: EstimationField | None = None


class BoardConfiguration(Wire):
    column_config: ColumnConfig | None = None
    estimation: Estimation | None = None


class Version(Wire):
    """`user_release_date` is left out: it is text for people (singer-io/tap-jira#87)."""

    id: Id
    name: Said = None
    released: bool | None = None
    archived: bool | None = None
    start_date: str | None = None
    release_date: str | None = None


class Sprint(Wire):
    id: Id
    name: Said = None
    state: str | None = None
    origin_board_id: Id | None = None
    start_date: str | None = None
    end_date: str | None = None
    activated_date: str | None = None
    complete_date: str | None = None


class RemoteObject(Wire):
    url: str | None = None
    title: Said = None


class RemoteLink(Wire):
    id: Id
    relationship: Said = None
    object: RemoteObject | None = None


class PanelPullRequest(Wire):
    id: Said = None
    url: str | None = None


class PanelDetail(Wire):
    pull_requests: list[PanelPullRequest] | None = None


class Panel(Wire):
    """What the development panel tells of one issue."""

    detail: list[PanelDetail] | None = None


class FeedEntry(Wire):
    worklog_id: Id
    updated_time: int


class Feed(Wire):
    """A page of the worklogs that were updated, or deleted, since an instant; `until` is where the next one starts."""

    values: list[FeedEntry]
    until: int | None = None
    last_page: bool | None = None


class Worklog(Wire):
    id: Id
    issue_id: Id
    started: str | int
    created: str | int
    updated: str | int
    author: Account | None = None
    time_spent_seconds: int | float | None = None
