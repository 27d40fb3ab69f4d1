"""What counts as a deployment: the first rung of the ladder that has data, and each deployment once."""

from typing import Any

import pytest

from mappings.deployments import SERVICE_DEPLOYMENTS, other_environments, service_deployments
from mappings.rules import Service
from tests.builders import micros, tables

SHOP = Service(id="shop", repositories=("acme/shop",))
HOUR_US = 3_600_000_000
REPOSITORIES = [{"name": "acme/shop", "default_branch": "main"}, {"name": "acme/pay", "default_branch": "main"}]


def at(clock: str) -> str:
    return f"2026-03-02T{clock}:00Z"


def minute(clock: str) -> int:
    return micros(at(clock))


def deployment(sha: str, clock: str | None, environment: str = "production", **row: Any) -> dict[str, Any]:
    """One that succeeded at that time of the day, or never."""
    told = {"ref": f"d:{sha}@{clock}", "repository": "acme/shop", "environment": environment, "sha": sha}
    return told | {"succeeded_us": at(clock) if clock else None} | row


def run(number: int, clock: str, *, attempt: int = 1, conclusion: str | None = "success", **row: Any) -> dict[str, Any]:
    told = {"ref": f"r:{number}/{attempt}", "repository": "acme/shop", "run": str(number), "attempt": attempt}
    place = {"workflow": "deploy", "path": ".github/workflows/deploy.yml", "branch": "main", "sha": f"sha{number}"}
    return told | place | {"conclusion": conclusion, "updated_us": at(clock)} | row


def release(name: str, clock: str | None, **row: Any) -> dict[str, Any]:
    told = {"ref": f"l:{name}", "repository": "acme/shop", "tag": name, "sha": f"of {name}"}
    return told | {"draft": False, "prerelease": False, "published_us": at(clock) if clock else None} | row


def git_tag(name: str, clock: str | None, *, committed: str | None = None) -> dict[str, Any]:
    dates = {"tagged_us": at(clock) if clock else None, "committed_us": at(committed) if committed else None}
    return {"ref": f"t:{name}", "repository": "acme/shop", "name": name, "sha": f"of {name}", **dates}


def merge(number: int, clock: str | None, *, base: str = "main") -> dict[str, Any]:
    merged = {"merged_us": at(clock), "merge_sha": f"sha{number}"} if clock else {}
    return {"key": f"acme/shop#{number}", "base": base, **merged}


def counted(
    service: Service = SHOP, *, same_within_us: int = HOUR_US, **rows: list[dict[str, Any]]
) -> list[tuple[str, str]]:
    """The rung and the ref of each."""
    held = tables(**{"repositories": REPOSITORIES, **rows})
    found = service_deployments(held, [service], same_within_us=same_within_us).to_pyarrow().to_pylist()
    return [(row["rung"], row["ref"]) for row in found]


def refs(service: Service = SHOP, **rows: list[dict[str, Any]]) -> list[str]:
    return [ref for _, ref in counted(service, **rows)]


EVERY_RUNG = {
    "deployments": [deployment("a", "09:00")],
    "workflow_runs": [run(1, "09:00")],
    "releases": [release("v1", "09:00")],
    "git_tags": [git_tag("v1", "09:00")],
    "pull_requests": [merge(1, "09:00")],
}
WHOLE = Service(id="shop", repositories=("acme/shop",), workflow="deploy", tags="v*")


class TestLadder:
    @pytest.mark.parametrize(
        ("without", "rung"),
        [(0, "deployments"), (1, "workflow_runs"), (2, "releases"), (3, "git_tags"), (4, "merges")],
    )
    def test_the_first_rung_that_has_data_is_the_only_one(self, without: int, rung: str) -> None:
        """metrics.md §3.1: never a union of two, and deployments before runs. # apache/devlake#7435"""
        rows = dict(list(EVERY_RUNG.items())[without:])
        assert [name for name, _ in counted(WHOLE, **rows)] == [rung]

    def test_what_no_rung_knows_stands_nowhere(self) -> None:
        assert counted(WHOLE) == []

    def test_each_service_stands_for_itself(self) -> None:
        pay = Service(id="pay", repositories=("acme/pay",))
        made = [deployment("a", "09:00"), release("v1", "10:00", repository="acme/pay")]
        held = tables(repositories=REPOSITORIES, deployments=made[:1], releases=made[1:])
        rows = service_deployments(held, [SHOP, pay], same_within_us=HOUR_US).to_pyarrow().to_pylist()
        assert [(row["service"], row["rung"]) for row in rows] == [("shop", "deployments"), ("pay", "releases")]

    def test_deployments_that_never_succeeded_are_none(self) -> None:
        rows = {"deployments": [deployment("a", None)], "releases": [release("v1", "09:00")]}
        assert refs(**rows) == ["l:v1"]

    def test_a_row_says_all_that_is_known_of_it(self) -> None:
        held = tables(repositories=REPOSITORIES, deployments=[deployment("a", "09:00", "Production")])
        (row,) = service_deployments(held, [SHOP], same_within_us=HOUR_US).to_pyarrow().to_pylist()
        assert list(row) == list(SERVICE_DEPLOYMENTS)
        assert row["environment"] == "production"
        assert (row["service"], row["repository"], row["finished_us"]) == ("shop", "acme/shop", minute("09:00"))

    def test_names_of_repositories_may_hold_a_star(self) -> None:
        both = Service(id="all", repositories=("acme/*",))
        made = [deployment("a", "09:00"), deployment("b", "10:00", repository="acme/pay")]
        away = deployment("c", "11:00", repository="other/acme")
        assert refs(both, deployments=[*made, away]) == ["d:a@09:00", "d:b@10:00"]


class TestOnce:
    """metrics.md §3.1: duplicates merge to the first finish."""

    def test_the_same_commit_within_the_hour_is_one(self) -> None:
        made = [deployment("a", "09:00"), deployment("a", "10:00"), deployment("a", "10:01")]
        assert refs(deployments=made) == ["d:a@09:00", "d:a@10:01"]
        assert refs(deployments=made, same_within_us=0) == ["d:a@09:00", "d:a@10:00", "d:a@10:01"]

    def test_another_commit_in_between_makes_it_two(self) -> None:
        made = [deployment("a", "09:00"), deployment("b", "09:10"), deployment("a", "09:20")]
        assert refs(deployments=made) == ["d:a@09:00", "d:b@09:10", "d:a@09:20"]

    def test_the_jobs_of_a_matrix_are_one(self) -> None:
        made = [deployment("a", clock, ref=f"job {clock}") for clock in ("09:02", "09:00", "09:01")]
        assert refs(deployments=made) == ["job 09:00"]

    def test_two_repositories_are_two_lines(self) -> None:
        both = Service(id="all", repositories=("acme/*",))
        made = [deployment("a", "09:00"), deployment("a", "09:01", repository="acme/pay")]
        assert len(refs(both, deployments=made)) == 2

    def test_two_environments_that_users_see_are_two_lines(self) -> None:
        made = [deployment("a", "09:00", "prod-eu"), deployment("a", "09:01", "prod-us")]
        assert len(refs(deployments=made)) == 2


class TestEnvironments:
    @pytest.mark.parametrize("name", ["production", "Production", "prod", "PROD-EU", "live", "eu/production"])
    def test_these_are_what_users_see(self, name: str) -> None:
        """github.md §7.7: names are free text, and case says nothing."""
        assert refs(deployments=[deployment("a", "09:00", name)]) == ["d:a@09:00"]

    @pytest.mark.parametrize("name", ["staging", "preview", "reproduction", "delivery", "product-demo"])
    def test_these_are_not(self, name: str) -> None:
        assert refs(deployments=[deployment("a", "09:00", name)]) == []

    def test_those_that_do_not_count_are_listed(self) -> None:
        made = [deployment(name, "09:00", name) for name in ("staging", "production", "qa", "staging")]
        held = tables(repositories=REPOSITORIES, deployments=made)
        assert other_environments(SHOP, held) == ("qa", "staging")

    def test_the_configured_name_counts_and_no_other(self) -> None:
        canary = Service(id="shop", repositories=("acme/shop",), environment="Canary")
        made = [deployment("a", "09:00", "canary"), deployment("b", "10:00", "production")]
        assert refs(canary, deployments=made) == ["d:a@09:00"]

    def test_what_the_source_says_goes_before_the_name(self) -> None:
        made = [
            deployment("a", "09:00", "blue", production=True),
            deployment("b", "10:00", "production", production=False),
        ]
        assert refs(deployments=made) == ["d:a@09:00"]

    def test_what_is_made_to_be_thrown_away_counts_nowhere(self) -> None:
        assert refs(deployments=[deployment("a", "09:00", "prod-pr-7", transient=True)]) == []


class TestWorkflowRuns:
    SERVICE = Service(id="shop", repositories=("acme/shop",), workflow="deploy")

    def test_a_run_that_was_made_again_counts_once_when_it_first_succeeded(self) -> None:
        """github.md §7.6."""
        attempts = [
            run(1, "09:00", conclusion="failure"),
            run(1, "09:30", attempt=2),
            run(1, "11:30", attempt=3),
        ]
        assert refs(self.SERVICE, workflow_runs=attempts) == ["r:1/2"]

    @pytest.mark.parametrize("conclusion", ["failure", "cancelled", "skipped", None])
    def test_a_run_that_did_not_succeed_deploys_nothing(self, conclusion: str | None) -> None:
        assert refs(self.SERVICE, workflow_runs=[run(1, "09:00", conclusion=conclusion)]) == []

    def test_the_branches_of_a_merge_queue_reach_nobody(self) -> None:
        """github.md §7.6."""
        queued = run(1, "09:00", branch="gh-readonly-queue/main/pr-7-abc")
        assert refs(self.SERVICE, workflow_runs=[queued, run(2, "10:00")]) == ["r:2/1"]

    def test_a_workflow_is_meant_by_its_name_or_its_path(self) -> None:
        by_path = Service(id="shop", repositories=("acme/shop",), workflow=".github/workflows/deploy.yml")
        other = run(2, "10:00", workflow="ci", path=".github/workflows/ci.yml")
        for service in (self.SERVICE, by_path):
            assert refs(service, workflow_runs=[run(1, "09:00"), other]) == ["r:1/1"]

    def test_without_a_configured_workflow_no_run_counts(self) -> None:
        assert refs(workflow_runs=[run(1, "09:00")]) == []


class TestReleases:
    def test_drafts_and_trials_are_none(self) -> None:
        made = [
            release("v1", "09:00"),
            release("v2", "10:00", prerelease=True),
            release("v3", None, draft=True),
            release("v4", "11:00", draft=True),
        ]
        assert refs(releases=made) == ["l:v1"]

    def test_one_without_its_tag_yet_is_none(self) -> None:
        assert refs(releases=[release("v1", "09:00", sha=None)]) == []


class TestTags:
    def test_only_those_that_the_pattern_means(self) -> None:
        service = Service(id="shop", repositories=("acme/shop",), tags="v*.?")
        tags = [git_tag(name, "09:00") for name in ("v1.0", "v1.10", "shop-v1.0", "v1x0")]
        assert refs(service, git_tags=tags) == ["t:v1.0"]

    def test_a_plain_tag_is_as_old_as_its_commit(self) -> None:
        service = Service(id="shop", repositories=("acme/shop",), tags="*")
        tags = [git_tag("b", None, committed="09:00"), git_tag("a", "10:00", committed="08:00"), git_tag("c", None)]
        assert refs(service, git_tags=tags) == ["t:b", "t:a"]

    def test_without_a_pattern_no_tag_counts(self) -> None:
        assert refs(git_tags=[git_tag("v1", "09:00")]) == []


class TestMerges:
    def test_those_into_the_default_branch_are_a_proxy(self) -> None:
        pulls = [merge(1, "09:00"), merge(2, "10:00", base="release"), merge(3, None)]
        assert counted(pull_requests=pulls) == [("merges", "github:pull_request:acme/shop#1")]
