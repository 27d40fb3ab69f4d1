"""The facts as known at an instant, as Ibis tables: what mapping, reconciling and reporting are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Table → column → Ibis type. `_us` is UTC epoch microseconds, `_on` an ISO date. Every column may be null but refs.
SCHEMAS: dict[str, dict[str, str]] = {
    "sources": {
        "name": "string",
        "type": "string",
        "complete_us": "int64",  # source's clock when the last pass that came to its end began, or as_of; null before
        "gaps": "array<string>",  # what the last pass missed
    },
    "accounts": {"ref": "string", "source": "string", "name": "string", "kind": "string"},
    "projects": {"ref": "string", "source": "string", "key": "string", "name": "string", "url": "string"},
    "repositories": {
        "ref": "string",
        "source": "string",
        "name": "string",
        "url": "string",
        "default_branch": "string",
        "archived": "boolean",
        "private": "boolean",
    },
    "statuses": {
        "ref": "string",
        "source": "string",
        "id": "string",
        "name": "string",
        "category": "string",
        "project": "string",
    },
    "fields": {"ref": "string", "source": "string", "id": "string", "name": "string", "type": "string"},
    "sprints": {
        "ref": "string",
        "source": "string",
        "id": "string",
        "name": "string",
        "state": "string",
        "board": "string",
        "start_us": "int64",
        "end_us": "int64",
        "activated_us": "int64",
        "completed_us": "int64",
    },
    "work_items": {
        "ref": "string",
        "source": "string",
        "key": "string",
        "url": "string",
        "project": "string",
        "repository": "string",
        "type": "string",
        "level": "int64",
        "title": "string",
        "body": "string",
        "status_id": "string",
        "status": "string",
        "status_category": "string",
        "status_changed_us": "int64",
        "resolution": "string",
        "priority": "string",
        "labels": "array<string>",
        "components": "array<string>",
        "fix_versions": "array<string>",
        "milestone": "string",
        "parent_ref": "string",
        "sprints": "array<string>",
        "points": "float64",
        "flagged": "boolean",
        "team": "string",
        "assignees": "array<string>",
        "author": "string",
        "created_us": "int64",
        "updated_us": "int64",
        "resolved_us": "int64",
        "due_on": "string",
        "fields": "string",  # JSON object by field id; null unless the snapshot was asked for it
        "has_history": "boolean",  # its complete changelog was read
    },
    "changes": {
        "item_ref": "string",
        "id": "string",
        "index": "int64",
        "at_us": "int64",
        "author": "string",
        "field": "string",
        "field_id": "string",
        "from_id": "string",
        "from_text": "string",
        "to_id": "string",
        "to_text": "string",
    },
    "stated_links": {
        "item_ref": "string",
        "id": "string",
        "kind": "string",
        "to_ref": "string",
        "to_key": "string",
    },
    "pull_requests": {
        "ref": "string",
        "source": "string",
        "key": "string",
        "url": "string",
        "repository": "string",
        "number": "int64",
        "title": "string",
        "body": "string",
        "state": "string",
        "draft": "boolean",
        "author": "string",
        "base": "string",
        "head": "string",
        "merge_sha": "string",
        "merged_by": "string",
        "additions": "int64",
        "deletions": "int64",
        "changed_files": "int64",
        "labels": "array<string>",
        "created_us": "int64",
        "updated_us": "int64",
        "closed_us": "int64",
        "merged_us": "int64",
    },
    "reviews": {
        "item_ref": "string",
        "id": "string",
        "author": "string",
        "state": "string",
        "submitted_us": "int64",
        "has_body": "boolean",
        "comments": "int64",
    },
    "commits": {
        "item_ref": "string",
        "sha": "string",
        "author": "string",
        "authored_us": "int64",
        "committed_us": "int64",
        "message": "string",
    },
    "deployments": {
        "ref": "string",
        "source": "string",
        "repository": "string",
        "environment": "string",
        "production": "boolean",
        "sha": "string",
        "git_ref": "string",
        "state": "string",
        "created_us": "int64",
        "updated_us": "int64",
        "succeeded_us": "int64",
    },
}


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Facts as known at `as_of`: items as they stood then, history up to then, nothing after it."""

    as_of: datetime
    digest: str  #: of every fact in it; equal facts, equal digest
    tables: Mapping[str, "ir.Table"]

    def __getitem__(self, name: str) -> "ir.Table":
        return self.tables[name]
