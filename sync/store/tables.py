"""The tables: one for each kind of record, and what the store must remember beside them.

`_us` is UTC epoch microseconds. Tuples are JSON arrays, dates ISO texts. Every fact carries the stamp of the read that
brought it: the greater stamp wins, whatever came first.

- `version_us`: the thing's own `updated_at`, 0 where the source gives none
- `read_us`: the source's clock when it answered
- `digest`: of the content, so that two different answers of one instant are ordered too
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text

from connectors.records import (
    Account,
    Board,
    BoardColumn,
    BoardItem,
    Change,
    ChangedFile,
    Comment,
    Commit,
    Deployment,
    DeploymentStatus,
    Field,
    GitTag,
    ItemType,
    Label,
    Member,
    Milestone,
    Project,
    PullRequest,
    Release,
    RemoteLink,
    Repository,
    RepositoryCommit,
    Review,
    ReviewThread,
    Sprint,
    StatedLink,
    Status,
    Tombstone,
    Version,
    WorkflowRun,
    WorkItem,
    Worklog,
)
from sync.store.columns import columns

METADATA = MetaData()

STAMP = ("version_us", "read_us", "digest")


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _integer(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe_integer(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _records(name: str, record: type[Struct], *, long: bool = False) -> Table:
    """Rows that are known by their `ref`."""
    return _facts(name, *columns(record, keys=1), long=long)


def _children(name: str, record: type[Struct], *, keys: int = 2, long: bool = False) -> Table:
    """Rows that belong to an item, known by its ref and an id or more."""
    return _facts(name, *columns(record, keys=keys), long=long)


def _facts(name: str, *columns: Column[Any], long: bool = False) -> Table:
    return _table(name, *columns, *(_integer(column) for column in STAMP), long=long)


def _table(name: str, *columns: Column[Any], long: bool = False) -> Table:
    # Short rows are clustered by key, one tree to write instead of two; long ones would make that tree deep.
    # https://sqlite.org/withoutrowid.html#when_to_use_without_rowid
    return Table(name, METADATA, *columns, sqlite_with_rowid=long)


ACCOUNTS = _records("accounts", Account)
#: The address that a source last vouched for, under the stamp of the answer that had it: one that is silent of it
#: takes nothing away, in whatever order they come.
EMAILS = _facts("emails", _key("ref"), _text("email"))
MEMBERS = _children("members", Member)

PROJECTS = _records("projects", Project)
REPOSITORIES = _records("repositories", Repository)
STATUSES = _records("statuses", Status)
ITEM_TYPES = _records("item_types", ItemType)
FIELDS = _records("fields", Field)
SPRINTS = _records("sprints", Sprint)
VERSIONS = _records("versions", Version)
MILESTONES = _records("milestones", Milestone)
LABELS = _records("labels", Label)
BOARDS = _records("boards", Board)
BOARD_COLUMNS = _children("board_columns", BoardColumn)

WORK_ITEMS = _records("work_items", WorkItem, long=True)
CHANGES = _children("changes", Change, keys=3)
STATED_LINKS = _children("stated_links", StatedLink)
REMOTE_LINKS = _children("remote_links", RemoteLink)
COMMENTS = _children("comments", Comment)
WORKLOGS = _records("worklogs", Worklog)
BOARD_ITEMS = _records("board_items", BoardItem, long=True)

PULL_REQUESTS = _records("pull_requests", PullRequest, long=True)
REVIEWS = _children("reviews", Review)
REVIEW_THREADS = _children("review_threads", ReviewThread)
COMMITS = _children("commits", Commit, long=True)
REPOSITORY_COMMITS = _records("repository_commits", RepositoryCommit, long=True)
CHANGED_FILES = _children("changed_files", ChangedFile)

DEPLOYMENTS = _records("deployments", Deployment)
DEPLOYMENT_STATUSES = _children("deployment_statuses", DeploymentStatus)
RELEASES = _records("releases", Release)
GIT_TAGS = _records("git_tags", GitTag)
WORKFLOW_RUNS = _records("workflow_runs", WorkflowRun)

#: The last complete read of a set of children, by its stamp.
CHILD_SETS = _facts("child_sets", _key("item_ref"), _key("kind"))

TOMBSTONES = _records("tombstones", Tombstone)

#: What a source showed of a thing that has no history of its own: within a month, the first and the last time that it
#: showed just this. `content` is a JSON object by column of the table that `kind` names.
OBSERVATIONS = _table(
    "observations",
    _key("ref"),
    _key("month"),
    Column("digest", BigInteger, primary_key=True, autoincrement=False),
    _text("kind"),
    _integer("first_us"),
    _integer("last_us"),
    _text("content"),
)

SOURCES = _table("sources", _key("name"), _text("type"), _maybe_integer("complete_us"), _text("gaps"))

WATERMARKS = _table("watermarks", _key("source"), _key("stream"), _text("value"))

CAPABILITIES = _table("capabilities", _key("source"), _key("name"), _text("value"))

LEASES = _table("leases", _key("source"), _text("holder"), _integer("until_us"))

#: Until when nobody may ask who has this credential at this host.
GATES = _table("gates", _key("name"), _key("bucket"), _integer("until_us"))

#: How many things of a kind a source last said that a project or repository has.
COUNTS = _table("counts", _key("source"), _key("scope"), _key("kind"), _integer("total"))

#: When a census was last begun and last came to its end, by how much each scope's count differed from what was held
#: then, and what it could not tell.
CENSUSES = _table(
    "censuses",
    _key("source"),
    _key("kind"),
    _integer("began_us"),
    _maybe_integer("completed_us"),
    _text("differences"),
    _text("gaps"),
)

#: The user's files of each version that a report was made by: by path, as a JSON object.
MAPS = _table("maps", _key("digest"), _integer("used_us"), _text("content"), long=True)

#: Each published report as it was then, its JSON compressed; never altered.
REPORTS = _table(
    "reports",
    _key("digest"),
    _text("period"),
    _integer("as_of_us"),
    _integer("published_us"),
    Column("content", LargeBinary, nullable=False),
    long=True,
)

#: What was sent to whom: under which id the channel knows it, of which content, and why the last try failed. `reader`
#: tells a place where people read, whatever the configuration calls the channel.
MESSAGES = _table(
    "messages",
    _key("reader"),
    _key("subject"),
    _text("remote"),
    _text("digest"),
    _maybe_integer("sent_us"),
    _text("error"),
)

#: Who is held and was not called, and was not to be seen when asked after: since when, and when last.
MISSING = _table("missing", _key("ref"), _text("source"), _integer("first_us"), _integer("last_us"))

#: Every delivery that was answered with 202: `waiting` until what it tells of is applied, then `done`; `quarantined`
#: where that failed by the delivery's own fault. The body stays where only it tells something, else it goes when done.
DELIVERIES = _table(
    "deliveries",
    _key("source"),
    _key("id"),
    _text("event"),
    _text("state"),
    _integer("received_us"),
    _maybe_integer("done_us"),
    _integer("attempts"),
    Column("cause", Text),
    _text("headers"),
    Column("body", LargeBinary, nullable=False),
    long=True,
)
Index("deliveries_by_state", DELIVERIES.c.state, DELIVERIES.c.source, DELIVERIES.c.received_us)

#: By source that is to have webhooks: when a delivery last came, and since when polls find what none announced.
WEBHOOKS = _table("webhooks", _key("source"), _maybe_integer("last_us"), _maybe_integer("silent_us"))

#: When a job that is done by schedule was last begun.
SCHEDULES = _table("schedules", _key("job"), _integer("began_us"))

#: Who decided what, and when: rows are added and never touched again, which the database itself sees to.
TRAIL = _table(
    "trail",
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _integer("at_us"),
    _text("who"),
    _text("deed"),
    _text("subject"),
    _text("detail"),
    long=True,
)

#: Digests of what tells a person who asked to be erased: refs, addresses, names. What comes with one of them is struck.
ERASURES = _table("erasures", _key("digest"), _integer("at_us"))

#: Findings that somebody accepted for now, beside those in the file; of two of one finding the later counts.
ACKNOWLEDGEMENTS = _table(
    "acknowledgements",
    _key("finding"),
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
    _text("reason"),
    _text("role"),
    _text("first_on"),
    _text("last_on"),
    _text("severity"),
)

#: Readings of measures that somebody posted, beside those in the file; of a day the last one posted.
READINGS = _table(
    "readings",
    _key("objective"),
    _key("measure"),
    _key("read_on"),
    Column("value", Double, nullable=False),
    _integer("at_us"),
)

#: What was asked for and takes longer than a request may: `waiting`, `underway` until `until_us`, `done` or `failed`.
#: The key is a digest of all that it is made of; `result` names what came of it.
RECKONINGS = _table(
    "reckonings",
    _key("key"),
    _text("kind"),
    _text("arguments"),
    _text("state"),
    _integer("asked_us"),
    _maybe_integer("until_us"),
    Column("result", Text),
    _text("cause"),
    Column("content", LargeBinary, nullable=False),
    long=True,
)

#: How many requests a source still bore when it was last asked, by what it counts.
QUOTAS = _table("quotas", _key("source"), _key("bucket"), _integer("remaining"), _integer("at_us"))
