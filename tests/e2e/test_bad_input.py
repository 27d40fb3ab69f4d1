"""Whatever the user gets wrong: one sentence that names the place, the right exit code, and a store as it was."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

import pytest

from sync.work.embedded import opened
from tests.clocks import FakeClock
from tests.stage import AS_OF, Place
from tests.stores import new_store


def edited(name: str, old: str, new: str) -> Callable[[Place], None]:
    def edit(place: Place) -> None:
        path = place.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return edit


def without(variable: str) -> Callable[[Place], None]:
    return lambda place: place.environment.__delitem__(variable)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            edited("fingerpost.yaml", "zone:", "zones:"),
            "fingerpost.yaml:2:1: unknown key 'zones'; did you mean 'zone'?",
        ),
        (edited("fingerpost.yaml", "Europe/Berlin", "Europe/Atlantis"), "fingerpost.yaml:2:7: "),
        (edited("fingerpost.yaml", "${JIRA_TOKEN}", "abc"), "fingerpost.yaml:9:12: a secret never stands in a file"),
        (without("JIRA_TOKEN"), "fingerpost.yaml:9:12: JIRA_TOKEN is not set in the environment"),
        (edited("fingerpost.yaml", "people.yaml", "nobody.yaml"), "fingerpost.yaml:3:9: nobody.yaml cannot be read"),
        (edited("strategy.yaml", "parent: growth", "parent: checkout"), "strategy.yaml:"),
        (edited("mappings.yaml", "objective: search", "objective: serch"), "did you mean 'search'?"),
        (
            edited("mappings.yaml", "when: {labels: [goal-search]}", "when: {label: [goal-search]}"),
            "unknown key 'label'",
        ),
        (edited("mappings.yaml", "objective: search", "objective: [search"), "mappings.yaml:"),
    ],
)
def test_a_mistake_in_a_file_is_shown_with_its_place(place: Place, spoil: Callable[[Place], None], said: str) -> None:
    spoil(place)
    done = place.fingerpost("run")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (place.folder / "fingerpost.db").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "yesterday"), "'yesterday' is no instant; write 2026-11-20T18:00Z"),
        (("--as-of", "2026-11-20T18:00"), "'2026-11-20T18:00' names no zone"),
        (("--as-of", "0001-01-01T00:00+14:00"), "is no instant"),
        (("--period", "2026-W99"), "'2026-W99' is no period"),
    ],
)
def test_an_option_that_says_nothing_is_refused_before_any_work(
    place: Place, arguments: tuple[str, str], said: str
) -> None:
    done = place.fingerpost("run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (place.folder / "fingerpost.db").exists()


def test_a_configuration_that_is_not_there(place: Place) -> None:
    done = place.fingerpost("run", "--config", "elsewhere.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith("elsewhere.yaml")


def test_a_source_that_cannot_be_read_leaves_the_others_whole(place: Place) -> None:
    edited("fingerpost.yaml", '"acme-shops/*"', "acme-shops/no-such")(place)
    done = place.fingerpost("sync")
    assert done.returncode == 3
    assert "acme-shops/no-such" in done.stderr
    assert "Traceback" not in done.stderr
    assert place.facts()["work_items"]


def test_what_could_be_read_is_reported(place: Place) -> None:
    edited("fingerpost.yaml", "LAB,", "NOPE,")(place)
    done = place.fingerpost("run", "--as-of", AS_OF)
    assert (done.returncode, "NOPE" in done.stderr, "Traceback" in done.stderr) == (3, True, False)
    report = json.loads((place.folder / "reports" / "latest.json").read_text())
    assert report["masthead"]["verdict"] == "incomplete"
    assert any(line["seen"] for line in report["balance"])


def test_a_host_that_cannot_be_reached_leaves_the_others_whole(place: Place) -> None:
    """By a clock of ours, for it is asked again for a minute."""
    place.environment["JIRA_URL"] = "http://127.0.0.1:9"
    clock = FakeClock(datetime.fromisoformat(AS_OF))
    file, environment = place.folder / "fingerpost.yaml", place.environment
    with opened(file, environment=environment, clock=clock, verbose=False) as work, work.reading() as reading:
        passes = reading.sync()
    assert {done.source: done.verdict for done in passes} == {"jira": "failed", "github": "complete"}
    assert "127.0.0.1:9 cannot be reached" in str(passes[0])
    assert sum(clock.slept) >= 60
    assert place.facts()["pull_requests"]


def test_a_refused_token(place: Place) -> None:
    stage_token = "expired-secret"
    place.environment["GITHUB_TOKEN"] = stage_token
    done = place.fingerpost("sync")
    assert stage_token not in done.stderr + done.stdout


def test_a_store_that_is_no_database(place: Place) -> None:
    (place.folder / "fingerpost.db").write_text("a letter to a friend, and no database " * 50)
    before = (place.folder / "fingerpost.db").read_bytes()
    done = place.fingerpost("run")
    assert done.returncode == 2
    assert "fingerpost.db" in done.stderr
    assert (place.folder / "fingerpost.db").read_bytes() == before


def test_a_store_of_a_newer_fingerpost(place: Place) -> None:
    new_store(place.folder, "fingerpost.db").dispose()
    with sqlite3.connect(place.folder / "fingerpost.db") as connection:
        connection.execute("UPDATE fingerpost_version SET version_num = 'from_the_future'")
    connection.close()
    done = place.fingerpost("run")
    assert done.returncode == 2
    assert "newer" in done.stderr
