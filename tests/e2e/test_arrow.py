"""Real records: Apache Arrow's Jira project and repository, served by the twin and read over HTTP.

That takes a minute, by `make soak`. `make test` reads a year of the issues over HTTP (`test_jira_real_records.py`), and
reconciles all records without it (`test_reconcile_arrow.py`).
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.twin.dumps import arrow_jira
from connectors.twin.github import github_app
from connectors.twin.github_dumps import arrow_github
from connectors.twin.jira import jira_app
from connectors.twin.serve import serving
from tests.shared import shared
from tests.stage import Place

pytestmark = [pytest.mark.real_data, pytest.mark.soak]

EXAMPLE = Path(__file__).parents[2] / "examples" / "arrow"
READ_AT = datetime(2023, 2, 1, tzinfo=UTC)  # after the newest record of both dumps
AS_OF, PERIOD = "2023-02-01T00:00:00Z", "2022-10"


@pytest.fixture(scope="module")
def arrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The example, after one `fingerpost run`."""
    folder = tmp_path_factory.mktemp("arrow")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    jira, github = arrow_jira(shared("data/arrow")), arrow_github(shared("data/arrow"))
    jira.now = github.now = lambda: READ_AT
    with serving({"jira": jira_app(jira), "github": github_app(github)}) as urls:
        environment = {"ARROW_JIRA_URL": urls["jira"], "ARROW_GITHUB_URL": urls["github"]}
        secrets = {"ARROW_JIRA_TOKEN": "a", "ARROW_GITHUB_TOKEN": "b"}
        place = Place(folder, environment | secrets)
        done = place.fingerpost("run", "--as-of", AS_OF, "--period", PERIOD)
        assert done.returncode == 0, done.stderr
        yield place


@pytest.fixture(scope="module")
def report(arrow: Place) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((arrow.folder / "reports" / "latest.json").read_text())
    return told


def test_every_issue_and_every_pull_request_is_accounted_for(report: dict[str, Any]) -> None:
    lines = {line["kind"]: line for line in report["balance"]}
    assert (lines["work_item"]["seen"], lines["pull_request"]["seen"]) == (10_891, 5_565)
    for line in lines.values():
        assert line["seen"] == sum(line[outcome] for outcome in ("tagged", "exempt", "untagged", "unknown"))


def test_rules_account_for_nearly_all_issues_and_take_no_rest(report: dict[str, Any]) -> None:
    line = next(line for line in report["balance"] if line["kind"] == "work_item")
    assert 0 < line["untagged"] < 0.05 * line["seen"]


def test_pull_requests_are_told_apart_by_what_they_name(report: dict[str, Any]) -> None:
    counts = {line["id"]: line["count"] for line in report["links"]}
    titles = {line["id"]: line["title"] for line in report["links"]}
    assert sum(counts.values()) == 5_565
    assert counts["resolved"] == pytest.approx(4_442, abs=10)  # by the title alone 4,442; branches and texts add a few
    assert "PARQUET 31" in titles["unread_project"]
    assert counts["unread_project"] == 30  # one of the 31 names an ARROW item by its branch
    # 337 have no key in the title; three of them have one in the branch, and bots have a line of their own.
    assert counts["no_key_merged"] == pytest.approx(337, abs=10)


def test_what_the_data_lack_is_said_and_not_guessed(report: dict[str, Any]) -> None:
    assert any("5,565 pull requests" in note for note in report["notes"])
    cycle = next(figure for figure in report["delivery"] if figure["id"] == "cycle_time_p50")
    assert (cycle["value"], cycle["n"]) == (None, 0)
    lead = next(figure for figure in report["delivery"] if figure["id"] == "lead_time_p50")
    assert lead["value"] > 0


def test_the_closed_objective_still_gets_work(report: dict[str, Any]) -> None:
    assert any(finding["kind"] == "M03" for finding in report["findings"])


def test_twice_is_the_same(arrow: Place) -> None:
    again = arrow.fingerpost("report", "--format", "html", "--as-of", AS_OF, "--period", PERIOD)
    assert again.stdout.removesuffix("\n") == (arrow.folder / "reports" / "latest.html").read_text()
