"""What Jira's webhooks say of edits: requests as an administrator's webhook sends them, signed where it has a secret.

Nothing is sent: a test takes what an edit would have sent, and loses, doubles or reorders it as it likes.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from connectors.twin.jira_dates import epoch_ms
from connectors.twin.jira_render import issue_body
from connectors.twin.jira_state import JiraSite

Json = dict[str, Any]
AGENT = "Atlassian Webhook HTTP Client"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request."""

    headers: dict[str, str]
    body: bytes

    def again(self) -> "Sent":
        """The same, as it is retried."""
        attempt = int(self.headers.get("x-atlassian-webhook-retry", "0")) + 1
        return Sent(headers={**self.headers, "x-atlassian-webhook-retry": str(attempt)}, body=self.body)


@dataclass(kw_only=True)
class Webhook:
    """A webhook of a site. `sent` lists what it sent, oldest first."""

    site: JiraSite
    secret: str | None = None
    sent: list[Sent] = field(default_factory=list)

    def created(self, key: str) -> Sent:
        return self._about("jira:issue_created", key)

    def updated(self, key: str) -> Sent:
        """With the last entry of its history, as only this event has it."""
        history = (self.site.issue(key).histories or [{"id": "0", "items": []}])[-1]
        return self._about("jira:issue_updated", key, changelog={"id": history["id"], "items": history["items"]})

    def deleted(self, key: str) -> Sent:
        """To be told before the deletion itself: it shows the issue as it was."""
        return self._about("jira:issue_deleted", key)

    def commented(self, key: str) -> Sent:
        """With no more of the issue than a stub."""
        issue = self.site.issue(key)
        stub = {"id": issue.id, "key": issue.key, "fields": {"summary": issue.fields["summary"]}}
        return self.send("comment_created", comment={"id": "1"}, issue=stub)

    def logged_work(self, key: str, worklog: str) -> Sent:
        """With no more of the issue than its id."""
        return self.send("worklog_created", worklog={"id": worklog, "issueId": self.site.issue(key).id})

    def linked(self, key: str, other: str) -> Sent:
        sides = {"sourceIssueId": self.site.issue(key).id, "destinationIssueId": self.site.issue(other).id}
        return self.send("issuelink_created", issueLink={"id": 1, **sides})

    def send(self, event: str, **parts: Any) -> Sent:
        """Any event."""
        body = json.dumps({"timestamp": epoch_ms(self.site.now()), "webhookEvent": event, **parts}).encode()
        headers = {
            "content-type": "application/json; charset=UTF-8",
            "user-agent": AGENT,
            "x-atlassian-webhook-identifier": f"delivery-{len(self.sent) + 1}",
            "x-atlassian-webhook-flow": "Primary",
        }
        if self.secret:
            digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["x-hub-signature"] = f"sha256={digest}"
        self.sent.append(Sent(headers=headers, body=body))
        return self.sent[-1]

    def _about(self, event: str, key: str, **parts: Any) -> Sent:
        """The issue in the shape of REST v2, whatever the site's edition (jira.md §6)."""
        shown = issue_body(self.site, self.site.issue(key), names=["*all"], version="2")
        return self.send(event, issue=shown, user=self.site.me, **parts)
