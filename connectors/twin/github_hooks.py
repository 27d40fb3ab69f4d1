"""The webhook deliveries that GitHub sends for each change, kept in the order of the changes and never sent by itself.

https://docs.github.com/webhooks/webhook-events-and-payloads
"""

import hmac
import uuid
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.twin.github_objects import Node
from connectors.twin.github_rest_bodies import Bodies
from connectors.twin.github_state import GitHubHost

API = "https://api.github.com"
ITEM_EVENTS = {"Issue": ("issues", "issue"), "PullRequest": ("pull_request", "pull_request")}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery: `event` with its action (`issues.labeled`), and the bytes that are signed."""

    event: str
    guid: str
    body: bytes

    def headers(self, secret: str | None = None) -> dict[str, str]:
        """What GitHub sends beside the body, by name in small letters; signed where there is a secret."""
        signed = {} if secret is None else {"x-hub-signature-256": f"sha256={self.signature(secret)}"}
        return {
            "content-type": "application/json",
            "user-agent": "GitHub-Hookshot/0000000",
            "x-github-delivery": self.guid,
            "x-github-event": self.event.partition(".")[0],
            **signed,
        }

    def signature(self, secret: str) -> str:
        """HMAC with SHA-256 over the body, in hexadecimal digits."""
        return hmac.new(secret.encode(), self.body, "sha256").hexdigest()

    @property
    def payload(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)


def bodies(host: GitHubHost) -> Bodies:
    """The host's objects as payloads show them."""
    return Bodies(host, API)


def tell(host: GitHubHost, event: str, *, by: Node, repository: Node | None = None, **parts: Any) -> None:
    """Keep a delivery of that event; `parts` is what only this kind of payload holds."""
    name, _, action = event.partition(".")
    shown = bodies(host)
    payload: Node = {**({"action": action} if action else {}), **parts}
    if repository is not None:
        payload["repository"] = shown.repository(repository)
        payload |= organization(repository["owner"])
    payload["sender"] = shown.account(by)
    guid = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}/{len(host.deliveries)}")
    host.deliveries.append(Delivery(event=event, guid=str(guid), body=msgspec.json.encode(payload)))


def organization(owner: Node) -> Node:
    """The part that payloads have where an organization owns what they tell of."""
    if owner["__typename"] != "Organization":
        return {}
    return {"organization": {"login": owner["login"], "id": owner["databaseId"], "node_id": owner["id"]}}


def tell_item(host: GitHubHost, item: Node, action: str, *, by: Node, **parts: Any) -> None:
    """Keep a delivery about an issue or pull request as it stands."""
    event, _ = ITEM_EVENTS[item["__typename"]]
    repository = host.by_id[item["repository"]]
    tell(host, f"{event}.{action}", by=by, repository=repository, **shown(host, item), **parts)


def shown(host: GitHubHost, item: Node) -> Node:
    """The item under the name that payloads give it; a pull request brings its number too."""
    whole, known = host.completed(item), bodies(host)
    if item["__typename"] == "Issue":
        return {"issue": known.issue(whole)}
    return {"number": item["number"], "pull_request": known.whole_pull(whole)}


def tell_push(
    host: GitHubHost, repository: Node, branch: str, *, before: str, after: str, by: Node, **more: Any
) -> None:
    """Keep the delivery of a push to a branch."""
    told = {"ref": f"refs/heads/{branch}", "before": before, "after": after, "forced": False, "commits": [], **more}
    tell(host, "push", by=by, repository=repository, **told)
