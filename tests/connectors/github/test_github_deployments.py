"""Deployments: when each first succeeded, whatever came after, and statuses that come late."""

from datetime import timedelta
from typing import Any

from connectors.github.deployments import WATCHED_FOR, Watch
from connectors.records import ChildSet, Deployment, DeploymentStatus
from connectors.twin.github_state import GitHubHost, written
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import NOW, deployment, host_of, poll_of, read, repository, staged

HOUR_S = 3600.0


def ago(days: float) -> str:
    return written(NOW - timedelta(days=days))


def recent(number: int, *states: str, days: float, **fields: Any) -> dict[str, Any]:
    """A deployment of that many days ago, with a status each hour after."""
    told = deployment(number, *states, createdAt=ago(days), updatedAt=ago(days))
    for hour, status in enumerate(told["statuses"], start=1):
        status["createdAt"] = ago(days - hour / 24)
    return told | fields


def tell(github: GitHubHost, number: int, state: str, *, days: float, quietly: bool = False) -> None:
    """Gives the deployment one more status; `quietly`: without touching it."""
    found = github.by_id[f"DE_{number}"]
    found["statuses"].append({"id": f"DS_{number}_{state}", "state": state, "createdAt": ago(days)})
    found |= {"state": state} if quietly else {"state": state, "updatedAt": ago(days)}
    github.changed(found)


def told(stored: Stored, number: int) -> Deployment:
    found = stored.records[f"github:deployment:DE_{number}"]
    assert isinstance(found, Deployment)
    return found


def statuses(stored: Stored, number: int) -> ChildSet:
    return stored.children[f"github:deployment:DE_{number}", "deployment_statuses"]


def polled_again(stage: Stage, stored: Stored, *, after_s: float) -> int:
    """How many requests another poll takes."""
    stage.clock.wind(after_s)
    asked = len(stage.requests)
    read(stage, stored)
    return len(stage.requests) - asked


def test_it_succeeded_when_it_first_did_though_it_is_inactive_now() -> None:
    """github.md §5, row 7: neither its last update nor `inactive` says when it was done. Row 8: no workflow made it.
    # apache/devlake#8302, #8654, #7435
    """
    with staged(host_of(repository(deployments=[recent(1, "IN_PROGRESS", "SUCCESS", "INACTIVE", days=9)]))) as stage:
        stored = poll_of(stage)
    assert told(stored, 1).state == "inactive"
    assert told(stored, 1).succeeded_at == NOW - timedelta(days=9) + timedelta(hours=2)
    assert told(stored, 1).author == "github:account:U_dev"
    rows = [row for row in statuses(stored, 1).rows if isinstance(row, DeploymentStatus)]
    assert [row.state for row in sorted(rows, key=lambda row: row.at)] == ["in_progress", "success", "inactive"]
    assert statuses(stored, 1).complete


def test_all_statuses_are_read_and_the_first_success_is_among_them() -> None:
    """github.md §5, row 4."""
    states = [*["PENDING"] * 130, "SUCCESS", *["INACTIVE"] * 3]
    with staged(host_of(repository(deployments=[recent(1, *states, days=9)]))) as stage:
        stored = poll_of(stage)
    assert len(statuses(stored, 1).rows) == 134
    assert told(stored, 1).succeeded_at == NOW - timedelta(days=9) + timedelta(hours=131)


def test_a_late_status_of_a_recent_one_is_seen_at_once() -> None:
    github = host_of(repository(deployments=[recent(n, "FAILURE", days=20 - n) for n in range(1, 11)]))
    with staged(github) as stage:
        stored = poll_of(stage)
        tell(github, 4, "SUCCESS", days=0)
        polled_again(stage, stored, after_s=60)
    assert told(stored, 4).succeeded_at == NOW
    assert told(stored, 4).state == "success"


def test_a_late_status_of_an_old_one_is_seen_within_the_hour() -> None:
    """github.md §1a: what has not ended is watched by its id, far beyond the newest 30."""
    waiting = recent(1, "WAITING", days=25)
    github = host_of(
        repository(deployments=[waiting, *(recent(n, "SUCCESS", days=20 - n / 10) for n in range(2, 150))])
    )
    with staged(github) as stage:
        stored = poll_of(stage)
        tell(github, 1, "SUCCESS", days=0, quietly=True)
        assert polled_again(stage, stored, after_s=60) == 1
        assert told(stored, 1).state == "waiting"
        polled_again(stage, stored, after_s=HOUR_S)
        assert told(stored, 1).succeeded_at == NOW
        polled_again(stage, stored, after_s=HOUR_S)
        asked = stage.requests.count(operation="items")
        polled_again(stage, stored, after_s=HOUR_S)
        assert stage.requests.count(operation="items") == asked, "what has ended is watched no more"


def test_those_of_many_repositories_are_watched_in_one_question() -> None:
    """github.md §5, row 23."""
    github = host_of(*(repository(f"r{n}", deployments=[recent(n, "PENDING", days=2)]) for n in range(15)))
    with staged(github) as stage:
        stored = poll_of(stage)
        asked = stage.requests.count(operation="items")
        polled_again(stage, stored, after_s=HOUR_S)
        assert stage.requests.count(operation="items") - asked == 1


def test_one_that_is_gone_is_told_once_and_watched_no_more() -> None:
    github = host_of(repository(deployments=[recent(1, "PENDING", days=2)]))
    with staged(github) as stage:
        stored = poll_of(stage)
        github.repositories[0]["deployments"].clear()
        del github.by_id["DE_1"]
        github.changed(github.repositories[0])
        polled_again(stage, stored, after_s=HOUR_S)
        assert [gap.ref for gap in stored.gaps] == ["github:deployment:DE_1"]
        polled_again(stage, stored, after_s=HOUR_S)
    assert len(stored.gaps) == 1
    assert "github:deployment:DE_1" in stored.records


def test_one_that_says_nothing_for_a_month_is_watched_no_more() -> None:
    with staged(host_of(repository(deployments=[recent(1, "PENDING", days=40)]))) as stage:
        asked = Watch.recall(poll_of(stage).capabilities.get("watch"))
    assert not asked.due(NOW)
    assert timedelta(days=40) > WATCHED_FOR
