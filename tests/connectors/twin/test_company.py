"""The invented company: the same each time, alive, and wrong only where it says so."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from ruamel.yaml import YAML

from connectors.twin.company import Company, company
from connectors.twin.jira_state import Issue

END = datetime(2026, 11, 20, 18, tzinfo=UTC)
KEY = re.compile(r"\b(PAY|WEB|MOB|DATA|PLAT|OPS|LAB)-\d+\b", re.IGNORECASE)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def acme() -> Company:
    return company()


def told(it: Company) -> str:
    """Everything the company says, as text."""
    issues = [[issue.body, issue.histories] for issue in it.jira.issues.values()]
    repositories = it.github.repositories + it.github.organizations
    return json.dumps(
        [issues, repositories, it.jira.sprints, it.strategy, it.mappings, it.people, list(map(str, it.planted))]
    )


def pulls(it: Company) -> Iterator[tuple[str, Json]]:
    for repository in it.github.repositories:
        for pull in repository["pullRequests"]:
            yield f"{repository['nameWithOwner']}#{pull['number']}", pull


def sprints(it: Company) -> Iterator[Json]:
    for listed in it.jira.sprints.values():
        yield from listed


def planted(it: Company, *kinds: str) -> set[str]:
    return {plant.ref_key for plant in it.planted if plant.kind in kinds}


def entries(issue: Issue, field: str) -> Iterator[tuple[datetime, str]]:
    """When and to what a field was changed."""
    for history in issue.histories or []:
        for item in history["items"]:
            if item["field"] == field:
                yield datetime.fromisoformat(history["created"]), item["toString"]


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    assert told(company(3, 200)) == told(company(3, 200))
    assert told(company(3, 200)) != told(company(4, 200))


@pytest.mark.parametrize("size", [200, 600, 2000])
def test_it_is_about_as_big_as_asked(size: int) -> None:
    assert 0.9 * size < len(company(1, size).jira.issues) < 1.1 * size + 120  # what is planted stands beside


def test_the_smallest_has_what_is_planted_all_the_same(acme: Company) -> None:
    assert [each.kind for each in company(7, 1).planted] == [each.kind for each in acme.planted]


def test_longer_histories_can_be_asked_for() -> None:
    def mean(rankings: float) -> float:
        issues = company(1, 300, rankings=rankings).jira.issues.values()
        return sum(len(issue.histories or []) for issue in issues) / len(issues)

    assert mean(16) > mean(2) + 8


def test_nothing_happens_after_the_end(acme: Company) -> None:
    assert acme.jira.now() == acme.github.now() == END
    assert all(issue.updated_at <= END for issue in acme.jira.issues.values())
    dates = [pull[name] for _, pull in pulls(acme) for name in ("createdAt", "mergedAt", "closedAt") if pull.get(name)]
    assert max(map(when, dates)) <= END


def test_every_history_is_an_unbroken_chain_that_ends_at_the_current_status(acme: Company) -> None:
    for issue in acme.jira.issues.values():
        histories = issue.histories or []
        assert [h["created"] for h in histories] == sorted(h["created"] for h in histories), issue.key
        moves = [item for history in histories for item in history["items"] if item["field"] == "status"]
        assert all(one["to"] == next_one["from"] for one, next_one in pairwise(moves)), issue.key
        assert not moves or moves[-1]["to"] == issue.fields["status"]["id"], issue.key


def test_it_lives_as_companies_do(acme: Company) -> None:
    fields = Counter(item["field"] for i in acme.jira.issues.values() for h in i.histories or [] for item in h["items"])
    wanted = {
        "status",
        "assignee",
        "Sprint",
        "Flagged",
        "Story point estimate",
        "priority",
        "Rank",
        "resolution",
        "Key",
    }
    assert wanted <= set(fields)
    types = Counter(issue.fields["issuetype"]["name"] for issue in acme.jira.issues.values())
    assert set(types) == {"Initiative", "Epic", "Story", "Task", "Bug", "Sub-task", "Incident"}
    states = Counter(sprint["state"] for sprint in sprints(acme))
    assert states["active"] == 3
    assert states["closed"] > 60
    assert all(sprint["startDate"] < sprint["activatedDate"] for sprint in sprints(acme) if "activatedDate" in sprint)


def test_some_items_are_taken_up_again_and_some_flap_within_five_minutes(acme: Company) -> None:
    spans = []
    for issue in acme.jira.issues.values():
        moves = list(entries(issue, "status"))
        spans += [later - at for (at, name), (later, _) in pairwise(moves) if name in ("Done", "Resolved")]
    assert any(span < timedelta(minutes=5) for span in spans)
    assert any(span > timedelta(hours=1) for span in spans)


def test_old_ideas_were_swept_away_in_one_go(acme: Company) -> None:
    closed = [
        (at, issue.key) for issue in acme.jira.issues.values() for at, name in entries(issue, "resolution") if name
    ]
    june = sorted(at for at, _ in closed if when("2026-06-26T14:00:00Z") <= at < when("2026-06-26T14:01:00Z"))
    assert len(june) >= 20


def test_code_has_drafts_reviews_co_authors_squashes_bots_reverts_and_hotfixes(acme: Company) -> None:
    every = [pull for _, pull in pulls(acme)]
    assert any(event["__typename"] == "ReadyForReviewEvent" for pull in every for event in pull["timelineItems"])
    assert {review["state"] for pull in every for review in pull["reviews"]} == {"APPROVED", "CHANGES_REQUESTED"}
    assert any("Co-authored-by: " in pull["mergeCommit"]["message"] for pull in every if "mergeCommit" in pull)
    assert any(pull["author"]["__typename"] == "Bot" for pull in every)
    assert any(
        re.match(r"revert-\d+-", pull["headRefName"]) and "Reverts acme-shops/" in pull["body"] for pull in every
    )
    assert any({"name": "hotfix"} in pull["labels"] for pull in every)
    assert all("{" not in pull["title"] + pull["body"] + pull["headRefName"] for pull in every)
    squashed = [pull for pull in every if "mergeCommit" in pull]
    assert all(f"(#{pull['number']})" in pull["mergeCommit"]["message"] for pull in squashed)


def test_deployments_end_some_fail_and_some_are_rolled_back(acme: Company) -> None:
    deployments = [deployment for repository in acme.github.repositories for deployment in repository["deployments"]]
    ends = Counter(deployment["statuses"][2]["state"] for deployment in deployments)
    assert set(ends) == {"SUCCESS", "FAILURE"}
    assert ends["SUCCESS"] > 10 * ends["FAILURE"]
    assert any(deployment.get("description") == "Rollback" for deployment in deployments)
    for repository in acme.github.repositories:
        live = [d for d in repository["deployments"] if d["statuses"][-1]["state"] == "SUCCESS"]
        assert len(live) == min(1, len(repository["deployments"]))


def test_issues_on_github_are_closed_by_pull_requests_that_say_so(acme: Company) -> None:
    themes = next(repository for repository in acme.github.repositories if repository["name"] == "themes")
    numbers = {issue["id"]: issue["number"] for issue in themes["issues"]}
    for pull in (pull for pull in themes["pullRequests"] if pull["closingIssuesReferences"]):
        assert pull["body"] == f"Fixes #{numbers[pull['closingIssuesReferences'][0]]}"
    assert len({*numbers.values()} | {pull["number"] for pull in themes["pullRequests"]}) == len(numbers) + len(
        themes["pullRequests"]
    )


def test_every_kind_of_this_slice_is_planted_beside_look_alikes(acme: Company) -> None:
    counts = Counter(plant.kind for plant in acme.planted)
    assert {"M01": 10, "M02": 1, "M03": 4, "M12": 3, "M22": 2}.items() <= counts.items()
    assert counts["silent"] >= 10
    assert {"M21", "M23", "M24"} <= set(counts)


def test_only_planted_items_go_active_on_the_closed_objective(acme: Company) -> None:
    late = {
        issue.key
        for issue in acme.jira.issues.values()
        if "wallets" in {component["name"] for component in issue.fields["components"]}
        for at, name in entries(issue, "status")
        if name == "In Progress" and at >= when("2026-09-30T00:00:00Z")
    }
    assert late == planted(acme, "M12")


def test_only_planted_pull_requests_are_merged_without_a_key(acme: Company) -> None:
    loose = {
        key
        for key, pull in pulls(acme)
        if pull.get("mergedAt") and pull["author"]["__typename"] == "User" and not pull["closingIssuesReferences"]
        if not KEY.search(pull["title"]) and not KEY.search(pull["headRefName"])
    }
    unread = {key for key, pull in pulls(acme) if "HR-12" in pull["title"]}
    assert loose - unread == planted(acme, "M03")


def test_only_planted_items_are_done_with_code_still_open(acme: Company) -> None:
    found = set()
    for _, pull in pulls(acme):
        key = KEY.search(f"{pull['title']} {pull['headRefName']}")
        issue = acme.jira.find(key[0]) if key else None
        if issue is None or issue.fields["status"]["statusCategory"]["key"] != "done" or pull["isDraft"]:
            continue
        done = when(issue.fields["statuscategorychangedate"])
        merged = pull.get("mergedAt")
        if (merged and when(merged) > done + timedelta(days=2)) or not (merged or pull.get("closedAt")):
            found.add(issue.key)
    assert found == planted(acme, "M22")


def test_the_map_is_yaml_that_names_what_exists(acme: Company) -> None:
    yaml = YAML(typ="safe", pure=True)
    strategy, mappings, people = (yaml.load(text) for text in (acme.strategy, acme.mappings, acme.people))
    objectives = {objective["id"] for objective in strategy["objectives"]}
    natural = {"growth", "checkout", "search", "insight", "wallets", "marketplace", "steady"}
    assert objectives == natural | {"accounts", "returns", "kiosk", "outlets", "tills"}
    for rule in mappings["rules"]:
        assert set(rule.get("objectives", {rule.get("objective"): 1})) <= objectives
    known = {person["accounts"]["jira"] for person in people["people"]}
    assert known < set(acme.jira.users)
    assert {acme.jira.users[account]["displayName"] for account in set(acme.jira.users) - known} == {"contractor-1"}


def test_the_epic_that_a_rule_names_is_there(acme: Company) -> None:
    assert acme.jira.issue("MOB-1").fields["summary"] == "One shell for both apps"
    assert acme.jira.issue("MOB-1").fields["issuetype"]["name"] == "Epic"
