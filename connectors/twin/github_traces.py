"""What a change leaves at its item, beside the change itself."""

from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost


def record(item: Node, kind: str, *, at: str, by: Node, **fields: Any) -> None:
    """Write an event into the item's timeline."""
    item.setdefault("timelineItems", []).append({"__typename": kind, "createdAt": at, "actor": by, **fields})


def touch(host: GitHubHost, item: Node, at: str) -> None:
    """Let the item have been updated then."""
    item["updatedAt"] = max(at, item["updatedAt"])
    host.changed(item)
