"""The tables: one for each kind of record, and what the store must remember beside them.

`_us` is UTC epoch microseconds. Tuples are JSON arrays, dates ISO texts. Every fact carries the stamp of the read that
brought it: the greater stamp wins, whatever came first.

- `version_us`: the thing's own `updated_at`, 0 where the source gives none
- `read_us`: the source's clock when it answered
- `digest`: of the content, so that two different answers of one instant are ordered too
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, MetaData, Table, Text

METADATA = MetaData()

STAMP = ("version_us", "read_us", "digest")


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _maybe_text(name: str) -> Column[str]:
    return Column(name, Text)


def _integer(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe_integer(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _boolean(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _maybe_boolean(name: str) -> Column[bool]:
    return Column(name, Boolean)


def _facts(name: str, *columns: Column[Any], long: bool = False) -> Table:
    return _table(name, *columns, *(_integer(column) for column in STAMP), long=long)


def _table(name: str, *columns: Column[Any], long: bool = False) -> Table:
    # Short rows are clustered by key, one tree to write instead of two; long ones would make that tree deep.
    # https://sqlite.org/withoutrowid.html#when_to_use_without_rowid
    return Table(name, METADATA, *columns, sqlite_with_rowid=long)


ACCOUNTS = _facts("accounts", _key("ref"), _text("source"), _text("name"), _text("kind"))

PROJECTS = _facts("projects", _key("ref"), _text("source"), _text("key"), _text("name"), _text("url"))

REPOSITORIES = _facts(
    "repositories",
    _key("ref"),
    _text("source"),
    _text("name"),
    _text("url"),
    _maybe_text("default_branch"),
    _boolean("archived"),
    _boolean("private"),
)

STATUSES = _facts(
    "statuses",
    _key("ref"),
    _text("source"),
    _text("id"),
    _text("name"),
    _maybe_text("category"),
    _maybe_text("project"),
)

FIELDS = _facts("fields", _key("ref"), _text("source"), _text("id"), _text("name"), _text("type"))

SPRINTS = _facts(
    "sprints",
    _key("ref"),
    _text("source"),
    _text("id"),
    _text("name"),
    _text("state"),
    _maybe_text("board"),
    _maybe_integer("start_us"),
    _maybe_integer("end_us"),
    _maybe_integer("activated_us"),
    _maybe_integer("completed_us"),
)

WORK_ITEMS = _facts(
    "work_items",
    _key("ref"),
    _text("source"),
    _text("key"),
    _text("url"),
    _maybe_text("project"),
    _maybe_text("repository"),
    _maybe_text("type"),
    _maybe_integer("level"),
    _text("title"),
    _maybe_text("body"),
    _maybe_text("status_id"),
    _maybe_text("status"),
    _maybe_text("status_category"),
    _maybe_integer("status_changed_us"),
    _maybe_text("resolution"),
    _maybe_text("priority"),
    _text("labels"),
    _text("components"),
    _text("fix_versions"),
    _maybe_text("milestone"),
    _maybe_text("parent_ref"),
    _text("sprints"),
    Column("points", Double),
    _boolean("flagged"),
    _maybe_text("team"),
    _text("assignees"),
    _maybe_text("author"),
    _integer("created_us"),
    _integer("updated_us"),
    _maybe_integer("resolved_us"),
    _maybe_text("due_on"),
    _text("fields"),
    long=True,
)

PULL_REQUESTS = _facts(
    "pull_requests",
    _key("ref"),
    _text("source"),
    _text("key"),
    _text("url"),
    _text("repository"),
    _integer("number"),
    _text("title"),
    _maybe_text("body"),
    _text("state"),
    _boolean("draft"),
    _maybe_text("author"),
    _maybe_text("base"),
    _maybe_text("head"),
    _maybe_text("merge_sha"),
    _maybe_text("merged_by"),
    _maybe_integer("additions"),
    _maybe_integer("deletions"),
    _maybe_integer("changed_files"),
    _text("labels"),
    _maybe_integer("created_us"),
    _integer("updated_us"),
    _maybe_integer("closed_us"),
    _maybe_integer("merged_us"),
    long=True,
)

DEPLOYMENTS = _facts(
    "deployments",
    _key("ref"),
    _text("source"),
    _text("repository"),
    _text("environment"),
    _maybe_boolean("production"),
    _text("sha"),
    _maybe_text("git_ref"),
    _text("state"),
    _integer("created_us"),
    _integer("updated_us"),
    _maybe_integer("succeeded_us"),
)

CHANGES = _facts(
    "changes",
    _key("item_ref"),
    _key("id"),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    _integer("at_us"),
    _maybe_text("author"),
    _text("field"),
    _maybe_text("field_id"),
    _maybe_text("from_id"),
    _maybe_text("from_text"),
    _maybe_text("to_id"),
    _maybe_text("to_text"),
)

STATED_LINKS = _facts(
    "stated_links",
    _key("item_ref"),
    _key("id"),
    _text("kind"),
    _maybe_text("to_ref"),
    _maybe_text("to_key"),
)

REVIEWS = _facts(
    "reviews",
    _key("item_ref"),
    _key("id"),
    _maybe_text("author"),
    _text("state"),
    _integer("submitted_us"),
    _boolean("has_body"),
    _maybe_integer("comments"),
)

COMMITS = _facts(
    "commits",
    _key("item_ref"),
    _key("sha"),
    _maybe_text("author"),
    _integer("authored_us"),
    _integer("committed_us"),
    _text("message"),
    long=True,
)

#: The last complete read of a set of children, by its stamp.
CHILD_SETS = _facts("child_sets", _key("item_ref"), _key("kind"))

TOMBSTONES = _facts("tombstones", _key("ref"), _integer("at_us"), _text("reason"), _text("evidence"))

SOURCES = _table("sources", _key("name"), _text("type"), _maybe_integer("complete_us"), _text("gaps"))

WATERMARKS = _table("watermarks", _key("source"), _key("stream"), _text("value"))

CAPABILITIES = _table("capabilities", _key("source"), _key("name"), _text("value"))

LEASES = _table("leases", _key("source"), _text("holder"), _integer("until_us"))
