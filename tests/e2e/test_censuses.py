"""Censuses as the user meets them: by their own command, and taken when they are due."""

import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.twin import github_edits as edits
from connectors.twin.company import company
from connectors.twin.seen import Request
from sync.cli.terminal import SystemClock
from sync.passes import Pass
from sync.work.embedded import opened
from tests.stage import Place, Stage, furnished, staged

YEAR_US = 365 * 86_400_000_000


def age(place: Place) -> None:
    """Lets the last censuses have been taken a year ago."""
    older = f"UPDATE censuses SET began_us = began_us - {YEAR_US}, completed_us = completed_us - {YEAR_US}"
    with closing(sqlite3.connect(place.folder / "fingerpost.db")) as connection, connection:
        connection.execute(older)


def due(place: Place) -> list[Pass]:
    """The censuses whose time has come by now; they are taken."""
    file, environment = place.folder / "fingerpost.yaml", place.environment
    with opened(file, environment=environment, clock=SystemClock(), verbose=False) as work, work.reading() as reading:
        return reading.census()


def buried(place: Place) -> set[str]:
    """The refs of all that is gone."""
    with closing(sqlite3.connect(place.folder / "fingerpost.db")) as connection:
        return {ref for (ref,) in connection.execute("SELECT ref FROM tombstones")}


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


def test_a_first_pass_stands_for_a_census_until_the_next_one_is_due(read_place: Place) -> None:
    assert due(read_place) == []
    age(read_place)
    assert [done.verdict for done in due(read_place)] == ["complete"] * 4
    assert due(read_place) == []


def test_a_rehearsal_of_writing_back_prints_the_plan_and_writes_nothing(read_place: Place, stage: Stage) -> None:
    path = read_place.folder / "fingerpost.yaml"
    path.write_text(path.read_text() + "    write_back: {label_prefix: objective/}\n")
    asked = len(stage.github.requests)
    done = read_place.fingerpost("write-back", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "add objective/checkout" in done.stdout
    assert all(is_read(request) for request in stage.github.requests.seen[asked:])


def is_read(request: Request) -> bool:
    return request.method == "GET" or b"mutation" not in request.body
