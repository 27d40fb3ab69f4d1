"""Snapshot tables from a few plain rows, so that a test says only what it is about."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sync.snapshot import SCHEMAS

Row = Mapping[str, Any]

CREATED_AT = datetime(2026, 1, 1, tzinfo=UTC)  #: of every work item and pull request that does not say


def tables(**rows: list[dict[str, Any]]) -> dict[str, ir.Table]:
    """Every table of the snapshot: the rows given, null where a row is silent, and empty where no row is given.

    A `key` is enough for an item: `PAY-12` is an issue of the Jira project PAY, `acme/shop#7` one of that repository;
    its ref is `ref_of` its key. A `_us` column takes an aware datetime or ISO text too.
    """
    unknown = rows.keys() - SCHEMAS.keys()
    if unknown:
        raise KeyError(f"no such snapshot table: {', '.join(sorted(unknown))}")
    return {name: table(SCHEMAS[name], [_complete(name, row) for row in rows.get(name, [])]) for name in SCHEMAS}


def table(schema: Mapping[str, str], rows: list[Row]) -> ir.Table:
    """An Ibis table of exactly this schema; KeyError where a row has a column that the schema lacks."""
    for row in rows:
        if unknown := row.keys() - schema.keys():
            raise KeyError(f"no such column: {', '.join(sorted(unknown))}")
    arrow = ibis.schema(dict(schema)).to_pyarrow()
    columns = [pa.array([row.get(field.name) for row in rows], type=field.type) for field in arrow]
    return ibis.memtable(pa.Table.from_arrays(columns, schema=arrow))


def ref_of(key: str, *, kind: str = "work_item") -> str:
    """The ref that `tables` gives the thing with this key: `owner/name#7` may be a work item or a pull request."""
    return f"{_source_of(key)}:{kind}:{key}"


def micros(instant: datetime | str) -> int:
    """UTC epoch microseconds of an aware datetime, or of ISO text with its offset or `Z`."""
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    if at.tzinfo is None:
        raise ValueError(f"{instant} has no offset")
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _complete(name: str, row: Row) -> Row:
    stated = {column: _stated(column, value) for column, value in row.items()}
    return {**DEFAULTS.get(name, lambda _: {})(stated), **stated}


def _stated(column: str, value: Any) -> Any:
    return micros(value) if column.endswith("_us") and isinstance(value, datetime | str) else value


def _source_of(key: str) -> str:
    return "github" if "#" in key else "jira"


def _work_item(row: Row) -> dict[str, Any]:
    key = row["key"]
    place = {"repository": key.split("#")[0]} if "#" in key else {"project": key.rsplit("-", 1)[0]}
    lists = {name: [] for name in ("labels", "components", "fix_versions", "sprints", "assignees")}
    created_us = row.get("created_us", micros(CREATED_AT))
    instants = {"created_us": created_us, "updated_us": created_us}
    words = {"title": "", "flagged": False, "has_history": True}
    known = {"ref": ref_of(key), "source": _source_of(key), "url": f"https://example.test/{key}"}
    return {**known, **place, **lists, **instants, **words}


def _pull_request(row: Row) -> dict[str, Any]:
    key = row["key"]
    repository, number = key.split("#")
    place = {"source": "github", "repository": repository, "number": int(number), "url": f"https://example.test/{key}"}
    created_us = row.get("created_us", micros(CREATED_AT))
    instants = {"created_us": created_us, "updated_us": created_us}
    words = {"title": "", "labels": [], "draft": False, "state": "merged" if row.get("merged_us") else "open"}
    return {"ref": ref_of(key, kind="pull_request"), **place, **instants, **words}


def _project(row: Row) -> dict[str, Any]:
    return {"ref": f"jira:project:{row['key']}", "source": "jira", "name": row["key"]}


def _repository(row: Row) -> dict[str, Any]:
    return {"ref": f"github:repository:{row['name']}", "source": "github", "archived": False, "private": False}


def _status(row: Row) -> dict[str, Any]:
    return {"ref": f"jira:status:{row['id']}", "source": "jira", "name": row["id"]}


def _field(row: Row) -> dict[str, Any]:
    return {"ref": f"jira:field:{row['id']}", "source": "jira", "name": row["id"], "type": "string"}


def _account(row: Row) -> dict[str, Any]:
    return {"source": row["ref"].split(":")[0], "name": row["ref"].split(":")[-1], "kind": "person"}


DEFAULTS = {
    "work_items": _work_item,
    "pull_requests": _pull_request,
    "projects": _project,
    "repositories": _repository,
    "statuses": _status,
    "fields": _field,
    "accounts": _account,
}
