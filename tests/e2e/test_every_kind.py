"""Every kind of record goes the whole way: from a source over the store to a file of the export."""

import json
from datetime import timedelta
from pathlib import Path

from connectors.twin import github_edits as edits
from connectors.twin.company import Company, company
from connectors.twin.jira_beside import link_page, log_work
from sync.store.rows import CHILDREN, TABLES
from tests.stage import AS_OF, furnished, staged


def beside(made: Company) -> None:
    """Adds what the company's story has none of: time that was entered, and a link to a page outside."""
    site, at = made.jira, made.jira.now() - timedelta(hours=1)
    author, key = next(iter(site.users)), next(iter(site.issues.values())).key
    log_work(site, key, at=at, author=author, spent_s=3_600)
    link_page(site, key, at=at, author=author, url="https://wiki.example.com/notes", title="Notes")


def test_every_kind_of_record_is_read_stored_and_exported(tmp_path: Path) -> None:
    made = company(seed=4, size=60)
    beside(made)
    with staged(made) as stage:
        place = furnished(tmp_path, stage)
        assert place.fingerpost("sync").returncode == 0
        edits.delete(made.github, next(issue for each in made.github.repositories for issue in each["issues"]))
        done = place.fingerpost("census")
        assert done.returncode == 0, done.stderr
        files = place.exported("--as-of", AS_OF)
    kinds = {table.name for table in (*TABLES.values(), *CHILDREN.values())}
    rows = {kind: [json.loads(line) for line in files[f"{kind}.jsonl"].splitlines()] for kind in sorted(kinds)}
    assert [kind for kind, found in rows.items() if not found] == []
