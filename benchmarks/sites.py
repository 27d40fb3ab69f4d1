"""What the stand-ins serve: the invented company, and repositories that are all alike."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.twin import Served, Stand
from connectors.twin.company import company
from connectors.twin.company.setting import END, OWNER, START, project
from connectors.twin.company.site import empty_site
from connectors.twin.company.world import account_id
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira import jira_app
from connectors.twin.jira_gateway import Accounts, gateway_app
from connectors.twin.jira_state import Issue, JiraSite

Json = dict[str, Any]

SEED = 7
EMAIL, TOKEN = "fingerpost@example.test", "token"
ENTERPRISE = "/api/v3"
RANKINGS = 14.0  # so many changes of rank make about 20 histories an issue
RANK = "Rank"
HELPDESK = "PAY"
EVENTS = 20  # in the timeline of an item of a repository where much happens
ISSUES_PER_PULL = 1.65  # of the company
DEVELOPER = {"__typename": "User", "login": "payments-dev-1", "id": "U_developer"}
REVIEWER = {"__typename": "User", "login": "payments-dev-2", "id": "U_reviewer"}


def jira_cloud(issues: int) -> Stand:
    """The company's Jira, with about so many issues of some 20 histories each."""
    return _jira(cloud_site(issues))


def jira_data_center(issues: int) -> Stand:
    """The same on Data Center, where people have keys in place of account ids."""
    cloud = company(SEED, issues, rankings=RANKINGS).jira
    site = replace(cloud, deployment="Server", version="9.12.2", context="/jira", token=TOKEN, issues={})
    told = ((json.dumps([issue.body, issue.histories])) for issue in cloud.issues.values())
    site.add(Issue(*json.loads(text.replace('"accountId"', '"key"'))) for text in told)
    return _jira(site)


def jira_worked(issues: int) -> Stand:
    """The company's Cloud site, where nobody ranks: what were changes of rank are of something that is kept."""
    site = cloud_site(issues)
    for issue in site.issues.values():
        for item in (item for history in issue.histories or () for item in history["items"]):
            if item["field"] == RANK:
                item |= {"field": "timeestimate", "fieldId": "timeestimate", "from": "7200", "to": "3600"}
    return _jira(site)


def jira_oauth(issues: int) -> Stand:
    """The same Cloud site behind Atlassian's gateway, which takes apps."""
    site = cloud_site(issues)
    return _jira(site, gateway_app(Accounts(site=site)))


def jira_helpdesk(issues: int) -> Stand:
    """A Cloud site of one project with so many issues to which nothing happened."""
    site = replace(empty_site(["payments-pm"]), email=EMAIL, token=TOKEN)
    site.projects = [site.project(HELPDESK)]
    workflow, author = project(HELPDESK).workflow, account_id("payments-pm")
    for number in range(issues):
        at = START + timedelta(minutes=number)
        site.create(HELPDESK, "Task", f"Question {number}", at=at, author=author, status=workflow.todo)
    return _jira(site)


def github_company(pulls: int) -> Stand:
    """The company's GitHub, with about so many pull requests."""
    host = company(SEED, round(pulls * ISSUES_PER_PULL), rankings=0.1).github
    host.hourly_limit = None
    return _github(host)


def github_pulls(pulls: int) -> Stand:
    """One repository with so many pull requests."""
    return _github(_host([_repository("shop", pullRequests=[_pull(number) for number in range(1, pulls + 1)])]))


def github_enterprise(pulls: int) -> Stand:
    """The same on Enterprise Server, whose API is below its address."""
    return _github(replace(github_pulls(pulls).state, dialect="ghes"), path=ENTERPRISE)


def github_open(pulls: int) -> Stand:
    """The same for whoever comes without a token."""
    return _github(replace(github_pulls(pulls).state, token=None))


def github_issues(issues: int) -> Stand:
    """One repository with so many issues and no code."""
    return _github(_host([_repository("helpdesk", issues=[_issue(number) for number in range(1, issues + 1)])]))


def github_worked(items: int) -> Stand:
    """One repository with so many items, every second a pull request, with a timeline of 20 events each."""
    pulls, issues = range(1, items, 2), range(2, items + 1, 2)
    shop = _repository("shop", pullRequests=[*map(_long_pull, pulls)], issues=[*map(_long_issue, issues)])
    return _github(_host([shop]))


def github_services(repositories: int) -> Stand:
    """So many repositories, each with five pull requests and five issues."""
    items = {"pullRequests": [_pull(number) for number in range(1, 6)], "issues": [_issue(n) for n in range(6, 11)]}
    return _github(_host([_repository(f"service-{n}", **_copy(items)) for n in range(repositories)]))


def cloud_site(issues: int) -> JiraSite:
    """The company's Jira on Cloud."""
    return replace(company(SEED, issues, rankings=RANKINGS).jira, email=EMAIL, token=TOKEN)


def _jira(site: JiraSite, app: Any = None) -> Stand:
    histories = sum(len(issue.histories or ()) for issue in site.issues.values())
    served = Served(
        scope=tuple(project["key"] for project in site.projects),
        counts={"issues": len(site.issues), "histories": histories},
        path=site.context,
    )
    return Stand(app=app or jira_app(site), state=site, served=served)


def _host(repositories: list[Json]) -> GitHubHost:
    organization = {"__typename": "Organization", "login": OWNER}
    return GitHubHost(now=lambda: END, repositories=repositories, organizations=[organization], hourly_limit=None)


def _github(host: GitHubHost, *, path: str = "") -> Stand:
    counts = {
        "pull requests": sum(len(repository["pullRequests"]) for repository in host.repositories),
        "issues": sum(len(repository["issues"]) for repository in host.repositories),
    }
    scope = tuple(repository["nameWithOwner"] for repository in host.repositories)
    return Stand(app=github_app(host), state=host, served=Served(scope=scope, counts=counts, path=path))


def _repository(name: str, **items: list[Json]) -> Json:
    dates = {"createdAt": _written(START), "updatedAt": _written(END), "pushedAt": _written(END)}
    empty: Json = {"pullRequests": [], "issues": [], "deployments": []}
    return {"name": name, "owner": {"login": OWNER}, "defaultBranchRef": {"name": "main"}, **dates, **empty, **items}


def _issue(number: int) -> Json:
    """An issue that was labelled, given to somebody and closed."""
    opened = START + timedelta(minutes=10 * number)
    label, closed = {"name": "question"}, opened + timedelta(days=3)
    return {
        "number": number,
        "title": f"Question {number}",
        "body": "How is this meant?",
        "author": REVIEWER,
        "assignees": [DEVELOPER],
        "labels": [label],
        "createdAt": _written(opened),
        "closedAt": _written(closed),
        "stateReason": "COMPLETED",
        "timelineItems": [
            _event("LabeledEvent", opened + timedelta(hours=1), label=label),
            _event("AssignedEvent", opened + timedelta(hours=2), assignee=DEVELOPER),
            _event("ClosedEvent", closed),
        ],
    }


def _pull(number: int) -> Json:
    """A pull request that was reviewed once and merged."""
    opened = START + timedelta(hours=number)
    merged = opened + timedelta(days=1)
    at = _written(opened)
    commit = {"oid": f"{number:040x}", "message": f"Change {number}", "authoredDate": at, "committedDate": at}
    return {
        "number": number,
        "title": f"PAY-{number}: Change {number}",
        "body": "",
        "author": DEVELOPER,
        "createdAt": at,
        "mergedAt": _written(merged),
        "closedAt": _written(merged),
        "mergedBy": DEVELOPER,
        "baseRefName": "main",
        "headRefName": f"change-{number}",
        "commits": [{"commit": commit}],
        "reviews": [{"author": REVIEWER, "state": "APPROVED", "body": "", "submittedAt": at, "createdAt": at}],
        "timelineItems": [_event("MergedEvent", merged)],
    }


def _long_pull(number: int) -> Json:
    pull = _pull(number)
    files = [{"path": f"src/{name}.py", "additions": 7, "deletions": 2, "changeType": "MODIFIED"} for name in "ab"]
    threads = [{"path": "src/a.py", "isResolved": True, "isOutdated": False, "resolvedBy": DEVELOPER}]
    return _eventful(pull | {"files": files, "reviewThreads": threads, "labels": [{"name": "shop"}]})


def _long_issue(number: int) -> Json:
    return _eventful(_issue(number))


def _eventful(item: Json) -> Json:
    """The item with as much more in its timeline as makes a long one: labels, people, words."""
    opened, label = datetime.fromisoformat(item["createdAt"]), {"name": "shop"}
    told = ({"label": label}, {"label": label}, {"assignee": REVIEWER}, {"assignee": REVIEWER})
    kinds = ("LabeledEvent", "UnlabeledEvent", "AssignedEvent", "UnassignedEvent")
    missing = range(EVENTS - len(item["timelineItems"]))
    more = [_event(kinds[n % 4], opened + timedelta(minutes=n), **told[n % 4]) for n in missing]
    return item | {"body": "How is this meant? " * 20, "timelineItems": [*more, *item["timelineItems"]]}


def _event(kind: str, at: datetime, **told: Any) -> Json:
    return {"__typename": kind, "createdAt": _written(at), "actor": DEVELOPER, **told}


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _copy(items: dict[str, list[Json]]) -> dict[str, list[Json]]:
    """The host completes what it is given in place, so that no two repositories may share an object."""
    copied: dict[str, list[Json]] = json.loads(json.dumps(items))
    return copied
