"""What the row of a pull request says (metrics.md §2.1–2.4)."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.sync.reconcile.pulls import Story, account, hours, rows_of

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
