"""What may happen at the sources: edits of the stand-ins by name, each as its vendor makes it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from connectors.twin import github_edits as edits
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira_hooks import Sent, Webhook
from connectors.twin.jira_state import JiraSite
from tests.connectors.github.hosts import DEV, REVIEWER, commit
from tests.connectors.twin.sites import DEV as SOMEBODY

Node = dict[str, Any]
Edit = Callable[[GitHubHost, Node, int, dict[str, Any]], object]

#: What may happen to an item. The number is one that nothing had before.
TO_ANY: dict[str, Edit] = {
    "retitle": lambda host, item, number, told: edits.edit(host, item, title=f"Title {number}", **told),
    "label": lambda host, item, number, told: edits.label(host, item, f"label {number}", **told),
    "unlabel": lambda host, item, _, told: [
        edits.unlabel(host, item, label["name"], **told) for label in item.get("labels", ())[:1]
    ],
    "close": lambda host, item, _, told: not item.get("closedAt") and edits.close(host, item, **told),
    "reopen": lambda host, item, _, told: (
        item.get("closedAt") and not item.get("mergedAt") and edits.reopen(host, item, **told)
    ),
    "assign": lambda host, item, _, told: edits.assign(host, item, REVIEWER, **told),
    "comment": lambda host, item, _, told: edits.comment(host, item, **told),
}
TO_ISSUES: dict[str, Edit] = {
    "delete": lambda host, item, _, told: edits.delete(host, item, by=told["by"]),
    "transfer": lambda host, item, _, told: edits.transfer(host, item, _other_place(host, item), **told),
}
TO_PULLS: dict[str, Edit] = {
    "push": lambda host, item, number, told: edits.push(host, item, [_commit(number)], **told),
    "force push": lambda host, item, number, told: edits.push(host, item, [_commit(number)], force=True, **told),
    "review": lambda host, item, _, told: edits.review(host, item, **told),
    "merge": lambda host, item, number, told: (
        not item.get("closedAt") and edits.merge(host, item, oid=f"{number:040x}", **told)
    ),
}
TO_REPOSITORIES: dict[str, Edit] = {
    "open issue": lambda host, shop, number, told: edits.open_issue(host, shop, title=f"Wish {number}", **told),
    "open pull": lambda host, shop, number, told: edits.open_pull_request(
        host, shop, title=f"Change {number}", commits=[commit(number)], **told
    ),
}
EDITS = {
    "issues pullRequests": TO_ANY,
    "issues": TO_ISSUES,
    "pullRequests": TO_PULLS,
}
#: Every word that something may happen at GitHub by.
AT_GITHUB = sorted({**TO_ANY, **TO_ISSUES, **TO_PULLS, **TO_REPOSITORIES})


def at_github(host: GitHubHost, word: str, number: int, *, at: str, numbers: Iterator[int]) -> None:
    """Lets it happen to one of the items that it may happen to, if there is any."""
    told = {"at": at, "by": DEV}
    if word in TO_REPOSITORIES:
        TO_REPOSITORIES[word](host, host.repositories[0], next(numbers), told)
        return
    kinds, named = next((kinds.split(), named) for kinds, named in EDITS.items() if word in named)
    items = [item for place in host.repositories for kind in kinds for item in place[kind]]
    if items:
        named[word](host, items[number % len(items)], next(numbers), told)


#: What may happen at Jira, of a project with these statuses; each says what the webhook tells of it.
STATUSES = ("Backlog", "Selected", "In Progress", "In Review", "Done")
AT_JIRA = ["create", "delete", "label", "move", "retitle", "transition"]


def at_jira(site: JiraSite, hook: Webhook, word: str, number: int, *, at: datetime) -> Sent | None:
    """Lets it happen to one of the issues, if there is any, and says what is sent."""
    told: dict[str, Any] = {"at": at, "author": SOMEBODY}
    if word == "create":
        return hook.created(site.create("PAY", "Task", f"Task {number}", status="Backlog", **told))
    keys = sorted(issue.key for issue in site.issues.values())
    if not keys:
        return None
    key = keys[number % len(keys)]
    if word == "delete":
        sent = hook.deleted(key)
        site.delete(key)
        return sent
    return hook.updated(_changed(site, key, word, number, told))


def _changed(site: JiraSite, key: str, word: str, number: int, told: dict[str, Any]) -> str:
    """The issue's key afterwards."""
    project = site.issue(key).project["key"]
    match word:
        case "label":
            site.relabel(key, [f"label{number % 3}"], **told)
        case "move":
            return site.move(key, *(("WEB",) if project == "PAY" else ("PAY",)), status="In Progress", **told)
        case "retitle":
            site.edit(key, summary=f"Title {number}", **told)
        case _:
            names = STATUSES if project == "PAY" else ("To Do", "In Progress", "Done")
            site.transition(key, names[number % len(names)], **told)
    return key


def _other_place(host: GitHubHost, item: Node) -> Node:
    return next(place for place in host.repositories if place["id"] != item["repository"])


def _commit(number: int) -> Node:
    made: Node = commit(number)["commit"]
    return made
