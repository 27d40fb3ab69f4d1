"""Censuses as the user meets them: by their own command, and taken by `run` when they are due."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.twin import github_edits as edits
from connectors.twin.company import company
from tests.stage import AS_OF, Place, furnished, staged

YEAR_US = 365 * 86_400_000_000


def age(place: Place) -> None:
    """Lets the last censuses have been taken a year ago."""
    older = f"UPDATE censuses SET began_us = began_us - {YEAR_US}, completed_us = completed_us - {YEAR_US}"
    with closing(sqlite3.connect(place.folder / "fingerpost.db")) as connection, connection:
        connection.execute(older)


def buried(place: Place) -> set[str]:
    """The refs of all that an export says to be gone."""
    return {json.loads(line)["ref"] for line in place.exported("--as-of", AS_OF)["tombstones.jsonl"].splitlines()}


def test_what_is_deleted_is_gone_after_a_census(tmp_path: Path) -> None:
    with staged(company(seed=4, size=60)) as stage:
        place, host = furnished(tmp_path, stage), stage.company.github
        assert place.fingerpost("sync").returncode == 0
        issue = next(issue for repository in host.repositories for issue in repository["issues"])
        edits.delete(host, issue)
        done = place.fingerpost("census")
        assert done.returncode == 0, done.stderr
        assert "read, 1 gone" in done.stderr
        assert buried(place) == {f"github:issue:{issue['id']}"}


def test_a_first_pass_stands_for_a_census_and_run_takes_those_that_are_due(place: Place) -> None:
    first = place.fingerpost("run", "--as-of", AS_OF)
    assert first.returncode == 0, first.stderr
    age(place)
    second, third = place.fingerpost("run", "--as-of", AS_OF), place.fingerpost("run", "--as-of", AS_OF)
    assert second.returncode == 0, second.stderr
    assert [done.stderr.count("complete, census of") for done in (first, second, third)] == [0, 4, 0]


def test_a_rehearsal_of_writing_back_prints_the_plan(place: Place) -> None:
    path = place.folder / "fingerpost.yaml"
    path.write_text(path.read_text() + "    write_back: {label_prefix: objective/}\n")
    assert place.fingerpost("sync").returncode == 0
    done = place.fingerpost("write-back", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "add objective/checkout" in done.stdout
    assert place.fingerpost("write-back", "--dry-run").stdout == done.stdout
