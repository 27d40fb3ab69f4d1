"""Real records, served: the stand-in holds what the dumps hold, item by item."""

import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.twin.github_dumps import arrow_github, bitcoin_github
from connectors.twin.github_graphql import answer
from connectors.twin.github_limits import Limits
from connectors.twin.github_state import GitHubHost
from tests.shared import shared

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def arrow() -> GitHubHost:
    return arrow_github(shared("data/arrow"))


@pytest.fixture(scope="module")
def bitcoin() -> GitHubHost:
    return bitcoin_github(shared("data/bitcoin-core-github"))


def rows(folder: Path, name: str) -> Iterator[Any]:
    with gzip.open(folder / name, "rb") as lines:
        yield from map(msgspec.json.decode, lines)


def walk(host: GitHubHost, repository: str, connection: str, fields: str, *, size: int = 100) -> list[Any]:
    """All nodes of a repository's connection by GraphQL."""
    owner, name = repository.split("/")
    query = f"""query($after: String) {{ repository(owner: "{owner}", name: "{name}") {{
      {connection}(first: {size}, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }}
    }} }}"""
    limits, found, after = Limits(host), [], None
    while True:
        body = msgspec.json.encode({"query": query, "variables": {"after": after}})
        answered = answer(host, limits, body)
        assert "errors" not in answered, answered["errors"][:3]
        page = answered["data"]["repository"][connection]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def test_arrow_has_every_pull_request_and_knows_what_it_does_not_know(arrow: GitHubHost) -> None:
    fields = "number title state createdAt mergedAt updatedAt headRefName additions commits(first: 100) { totalCount }"
    pulls = walk(arrow, "apache/arrow", "pullRequests", fields)
    assert len({pull["number"] for pull in pulls}) == len(pulls) == 5565
    assert Counter(pull["state"] for pull in pulls) == {"MERGED": 4736, "CLOSED": 829}
    assert sum(pull["commits"]["totalCount"] for pull in pulls) == 30789
    assert {pull["createdAt"] for pull in pulls} == {pull["additions"] for pull in pulls} == {None}
    assert all(pull["updatedAt"] >= (pull["mergedAt"] or "") for pull in pulls)
    assert sum(pull["headRefName"] is not None for pull in pulls) == 3446


def test_arrow_dates_are_instants_in_utc(arrow: GitHubHost) -> None:
    first = next(
        r for r in rows(shared("data/arrow"), "git/apache__arrow-pull-requests.jsonl.gz") if r["number"] == 8900
    )
    pull = arrow.item(arrow.repositories[0], 8900)
    assert first["merged_at"] == "2020-12-15T14:59:09+02:00"
    assert pull is not None
    assert pull["mergedAt"] == "2020-12-15T12:59:09Z"


REPOSITORIES = [("gui", 341, 537, 332, 21), ("secp256k1", 517, 1308, 944, 74)]


@pytest.mark.parametrize(("name", "issues", "pulls", "merged", "still_open"), REPOSITORIES)
def test_bitcoin_has_every_item_in_its_state(
    bitcoin: GitHubHost, name: str, issues: int, pulls: int, merged: int, still_open: int
) -> None:
    folder = shared("data/bitcoin-core-github")
    found = {i["number"]: i for i in walk(bitcoin, f"bitcoin-core/{name}", "issues", "number state stateReason title")}
    assert len(found) == issues
    for row in rows(folder, f"{name}-issues.jsonl.gz"):
        told = row["issue"]
        assert found[told["number"]]["state"] == told["state"].upper()
        assert found[told["number"]]["title"] == told["title"]
    states = Counter(p["state"] for p in walk(bitcoin, f"bitcoin-core/{name}", "pullRequests", "state"))
    assert (sum(states.values()), states["MERGED"], states["OPEN"]) == (pulls, merged, still_open)


@pytest.mark.parametrize(("name", "reviews", "approved"), [("gui", 1788, 644), ("secp256k1", 2592, 942)])
def test_bitcoin_has_every_review_commit_and_event(bitcoin: GitHubHost, name: str, reviews: int, approved: int) -> None:
    fields = """number fullDatabaseId author { login }
      reviews(first: 100) { totalCount nodes { state submittedAt commit { oid } author { login } } }
      commits(first: 100) { totalCount nodes { commit { oid authoredDate committedDate } } }
      reviewThreads(first: 100) { nodes { isResolved comments(first: 100) { totalCount } } }
      timelineItems(first: 100, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT, REVIEW_REQUESTED_EVENT, LABELED_EVENT]) {
        filteredCount nodes { __typename ... on HeadRefForcePushedEvent { createdAt afterCommit { oid } }
          ... on ReviewRequestedEvent { requestedReviewer { __typename ... on User { login } ... on Bot { login } } }
          ... on LabeledEvent { label { name } } } }"""
    found = {p["number"]: p for p in walk(bitcoin, f"bitcoin-core/{name}", "pullRequests", fields, size=20)}
    assert sum(p["reviews"]["totalCount"] for p in found.values()) == reviews
    states = [r["state"] for p in found.values() for r in p["reviews"]["nodes"]]
    assert states.count("APPROVED") == approved
    for row in rows(shared("data/bitcoin-core-github"), f"{name}-pulls.jsonl.gz"):
        pull, told = found[row["pull"]["number"]], Counter(event["event"] for event in row["events"])
        assert pull["fullDatabaseId"] == str(row["pull"]["id"])
        assert (pull["author"] or {"login": "ghost"})["login"] == row["pull"]["user"]["login"].removesuffix("[bot]")
        assert pull["commits"]["totalCount"] == told["committed"]
        asked = ("head_ref_force_pushed", "review_requested", "labeled")
        assert pull["timelineItems"]["filteredCount"] == sum(told[name] for name in asked)


def test_bitcoin_links_what_a_description_closes(bitcoin: GitHubHost) -> None:
    fields = "number closingIssuesReferences(first: 10) { nodes { number repository { nameWithOwner } } }"
    found = {p["number"]: p for p in walk(bitcoin, "bitcoin-core/gui", "pullRequests", fields)}
    assert found[8]["closingIssuesReferences"]["nodes"] == [
        {"number": 7, "repository": {"nameWithOwner": "bitcoin-core/gui"}}
    ]
    assert found[3]["closingIssuesReferences"]["nodes"] == []


def test_bitcoin_deleted_accounts_are_nobody(bitcoin: GitHubHost) -> None:
    authors = [
        item["author"]
        for name in ("gui", "secp256k1")
        for connection in ("issues", "pullRequests")
        for item in walk(bitcoin, f"bitcoin-core/{name}", connection, "author { login }")
    ]
    assert authors.count(None) == 38


def test_bitcoin_tells_who_speaks_of_whom_and_what_was_connected(bitcoin: GitHubHost) -> None:
    gui, library = bitcoin.repositories
    merged, speaks, issue, pull = (
        bitcoin.item(home, number) or {} for home, number in ((gui, 317), (gui, 397), (library, 488), (library, 701))
    )
    sources = [e["source"] for e in merged["timelineItems"] if e["__typename"] == "CrossReferencedEvent"]
    assert sources.count(speaks["id"]) == 1, "its last comment: closing, as #317 has been merged"
    sides = {(e["source"], e["subject"]) for e in pull["timelineItems"] if e["__typename"] == "ConnectedEvent"}
    assert sides == {(pull["id"], issue["id"])}
    assert issue["id"] in pull["closingIssuesReferences"]
