"""The history of what ships: every commit with its parents, in few requests, whatever is done to the branches."""

from datetime import date
from typing import Any

from graphql import parse, validate

from connectors.github import commits
from connectors.github.lists import Listing, _query
from connectors.records import RepositoryCommit
from connectors.twin.company import company
from connectors.twin.faults import Injection, html
from connectors.twin.github_state import GitHubHost
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import DEV, deployment, host_of, hours, poll_of, read, repository, staged
from tests.connectors.github.test_github_catalogue import tag
from tests.connectors.github.test_github_queries import official

HISTORY = r"history\("


def asked(stage: Stage) -> int:
    """How many requests were for a history."""
    return sum(b"history(" in request.body for request in stage.requests.seen)


def sha(number: int) -> str:
    return f"{number:08x}" * 5


def commit(number: int, *follows: int, at: float | None = None) -> dict[str, Any]:
    made = {"date": hours(number if at is None else at), "user": DEV}
    texts = {"oid": sha(number), "message": f"Change {number}", "author": made, "committer": made}
    return texts | {"follows": [sha(each) for each in follows]}


def line(first: int, last: int) -> list[dict[str, Any]]:
    """Commits that follow on each other."""
    return [commit(number, *([number - 1] if number > 1 else [])) for number in range(first, last + 1)]


def shop(*made: dict[str, Any], head: int, deployed: tuple[int, ...] = (), **fields: Any) -> dict[str, Any]:
    """A repository that has made these commits, of which some were deployed."""
    end = next(each for each in made if each["oid"] == sha(head))
    branch = {"name": "main", "prefix": "refs/heads/", "target": end}
    deployments = [deployment(number, "SUCCESS", commitOid=sha(number)) for number in deployed]
    return repository(commits=list(made), defaultBranchRef=branch, deployments=deployments, **fields)


def moved(host: GitHubHost, *made: dict[str, Any], head: int) -> None:
    """The default branch ends with another commit now."""
    held = host.repositories[0]
    held["commits"] += made
    held["defaultBranchRef"]["target"] = next(each for each in held["commits"] if each["oid"] == sha(head))
    host.changed(held)
    host.open_repository(held)


def shipped(host: GitHubHost, number: int, *, hour: int) -> None:
    held = host.repositories[0]
    places = {"id": f"DE_{number}_{hour}", "commitOid": sha(number)}
    held["deployments"].append(deployment(hour, "SUCCESS", **places))
    host.open_repository(held)
    host.changed(held)


def history_of(stored: Stored) -> dict[int, list[int]]:
    """What each commit follows on, by number."""
    held = [record for record in stored.records.values() if isinstance(record, RepositoryCommit)]
    return {int(one.sha[:8], 16): [int(parent[:8], 16) for parent in one.parents] for one in held}


def polled_again(stage: Stage, stored: Stored, **options: Any) -> dict[int, list[int]]:
    """The commits that another poll brings, ten minutes later."""
    stage.clock.wind(600.0)
    stored.records.clear()
    stored.gaps.clear()
    read(stage, stored, **options)
    return history_of(stored)


class TestRecords:
    def test_a_commit_is_the_repository_s_with_all_that_it_follows_on(self) -> None:
        branch = (commit(1), commit(2, 1), commit(3, 1), commit(4, 2, 3))
        with staged(host_of(shop(*branch, head=4, deployed=(4,)))) as stage:
            stored = poll_of(stage)
        assert history_of(stored) == {1: [], 2: [1], 3: [1], 4: [2, 3]}
        record = stored.records[f"github:commit:R_shop/{sha(4)}"]
        assert isinstance(record, RepositoryCommit)
        assert (record.repository, record.author) == ("acme/shop", "github:account:U_dev")
        assert (record.message, record.authored_at) == ("Change 4", record.committed_at)

    def test_a_commit_that_makes_no_sense_is_a_gap_and_spoils_no_other(self) -> None:
        def broken(operation: str, answer: Any) -> Any:
            if operation == "lists" and "through" in (answer["data"].get("n0") or {}):
                answer["data"]["n0"]["through"]["rows"]["nodes"][1]["committedDate"] = "yesterday"
            return answer

        with staged(host_of(shop(*line(1, 3), head=3, deployed=(3,))), change=broken) as stage:
            stored = poll_of(stage)
        assert history_of(stored) == {1: [], 3: [2]}
        assert [gap.stream for gap in stored.gaps] == ["acme/shop history"]


class TestWhatIsAskedAndWhen:
    def test_where_nothing_ships_nothing_is_asked(self) -> None:
        with staged(host_of(shop(*line(1, 3), head=3))) as stage:
            assert not history_of(poll_of(stage))
            assert not asked(stage)

    def test_a_tag_is_enough(self) -> None:
        with staged(host_of(shop(*line(1, 3), head=3, refs=[tag("v1", commit(2, 1))]))) as stage:
            assert len(history_of(poll_of(stage))) == 3

    def test_a_hundred_commits_take_a_request_and_nothing_new_takes_none(self) -> None:
        """github.md §2a: one request for what is unchanged."""
        with staged(host_of(shop(*line(1, 350), head=350, deployed=(1, 349)))) as stage:
            stored = poll_of(stage)
            assert len(history_of(stored)) == 350
            assert asked(stage) == 4
            before = len(stage.requests)
            assert not polled_again(stage, stored)
            assert len(stage.requests) - before == 1

    def test_new_commits_are_read_down_to_what_is_held(self) -> None:
        host = host_of(shop(*line(1, 350), head=350, deployed=(1,)))
        with staged(host) as stage:
            stored = poll_of(stage)
            moved(host, *line(351, 353), head=353)
            assert polled_again(stage, stored).keys() >= {351, 352, 353}
            assert asked(stage) == 5

    def test_a_branch_that_was_merged_late_is_read_however_old_its_commits_are(self) -> None:
        """By date they lie behind what is held."""
        host = host_of(shop(*line(1, 150), head=150, deployed=(1,)))
        with staged(host) as stage:
            stored = poll_of(stage)
            moved(host, commit(900, 5, at=20), commit(901, 900, at=21), commit(902, 150, 901, at=160), head=902)
            assert polled_again(stage, stored).keys() >= {900, 901, 902}

    def test_what_went_back_costs_nothing(self) -> None:
        """github.md §7.2: what is deployed again is held."""
        host = host_of(shop(*line(1, 350), head=350, deployed=(1, 340, 350)))
        with staged(host) as stage:
            stored = poll_of(stage)
            shipped(host, 340, hour=400)
            before = asked(stage)
            assert not polled_again(stage, stored)
            assert asked(stage) == before

    def test_since_bounds_it(self) -> None:
        old, new = line(1, 40), [commit(41, 40, at=24 * 100), commit(42, 41, at=24 * 100 + 1)]
        host = host_of(shop(*old, *new, head=42))
        shipped(host, 41, hour=24 * 101)
        with staged(host) as stage:
            held = history_of(poll_of(stage, since=date(2026, 3, 1)))
        assert held == {41: [40], 42: [41]}


class TestBranches:
    def test_what_was_shipped_beside_the_default_branch_is_read_down_to_it(self) -> None:
        patched = (commit(900, 140, at=141.5), commit(901, 900, at=142.5))
        host = host_of(shop(*line(1, 150), *patched, head=150, deployed=(149, 901)))
        with staged(host) as stage:
            held = history_of(poll_of(stage))
            assert (held[901], held[900]) == ([900], [140])
            assert asked(stage) == 3

    def test_one_that_leads_away_for_long_is_read_in_part_and_says_so(self) -> None:
        away = [commit(5_000, at=1), *(commit(n, n - 1, at=n / 2) for n in range(5_001, 6_101))]
        host = host_of(shop(*line(1, 3), *away, head=3, deployed=(2,), refs=[tag("other", away[-1])]))
        with staged(host) as stage:
            stored = poll_of(stage)
            assert len(history_of(stored)) == 1_003
            assert ["lies beside the default branch" in gap.cause for gap in stored.gaps] == [True]
            assert not polled_again(stage, stored)

    def test_a_branch_that_was_forced_elsewhere_is_followed(self) -> None:
        host = host_of(shop(*line(1, 150), head=150, deployed=(140,)))
        with staged(host) as stage:
            stored = poll_of(stage)
            moved(host, commit(900, 145, at=151), head=900)
            assert polled_again(stage, stored)[900] == [145]
            assert not polled_again(stage, stored)

    def test_a_commit_that_is_nowhere_any_more_is_told_once(self) -> None:
        with staged(host_of(shop(*line(1, 3), head=3, deployed=(2, 77)))) as stage:
            stored = poll_of(stage)
            assert len(history_of(stored)) == 3
            assert [gap.stream for gap in stored.gaps] == ["acme/shop history"]
            assert not polled_again(stage, stored)
            assert not stored.gaps

    def test_a_repository_with_another_name_is_read_anew(self) -> None:
        host = host_of(shop(*line(1, 3), head=3, deployed=(2,)))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.repositories[0].update(name="store", nameWithOwner="acme/store")
            host.open_repository(host.repositories[0])
            host.changed(host.repositories[0])
            assert len(polled_again(stage, stored)) == 3
            names = {one.repository for one in stored.records.values() if isinstance(one, RepositoryCommit)}
        assert names == {"acme/store"}


class TestFaults:
    def test_a_walk_broken_off_goes_on_at_its_page(self) -> None:
        """github.md §5, row 30."""
        host = host_of(shop(*line(1, 550), head=550, deployed=(1, 549)))
        with staged(host) as stage:
            whole, stored = Stored(), Stored()
            batches = read(stage, whole)
            read(stage, stored, at_most=batches - 3)
            before = asked(stage)
            read(stage, stored)
            assert asked(stage) - before == 3
        assert history_of(stored) == history_of(whole)

    def test_what_fails_is_a_gap_and_is_read_by_the_next_poll(self) -> None:
        host = host_of(shop(*line(1, 120), head=120, deployed=(1,)))
        with staged(host, Injection(fault=html(502), body=HISTORY, times=100)) as stage:
            stored = poll_of(stage)
            assert [gap.stream for gap in stored.gaps] == ["acme/shop history"]
        with staged(host) as stage:
            assert len(polled_again(stage, stored)) == 120


def test_the_company_s_history_has_all_that_it_deployed_and_released() -> None:
    host = company(7, 150).github
    host.token = "right"
    with staged(host) as stage:
        stored = poll_of(stage, repositories=["acme-shops/*"])
    held = {record.sha for record in stored.records.values() if isinstance(record, RepositoryCommit)}
    deployed = {each["commit"]["oid"] for one in host.repositories for each in one["deployments"]}
    tagged = {
        each["target"].get("target", each["target"])["oid"] for one in host.repositories for each in one.get("refs", ())
    }
    assert deployed | tagged <= held


def test_the_question_is_valid_by_github_s_own_schema() -> None:
    listing = Listing(
        node="R",
        typename="Repository",
        through=f'object(oid: "{sha(1)}") {{ ... on Commit',
        connection="history",
        arguments='since: "2026-01-01T00:00:00+00:00"',
        row=commits.ROW,
        counted=False,
    )
    assert validate(official(), parse(_query([listing]))) == []
