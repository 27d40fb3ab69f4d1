"""What the row of a pull request says (metrics.md §2.1–2.4)."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sync.reconcile.thresholds import PlaceThresholds, Thresholds
from tests.sync.reconcile.pulls import Story, account, at_us, hours, rows_of

CASES = YAML(typ="safe").load(Path(__file__).with_name("pull_requests.yml").read_text(encoding="utf-8"))
ACCOUNTS = [
    *({"ref": account(name)} for name in ("ann", "bob", "cat")),
    {"ref": account("ci"), "name": "ci[bot]"},
    {"ref": account("bors"), "kind": "bot"},
]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    """The row of each case."""
    stories = {case["case"]: Story(number, case["told"]) for number, case in enumerate(CASES, start=1)}
    return rows_of(stories, accounts=ACCOUNTS)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_each_story_has_its_row(case: Row, rows: dict[str, Row]) -> None:
    row = rows[case["case"]]
    assert {name: hours(row[f"{name}_us"]) for name in case.get("hours", {})} == case.get("hours", {})
    assert {name: row[name] for name in case.get("row", {})} == case.get("row", {})


def test_the_phases_add_up(rows: dict[str, Row]) -> None:
    reviewed = [row for row in rows.values() if row["merged_us"] and row["pickup_us"] is not None]
    assert len(reviewed) > 10
    for row in reviewed:
        parts = [row[f"{name}_us"] for name in ("coding", "pickup", "review", "merge_wait")]
        assert min(parts) >= 0
        assert sum(parts) == row["merged_us"] - row["first_commit_us"]


@pytest.fixture(scope="module")
def others() -> dict[str, Row]:
    """A pull request into main, one into a release, one of a repository that nobody told of, and open ones."""
    told = ["05-06T10:00 ann opened", "05-06T12:00 bob approved", "05-06T13:00 ann merged"]
    waiting = ["06-01T10:00 ann opened", "06-02T10:00 bob said", "06-03T10:00 ann committed", "06-10T10:00 ci said"]
    told_of = {"main": told, "release": told, "elsewhere": told, "open": waiting, "undated": told[1:]}
    stories = {name: Story(number, lines) for number, (name, lines) in enumerate(told_of.items(), start=1)}
    stories["release"].pull["base"] = "release/1"
    stories["elsewhere"].pull |= {"base": "trunk", "repository": "acme/new"}
    stories["main"].pull |= {"additions": 900, "deletions": 200}
    stories["open"].pull |= {"additions": 3, "deletions": None}
    files = [("poetry.lock", 800), ("vendor/a/b.go", 60), ("src/vendor.go", 70), ("web/app.min.js", 40)]
    changed = [
        {"item_ref": stories["main"].ref, "id": path, "additions": lines, "deletions": 0} for path, lines in files
    ]
    return rows_of(stories, accounts=ACCOUNTS, changed_files=changed)


def test_pull_requests_into_other_branches_than_the_default_one_are_marked(others: dict[str, Row]) -> None:
    assert [name for name, row in others.items() if row["other_base"]] == ["release"]


def test_what_no_person_wrote_is_no_part_of_the_size(others: dict[str, Row]) -> None:
    assert (others["main"]["size"], others["main"]["band"]) == (900 + 200 - 800 - 60 - 40, "M")
    assert (others["open"]["size"], others["open"]["band"]) == (None, None)


def test_the_last_thing_that_a_person_did_keeps_an_open_one_from_being_stale(others: dict[str, Row]) -> None:
    assert others["open"]["active_us"] == at_us("06-03T10:00")
    assert others["main"]["active_us"] is None


def test_one_whose_opening_nobody_told_has_no_phases_and_is_reviewed_all_the_same(others: dict[str, Row]) -> None:
    row = others["undated"]
    assert (row["undated"], row["ready_us"], row["coding_us"], row["unreviewed"]) == (True, None, None, False)
    assert (row["reviews"], row["self_merged"]) == (1, False)


def test_the_branches_that_count_can_be_named() -> None:
    told = ["05-06T10:00 ann opened"]
    stories = {name: Story(number, told) for number, name in enumerate(("main", "release/1", "try"), start=1)}
    for name, story in stories.items():
        story.pull["base"] = name
    found = rows_of(stories, thresholds=Thresholds(base_branches=("main", "release/*"), generated_paths=()))
    assert [name for name, row in found.items() if row["other_base"]] == ["try"]


def test_a_repository_has_branches_and_generated_files_of_its_own() -> None:
    told = ["05-06T10:00 ann opened"]
    stories = {name: Story(number, told) for number, name in enumerate(("here", "there", "try"), start=1)}
    for name, repository, base in (
        ("here", "acme/shop", "main"),
        ("there", "acme/app", "develop"),
        ("try", "acme/app", "main"),
    ):
        stories[name].pull |= {"repository": repository, "base": base, "additions": 100, "deletions": 0}
    files = [{"item_ref": story.ref, "id": "api.gen.ts", "additions": 40, "deletions": 0} for story in stories.values()]
    own = PlaceThresholds(project="acme/app", base_branches=("develop",), generated_paths=("*.gen.ts",))
    found = rows_of(stories, thresholds=Thresholds(places=(own,)), changed_files=files)
    assert [name for name, row in found.items() if row["other_base"]] == ["try"]
    assert {name: row["size"] for name, row in found.items()} == {"here": 100, "there": 60, "try": 60}
