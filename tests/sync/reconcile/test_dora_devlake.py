"""A real workflow's runs as deployments, their frequency checked by hand (metrics.md §3.1, §3.3)."""

import gzip
import json
from typing import Any

import pytest

from mappings.rules import Service
from sync.reconcile.dora.view import ServiceView
from sync.reconcile.stats import wilson
from tests.shared import shared
from tests.sync.reconcile.ships import figures, view

pytestmark = pytest.mark.real_data

REPOSITORY = "panjf2000/ants"


def run(recorded: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref": f"github:workflow_run:{recorded['id']}",
        "source": "github",
        "repository": REPOSITORY,
        "run": str(recorded["id"]),
        "attempt": recorded["run_attempt"],
        "workflow": recorded["name"],
        "branch": recorded["head_branch"],
        "sha": recorded["head_sha"],
        "state": recorded["status"],
        "conclusion": recorded["conclusion"],
        "updated_us": recorded["updated_at"],
    }


@pytest.fixture(scope="module")
def told() -> ServiceView:
    """Nine weeks of an analysis that runs on Saturdays, and stands in for a deployment here."""
    path = shared("data/devlake-raw") / "github" / "github_api_runs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        recorded = [row["data"] for row in map(json.loads, file)]
    runs = [run(each) for each in recorded if each["event"] == "schedule"]
    service = Service(id="ants", repositories=(REPOSITORY,), workflow="CodeQL")
    return view(service, span="2022-07-04..2022-09-05", as_of="2022-10-01T00:00Z", workflow_runs=runs)


def test_each_successful_run_is_a_deployment_though_the_commit_is_the_same(told: ServiceView) -> None:
    """One sha ran from 07-09 to 08-20, another on 08-27 and 09-03: a week apart, they are nine and not two."""
    assert told.rung == "workflow_runs"
    finished = [f"{each.finished_at:%m-%d}" for each in reversed(told.deployments)]
    assert finished == ["07-09", "07-16", "07-23", "07-30", "08-06", "08-13", "08-20", "08-27", "09-03"]
    assert len({each.sha for each in told.deployments}) == 2


def test_nine_in_63_days_are_one_a_week_on_one_day_each(told: ServiceView) -> None:
    by_id = figures(told)
    assert (by_id["deployments"].value, by_id["deployments_per_week"].value) == (9, 7 * 9 / 63)
    assert (by_id["deploy_days_p50"].value, by_id["deploy_days_p50"].n) == (1, 9)


def test_nothing_speaks_against_them_and_none_goes_back(told: ServiceView) -> None:
    by_id = figures(told)
    assert (by_id["change_fail_rate"].value, by_id["change_fail_rate"].n) == (0, 9)
    assert by_id["change_fail_rate"].high == wilson(0, 9)[1]
    assert by_id["incident_time_p50"].reason == "not_configured"
