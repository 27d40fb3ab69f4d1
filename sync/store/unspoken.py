"""What an export leaves out of confidential projects and repositories: the words that people wrote there."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from sync.store.facts import PREFIX

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

_ITEMS = (
    f"SELECT ref FROM {PREFIX}work_items WHERE project IN $places OR repository IN $places "  # noqa: S608 - all is ours
    f"UNION ALL SELECT ref FROM {PREFIX}pull_requests WHERE repository IN $places"
)
#: Table → what is set, and where.
_STRUCK = {
    "commits": ("message = ''", f"item_ref IN ({_ITEMS})"),
    "changes": ("from_text = NULL, to_text = NULL", f"field = 'title' AND item_ref IN ({_ITEMS})"),
    "remote_links": ("title = ''", f"item_ref IN ({_ITEMS})"),
    "board_items": ("title = NULL", f"item_ref IN ({_ITEMS})"),
    "repository_commits": ("message = ''", "repository IN $places"),
    "milestones": ("title = ''", "repository IN $places"),
    "releases": ("name = NULL", "repository IN $places"),
    "pull_requests": ("title = '', body = NULL, head = NULL", "repository IN $places"),
    "work_items": ("title = '', body = NULL, fields = NULL", "project IN $places OR repository IN $places"),
}


def strike(duckdb: "Backend", places: Collection[str]) -> None:
    """Takes these words out of the facts that this database holds."""
    for table, (changes, where) in _STRUCK.items() if places else ():
        duckdb.con.execute(
            f"UPDATE {PREFIX}{table} SET {changes} WHERE {where}",  # noqa: S608 - every part is ours
            {"places": sorted(places)},
        )
