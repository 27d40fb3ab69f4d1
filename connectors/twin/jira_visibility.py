"""What a site stops showing, and shows again: to who asks, hidden and deleted look alike (jira.md §3.3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.twin.jira_dates import jira_time
from connectors.twin.jira_state import Issue, JiraSite

Json = dict[str, Any]
REDACTED = "[redacted]"


@dataclass(kw_only=True)
class Curtain:
    """Holds what is hidden of a site, until it is shown again."""

    site: JiraSite
    projects: dict[str, Json] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def hide(self, *keys: str) -> None:
        """Hides issues, as a security level does."""
        for key in keys:
            issue = self.site.issue(key)
            self.issues[issue.id] = self.site.issues.pop(issue.id)
            self.keys |= {name: identity for name, identity in self.site.ids_by_key.items() if identity == issue.id}
        self._forget()

    def hide_project(self, key: str) -> None:
        """Hides a project with all its issues."""
        self.hide(*(issue.key for issue in list(self.site.issues.values()) if issue.project["key"] == key))
        self.projects[key] = self.site.project(key)
        self.site.projects = [project for project in self.site.projects if project["key"] != key]

    def lift(self) -> None:
        """Shows all of it again."""
        self.site.projects += self.projects.values()
        self.site.issues |= self.issues
        self.site.ids_by_key |= self.keys
        self.site.revision += 1
        self.projects, self.issues, self.keys = {}, {}, {}

    def _forget(self) -> None:
        self.site.ids_by_key = {n: i for n, i in self.site.ids_by_key.items() if i not in self.issues}
        self.site.revision += 1


def redact(site: JiraSite, key: str, name: str, *, at: datetime) -> None:
    """Takes the texts of a field out of the issue's history, which is rewritten, not added to (§1.3)."""
    issue = site.issue(key)
    for history in issue.histories or []:
        for item in history["items"]:
            if item["field"] == name:
                item |= {"fromString": REDACTED, "toString": REDACTED}
    issue.fields["updated"] = jira_time(at)
    site.revision += 1
