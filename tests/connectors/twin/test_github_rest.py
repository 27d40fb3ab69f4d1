"""What the stand-in answers to REST, and that PyGithub cannot tell it from GitHub."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from github import Auth, BadCredentialsException, Github

from connectors.twin import github_edits as edits
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving

Opening = Callable[[GitHubHost], httpx.Client]

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
DEV = {"__typename": "User", "login": "payments-dev-1"}
BOT = {"__typename": "Bot", "login": "dependency-bot"}


def day(n: int) -> str:
    return f"2026-10-{n:02d}T09:00:00Z"


def acme(**fields: Any) -> GitHubHost:
    """A host with `acme/shop`: issues 1 and 3, pull requests 2 (merged) and 4 (open)."""
    wish = {"number": 1, "title": "Wish", "author": DEV, "createdAt": day(1), "labels": [{"name": "bug"}]}
    done = {"number": 3, "title": "Done", "author": DEV, "createdAt": day(3), "closedAt": day(4)}
    change = {
        "number": 2,
        "title": "Change",
        "author": DEV,
        "createdAt": day(2),
        "mergedAt": day(6),
        "closedAt": day(6),
        "reviews": [{"state": "APPROVED", "author": DEV, "createdAt": day(5), "submittedAt": day(5)}],
        "commits": [{"commit": {"oid": "a" * 40, "message": "Change", "committer": {"date": day(2)}}}],
        "timelineItems": [{"__typename": "ReadyForReviewEvent", "createdAt": day(3), "actor": DEV}],
        "headRefName": "change",
        "mergeCommit": {"oid": "b" * 40},
    }
    bump = {"number": 4, "title": "Bump", "author": BOT, "createdAt": day(8), "isDraft": True}
    shop = {"name": "shop", "issues": [wish, done], "pullRequests": [change, bump], "createdAt": day(1)}
    themes = {"name": "themes", "createdAt": day(1)}
    owned = [{"owner": {"login": "acme"}, "updatedAt": day(1), **repository} for repository in (shop, themes)]
    return GitHubHost(now=lambda: NOW, repositories=owned, **fields)


@pytest.fixture
def opening() -> Iterator[Opening]:
    """A client of a host; it follows no redirect."""
    with ExitStack() as stack:

        def open_host(host: GitHubHost) -> httpx.Client:
            root = "/api/v3" if host.dialect == "ghes" else ""
            url = stack.enter_context(serving({"github": github_app(host)}))["github"] + root
            return stack.enter_context(httpx.Client(base_url=url))

        yield open_host


def numbers(response: httpx.Response) -> list[int]:
    return [row["number"] for row in response.json()]


def test_the_list_of_issues_has_pull_requests_too_and_open_ones_unless_asked(opening: Opening) -> None:
    client = opening(acme())
    assert numbers(client.get("/repos/acme/shop/issues")) == [4, 1]
    everything = client.get("/repos/acme/shop/issues", params={"state": "all", "sort": "updated", "direction": "asc"})
    assert numbers(everything) == [1, 3, 2, 4]
    as_issue = next(row for row in everything.json() if row["number"] == 2)
    as_pull = client.get("/repos/acme/shop/pulls/2").json()
    assert as_issue["node_id"] == as_pull["node_id"]
    assert as_issue["id"] != as_pull["id"]
    assert as_issue["pull_request"]["merged_at"] == day(6)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "all", "since": day(4)}, [4, 3, 2]),
        ({"state": "all", "since": "1970-01-01T00:00:00Z"}, []),
        ({"state": "all", "labels": "bug"}, [1]),
        ({"state": "closed"}, [3, 2]),
    ],
)
def test_issues_by_filter(opening: Opening, asked: dict[str, str], found: list[int]) -> None:
    assert numbers(opening(acme()).get("/repos/acme/shop/issues", params=asked)) == found


def test_pages_lead_on_by_link_and_keep_the_question(opening: Opening) -> None:
    client = opening(acme())
    first = client.get("/repos/acme/shop/pulls", params={"state": "all", "per_page": 1})
    assert set(first.links) == {"next", "last"}
    second = client.get(first.links["next"]["url"])
    assert set(second.links) == {"prev", "first"}
    assert numbers(first) + numbers(second) == [4, 2]


def test_a_long_list_of_issues_is_paged_by_cursor_only(opening: Opening) -> None:
    client = opening(acme())
    asked: dict[str, str | int] = {"state": "all", "per_page": 3}
    first = client.get("/repos/acme/shop/issues", params=asked)
    rest = client.get(first.links["next"]["url"])
    assert numbers(first) + numbers(rest) == [4, 3, 2, 1]
    assert "last" not in first.links
    refused = client.get("/repos/acme/shop/issues", params={**asked, "per_page": 100, "page": 101})
    assert refused.status_code == 422
    assert "cursor based pagination" in refused.json()["message"]


def test_what_lists_leave_out_is_in_the_detail(opening: Opening) -> None:
    client = opening(acme())
    listed = client.get("/repos/acme/shop/pulls", params={"state": "closed"}).json()[0]
    detail = client.get("/repos/acme/shop/pulls/2").json()
    assert {
        "review_comments",
        "merged",
        "merged_by",
        "additions",
        "deletions",
        "changed_files",
        "commits",
    } == detail.keys() - listed.keys() - {"comments"}
    assert (detail["merged"], detail["commits"], detail["merge_commit_sha"]) == (True, 1, "b" * 40)
    assert client.get("/repos/acme/shop/pulls/1").status_code == 404


def test_parts_of_a_pull_request(opening: Opening) -> None:
    client = opening(acme())
    assert [r["state"] for r in client.get("/repos/acme/shop/pulls/2/reviews").json()] == ["APPROVED"]
    assert [c["sha"] for c in client.get("/repos/acme/shop/pulls/2/commits").json()] == ["a" * 40]
    timeline = client.get("/repos/acme/shop/issues/2/timeline").json()
    assert [e["event"] for e in timeline] == ["committed", "ready_for_review", "reviewed"]


def test_a_deleted_issue_is_gone_and_an_unknown_one_not_found(opening: Opening) -> None:
    host = acme()
    edits.delete(host, host.repositories[0]["issues"][0])
    client = opening(host)
    assert client.get("/repos/acme/shop/issues/1").status_code == 410
    assert client.get("/repos/acme/shop/issues/99").status_code == 404
    assert client.get("/repos/acme/other/issues/1").json() == {
        "message": "Not Found",
        "documentation_url": "https://docs.github.com/rest",
        "status": "404",
    }


def test_a_transferred_issue_leads_to_its_new_place(opening: Opening) -> None:
    host = acme()
    shop, themes = host.repositories
    edits.transfer(host, shop["issues"][0], themes, at=day(9), by=DEV)
    client = opening(host)
    old = client.get("/repos/acme/shop/issues/1")
    assert (old.status_code, old.json()["message"]) == (301, "Moved Permanently")
    assert client.get(old.headers["location"]).json()["title"] == "Wish"


def test_a_renamed_repository_redirects_to_its_id_with_the_query(opening: Opening) -> None:
    host = acme()
    edits.rename_repository(host, host.repositories[0], "store")
    client = opening(host)
    old = client.get("/repos/acme/shop/issues?state=all&per_page=2")
    assert old.status_code == 301
    target = f"/repositories/{host.repositories[0]['databaseId']}/issues?state=all&per_page=2"
    assert old.headers["location"].endswith(target)
    assert numbers(client.get(old.headers["location"])) == [4, 3]
    assert client.get("/repos/acme/store").json()["full_name"] == "acme/store"


def test_a_wrong_token_is_refused_and_a_right_one_taken_either_way(opening: Opening) -> None:
    client = opening(acme(token="ghp_right"))
    wrong = client.get("/user", headers={"authorization": "Bearer ghp_wrong"})
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert client.post("/graphql", json={"query": "{ viewer { login } }"}).status_code == 401
    for scheme in ("Bearer", "token"):
        assert client.get("/user", headers={"authorization": f"{scheme} ghp_right"}).status_code == 200


def test_an_answer_the_client_has_costs_nothing_but_only_for_its_own_token(opening: Opening) -> None:
    client = opening(acme())
    first = client.get("/repos/acme/shop", headers={"authorization": "token one"})
    etag = first.headers["etag"]
    same = client.get("/repos/acme/shop", headers={"authorization": "token one", "if-none-match": etag})
    other = client.get("/repos/acme/shop", headers={"authorization": "token two", "if-none-match": etag})
    assert [r.status_code for r in (first, same, other)] == [200, 304, 200]
    assert [r.headers["x-ratelimit-used"] for r in (first, same, other)] == ["1", "1", "2"]


def test_the_hour_of_rest_is_its_own(opening: Opening) -> None:
    client = opening(acme(hourly_limit=1))
    answers = [client.get("/user") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 403]
    assert answers[1].headers["x-ratelimit-remaining"] == "0"
    assert answers[1].headers["x-ratelimit-resource"] == "core"
    resources = client.get("/rate_limit").json()["resources"]
    assert {name: row["remaining"] for name, row in resources.items()} == {"core": 0, "graphql": 1}


def test_an_enterprise_server_lives_below_a_prefix_and_names_its_version(opening: Opening) -> None:
    client = opening(acme(dialect="ghes", hourly_limit=None))
    answer = client.get("/meta")
    assert answer.json()["installed_version"] == answer.headers["x-github-enterprise-version"] == "3.17.0"
    assert client.get("/rate_limit").status_code == 404


def test_pygithub_reads_it(opening: Opening) -> None:
    client = opening(acme(token="ghp_right"))
    github = Github(
        base_url=str(client.base_url).rstrip("/"),
        auth=Auth.Token("ghp_right"),
        per_page=1,
        retry=None,
        seconds_between_requests=0,
    )
    assert github.get_user().login == "fingerpost-reader"
    assert [r.name for r in github.get_organization("acme").get_repos()] == ["shop", "themes"]
    shop = github.get_repo("acme/shop")
    assert [(p.number, p.merged) for p in shop.get_pulls(state="all")] == [(4, False), (2, True)]
    change = shop.get_pull(2)
    assert [r.state for r in change.get_reviews()] == ["APPROVED"]
    assert [c.sha for c in change.get_commits()] == ["a" * 40]
    assert [i.number for i in shop.get_issues(state="all")] == [4, 3, 2, 1]
    assert shop.get_pull(4).user.login == "dependency-bot[bot]"
    assert github.get_rate_limit().resources.core.limit == 5000
    stranger = Github(base_url=str(client.base_url).rstrip("/"), auth=Auth.Token("ghp_wrong"), retry=None)
    with pytest.raises(BadCredentialsException):
        _ = stranger.get_user().login


def test_installations_see_all_repositories(opening: Opening) -> None:
    answer = opening(acme()).get("/installation/repositories", params={"per_page": 1})
    assert answer.json()["total_count"] == 2
    assert len(answer.json()["repositories"]) == 1
    assert "next" in answer.links
    assert opening(acme()).get("/repos/acme/shop/actions/runs").json() == {"total_count": 0, "workflow_runs": []}
