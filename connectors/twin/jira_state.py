"""A Jira site's state, and the edits that tests and the synthetic company make to it.

Issues are held as the bodies Jira's REST v2 shows. An edit changes the body, writes the history and moves `updated`,
as Jira does; what it never touches (a sprint's dates, a version's release) is changed in place by the caller.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from connectors.twin import jira_edits
from connectors.twin.jira_dates import history_order, jira_time

Json = dict[str, Any]
Deployment = Literal["Cloud", "Server"]


@dataclass(slots=True)
class Issue:
    body: Json
    """As REST v2 shows it, without `changelog`; a parent or sub-task of this site may be `{id}` alone."""
    histories: list[Json] | None
    """Oldest first; None where the history is not held, as in a dump that did not ask for it."""

    @classmethod
    def of(cls, body: Json) -> "Issue":
        """The issue of a body as fetched, whose histories, if any, are put in order."""
        bare = {name: value for name, value in body.items() if name != "changelog"}
        if "changelog" not in body:
            return cls(bare, None)
        return cls(bare, sorted(body["changelog"]["histories"], key=history_order))

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def key(self) -> str:
        return str(self.body["key"])

    @property
    def fields(self) -> Json:
        return self.body["fields"]  # type: ignore[no-any-return]

    @property
    def project(self) -> Json:
        return self.fields["project"]  # type: ignore[no-any-return]

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.fields["created"])

    @property
    def updated_at(self) -> datetime:
        return datetime.fromisoformat(self.fields["updated"])


@dataclass(kw_only=True)
class JiraSite:
    deployment: Deployment
    now: Callable[[], datetime]
    """The site's clock: the `Date` of its answers, and what `-12m` counts from."""
    url: str = "https://jira.example"
    """What the site calls itself in `self` links; never where the twin listens."""
    title: str = "Jira"
    version: str = "1001.0.0"
    context: str = ""
    """The context path of a Data Center site, such as `/jira`."""
    zone: str = "UTC"
    """The zone of the signed-in account's profile, in which Jira reads written dates."""
    email: str | None = None
    token: str | None = None
    """With a token the site wants a sign-in: Basic email:token on Cloud, Bearer on Data Center."""
    cloud_id: str = "00000000-0000-4000-8000-000000000000"
    bulk_changelog_in_ms: bool = False
    """Whether bulk changelogs date histories in epoch milliseconds; both forms are seen (jira.md §1.3)."""

    projects: list[Json] = field(default_factory=list)
    fields: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    issue_types: list[Json] = field(default_factory=list)
    priorities: list[Json] = field(default_factory=list)
    resolutions: list[Json] = field(default_factory=list)
    components: dict[str, list[Json]] = field(default_factory=dict)
    """By project key, as are the versions."""
    versions: dict[str, list[Json]] = field(default_factory=dict)
    boards: list[Json] = field(default_factory=list)
    configurations: dict[int, Json] = field(default_factory=dict)
    """By board id."""
    sprints: dict[int, list[Json]] = field(default_factory=dict)
    """By the board that lists them; a board may list sprints that were made on another (jira.md §1.5)."""
    users: dict[str, Json] = field(default_factory=dict)
    """By account id on Cloud, by user key on Data Center."""
    worklogs: dict[str, Json] = field(default_factory=dict)
    """By id; `jira_beside` writes them, and the two that follow."""
    deleted_worklogs: dict[str, int] = field(default_factory=dict)
    """By id, when, in epoch milliseconds."""
    remote_links: dict[str, list[Json]] = field(default_factory=dict)
    """By issue id."""
    panels: dict[str, list[Json]] = field(default_factory=dict)
    """By issue id, the details of its development panel."""
    me: Json = field(default_factory=lambda: {"accountId": "fingerpost", "displayName": "Fingerpost", "active": True})

    issues: dict[str, Issue] = field(default_factory=dict)
    """By issue id. Put issues in with `add`, not here."""
    ids_by_key: dict[str, str] = field(default_factory=dict)
    """Every key an issue has or had: old keys keep resolving after a move."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Issues, by id, that bulk reads fail on, with what Jira says of each."""
    archived: set[str] = field(default_factory=set)
    """Ids of issues that left search and still answer by their id."""
    closed: set[str] = field(default_factory=set)
    """Keys of projects that are listed, as to their administrator, and may not be browsed."""
    insight: bool = True
    """Whether the list of projects tells how many issues each holds."""
    may_edit: bool = True
    """Whether the account may edit issues; `may_be_quiet`: and do so without notifying anybody."""
    may_be_quiet: bool = True
    revision: int = 0
    """Counts edits, so that a search's answer can be kept until the next one."""
    last_history_id: int = 100_000
    last_issue_id: int = 10_000
    last_worklog_id: int = 10_000
    last_comment_id: int = 10_000
    last_remote_link_id: int = 10_000
    last_numbers: dict[str, int] = field(default_factory=dict)

    def add(self, issues: Iterable[Issue]) -> None:
        for issue in issues:
            self.issues[issue.id] = issue
            self.ids_by_key[issue.key] = issue.id
            self.last_issue_id = max(self.last_issue_id, int(issue.id))
            project, number = issue.key.rsplit("-", 1)
            self.last_numbers[project] = max(self.last_numbers.get(project, 0), int(number))
        self.revision += 1

    def find(self, id_or_key: str) -> Issue | None:
        """The issue of an id, a key or a former key."""
        return self.issues.get(id_or_key) or self.issues.get(self.ids_by_key.get(id_or_key.upper(), ""))

    def issue(self, key: str) -> Issue:
        """The issue of a key that is known to exist."""
        return self.issues[self.ids_by_key[key]]

    def create(
        self,
        project: str,
        issue_type: str,
        summary: str,
        *,
        at: datetime,
        author: str,
        status: str,
        **values: Any,
    ) -> str:
        """The new issue's key. `values` are edits of `jira_edits` that hold from the start and so leave no history."""
        self.last_issue_id += 1
        number = self.last_numbers[project] = self.last_numbers.get(project, 0) + 1
        identity, key = str(self.last_issue_id), f"{project}-{number}"
        parent = values.pop("parent", None)
        fields = {
            "summary": summary,
            "issuetype": self._issue_type(issue_type, project),
            "project": _link(self.project(project)),
            "status": self.status(status, project=project),
            "creator": self.users[author],
            "reporter": self.users[author],
            "created": jira_time(at),
            "updated": jira_time(at),
            "statuscategorychangedate": jira_time(at),
            **_blank(),
        }
        self._apply(fields, values)
        body = {"id": identity, "key": key, "self": f"{self.url}/rest/api/2/issue/{identity}", "fields": fields}
        self.add([Issue(body, [])])
        if parent is not None:
            self._adopt(self.issues[identity], parent)
        return key

    def edit(self, key: str, *, at: datetime, author: str, **values: Any) -> None:
        """Applies edits of `jira_edits` as one history; nothing is written when nothing changes."""
        issue = self.issue(key)
        if "parent" in values:
            values["parent"] = self._parent(values["parent"])
        self.record(issue, self._apply(issue.fields, values), at=at, author=author)

    def transition(
        self, key: str, status: str, *, at: datetime, author: str, resolution: str | None = None, **values: Any
    ) -> None:
        """Moves the issue to a status of its project. Entering a done status sets the resolution (`Done` unless
        named), leaving it clears it."""
        issue = self.issue(key)
        new = self.status(status, project=issue.project["key"])
        values["status"] = new
        if new["statusCategory"]["key"] == "done":
            values["resolution"] = self._resolution(resolution or "Done")
        else:
            values["resolution"] = None
        self.edit(key, at=at, author=author, **values)

    def relabel(self, key: str, labels: Iterable[str], *, at: datetime, author: str) -> None:
        self.edit(key, at=at, author=author, labels=labels)

    def move(self, key: str, project: str, *, at: datetime, author: str, status: str | None = None) -> str:
        """The issue's new key. Id and history stay; a status that the new project lacks must be named."""
        issue = self.issue(key)
        new = self.project(project)
        values: Json = {"project": _link(new)}
        if status:
            values["status"] = self.status(status, project=project)
        number = self.last_numbers[project] = self.last_numbers.get(project, 0) + 1
        issue.body["key"] = f"{project}-{number}"
        self.ids_by_key[issue.key] = issue.id
        items = [jira_edits.key(key, issue.key), *self._apply(issue.fields, values)]
        self.record(issue, items, at=at, author=author)
        return issue.key

    def delete(self, key: str) -> None:
        """Removes the issue and every key it had: what follows is silence."""
        issue = self.issue(key)
        del self.issues[issue.id]
        self.ids_by_key = {key: identity for key, identity in self.ids_by_key.items() if identity != issue.id}
        self.revision += 1

    def project(self, key: str) -> Json:
        return _only(self.projects, "key", key)

    def status(self, name: str, *, project: str) -> Json:
        """The status of a name in a project: its own where it is team-managed, else the site's."""
        return self._of_project(self.statuses, name, project)

    def _issue_type(self, name: str, project: str) -> Json:
        return self._of_project(self.issue_types, name, project)

    def _of_project(self, entries: list[Json], name: str, project: str) -> Json:
        named = {_scope(entry): entry for entry in entries if entry["name"] == name}
        found = named.get(self.project(project)["id"]) or named.get(None)
        if found is None:
            raise LookupError(f"the project {project} has no {name!r}")
        return found

    def _resolution(self, name: str) -> Json:
        return _only(self.resolutions, "name", name)

    def _parent(self, key: str | None) -> Json | None:
        return None if key is None else {"id": self.ids_by_key[key], "key": key}

    def _adopt(self, child: Issue, parent: str) -> None:
        child.fields["parent"] = self._parent(parent)
        if child.fields["issuetype"]["subtask"]:
            self.issue(parent).fields["subtasks"].append({"id": child.id})

    def _apply(self, fields: Json, values: Json) -> list[Json]:
        return [
            item for name, edit in jira_edits.EDITS.items() if name in values for item in edit(fields, values[name])
        ]

    def record(self, issue: Issue, items: list[Json], *, at: datetime, author: str) -> None:
        """Writes these change items into the issue's history, as one; nothing where there are none."""
        if not items:
            return
        self.last_history_id += 1
        self.revision += 1
        moment = jira_time(at)
        if issue.histories is not None:
            author_of = self.users[author]
            issue.histories.append(
                {"id": str(self.last_history_id), "author": author_of, "created": moment, "items": items}
            )
        issue.fields["updated"] = moment
        self._stamp(issue.fields, items, moment)

    def _stamp(self, fields: Json, items: list[Json], moment: str) -> None:
        """The dates that Jira keeps beside the history; the category's date moves with the category alone."""
        for item in items:
            if item["field"] == "resolution":
                fields["resolutiondate"] = moment if item["to"] else None
            if item["field"] == "status" and self._category(item["from"]) != self._category(item["to"]):
                fields["statuscategorychangedate"] = moment

    def _category(self, status_id: str) -> str:
        return str(_only(self.statuses, "id", status_id)["statusCategory"]["key"])


def _blank() -> Json:
    """The fields an issue has before anybody fills them in."""
    return {
        "description": None,
        "priority": None,
        "assignee": None,
        "resolution": None,
        "resolutiondate": None,
        "duedate": None,
        "labels": [],
        "components": [],
        "fixVersions": [],
        "versions": [],
        "issuelinks": [],
        "subtasks": [],
        "parent": None,
        jira_edits.SPRINT: None,
        jira_edits.POINTS: None,
        jira_edits.FLAGGED: None,
    }


def _link(project: Json) -> Json:
    """A project as it stands in an issue."""
    return {
        name: project[name] for name in ("self", "id", "key", "name", "projectTypeKey", "simplified") if name in project
    }


def _scope(entry: Json) -> str | None:
    """The project a team-managed status or type belongs to."""
    return entry.get("scope", {}).get("project", {}).get("id")  # type: ignore[no-any-return]


def _only(entries: Iterable[Json], attribute: str, value: str) -> Json:
    for entry in entries:
        if entry[attribute] == value:
            return entry
    raise LookupError(f"this site has no {attribute} {value!r}")
