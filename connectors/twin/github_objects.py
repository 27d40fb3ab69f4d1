"""What every GitHub object has, filled in where the maker of the state left it out: type name, ids, back references.

An object is a plain dict keyed by GraphQL field names. A list stands where GraphQL has a connection; a string where it
has an object is that object's node id.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from connectors.twin.github_schema import composite_fields, github_schema

Node = dict[str, Any]

# What stands for an interface or a union where the object itself does not say.
USUAL = {
    "Actor": "User",
    "Assignee": "User",
    "RequestedReviewer": "User",
    "RepositoryOwner": "Organization",
    "ProjectV2Owner": "Organization",
    "GitObject": "Commit",
    "Closer": "Commit",
    "ProjectV2ItemContent": "DraftIssue",
    "ProjectV2FieldConfiguration": "ProjectV2Field",
}
# Objects that are the same wherever they are met: by name in the whole host, or in one repository.
KNOWN_BY = {
    **dict.fromkeys(("User", "Bot", "Mannequin", "Organization"), "login"),
    "Team": "slug",
    "IssueType": "name",
}
KNOWN_IN_REPOSITORY = {"Label": "name", "Milestone": "title", "Ref": "name", "Commit": "oid"}
# Too many to complete at once: the host completes each when it is first met.
LATER = {("Repository", "issues"), ("Repository", "pullRequests")}
BACK_REFERENCES = {
    "Organization": ("organization", "owner"),
    "User": ("owner",),
    "Repository": ("repository",),
    "PullRequest": ("pullRequest",),
    "Deployment": ("deployment",),
    "ProjectV2": ("project",),
    "ProjectV2Item": ("item",),
}
DATED_BY = ("createdAt", "submittedAt", "closedAt", "mergedAt", "publishedAt")


def complete(node: Node, kind: str, *, place: str, owners: Mapping[str, str], meet: Callable[[Node], None]) -> None:
    """Give the object and all it holds a type name, ids and back references, and let `meet` see each that has an id.

    `place` makes the id of an object that has no name of its own; `owners` are the ids of what holds it, by field name.
    """
    kind = node.setdefault("__typename", USUAL.get(kind, kind))
    identify(node, kind, place=place, repository=owners.get("repository", ""))
    for name, owner in owners.items():
        if name in composite_fields()[kind]:
            node.setdefault(name, owner)
    if "id" in node:
        meet(node)
    if kind in BACK_REFERENCES:
        owners = {**owners, **dict.fromkeys(BACK_REFERENCES[kind], str(node["id"]))}
    for field, child, child_kind in children(node, kind):
        complete(child, child_kind, place=f"{node.get('id', place)}/{field}", owners=owners, meet=meet)


def children(node: Node, kind: str) -> Iterator[tuple[str, Node, str]]:
    """The objects written inside this one: (field and position, object, declared type)."""
    for field, child_kind in composite_fields()[kind].items():
        value = None if (kind, field) in LATER else node.get(field)
        if isinstance(value, dict):
            yield field, value, child_kind
        elif isinstance(value, list):
            yield from ((f"{field}/{i}", child, child_kind) for i, child in enumerate(value) if isinstance(child, dict))


def identify(node: Node, kind: str, *, place: str, repository: str = "") -> None:
    """Give the object the ids its type has: an opaque node id, and numbers that need 31 and 48 bits."""
    wanted = identities(kind)
    if wanted <= node.keys():
        return
    name = str(node.get(KNOWN_BY.get(kind, ""), "") or node.get(KNOWN_IN_REPOSITORY.get(kind, ""), ""))
    where = "" if kind in KNOWN_BY else repository
    digest = hashlib.blake2b(f"{kind} {where} {name}".encode() if name else place.encode(), digest_size=6).hexdigest()
    given = node.get("databaseId")
    ids = {
        "id": f"{''.join(c for c in kind if c.isupper())}_kw{digest}",
        "databaseId": (int(digest, 16) >> 17) + 1,
        "fullDatabaseId": str(given or int(digest, 16) + 1),
    }
    for field in wanted:
        node.setdefault(field, ids[field])


@cache
def identities(kind: str) -> frozenset[str]:
    """The id fields that objects of this type have."""
    fields: Iterable[str] = getattr(github_schema().type_map[kind], "fields", ())
    return frozenset({"id", "databaseId", "fullDatabaseId"} & set(fields))


@cache
def snake(kind: str) -> str:
    """A type's name as enums and REST write it: `ReadyForReviewEvent` is `ready_for_review_event`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()


def latest(node: Node) -> str | None:
    """The latest instant the item's own data names: its last change, where nobody wrote `updatedAt` down."""
    dated = [node, *node.get("reviews", ()), *node.get("timelineItems", ()), *node.get("comments", ())]
    instants = [d[name] for d in dated if isinstance(d, dict) for name in DATED_BY if d.get(name)]
    return max(instants, default=None)
