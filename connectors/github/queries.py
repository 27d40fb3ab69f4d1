"""The GraphQL that is asked, made of the fields that the server's schema has."""

import re
from collections.abc import Iterable, Mapping

#: Type → names of its fields or enum values; `field(argument)` for an argument. None: the server would not say.
Schema = Mapping[str, frozenset[str]] | None

#: What Enterprise Server 3.17 does not document: left out where the schema is unknown. # github.md §3, GHES
NEWER = frozenset(
    {
        "Issue.issueType",
        "Issue.parent",
        "IssueTimelineItemsItemType.PARENT_ISSUE_ADDED_EVENT",
        "IssueTimelineItemsItemType.PARENT_ISSUE_REMOVED_EVENT",
    }
)

#: Rows of a nested connection in a page of items (github.md §2a), and where items are read by their ids.
PAGE_ROWS = {
    "labels": 20,
    "assignees": 10,
    "reviews": 30,
    "commits": 50,
    "closingIssuesReferences": 10,
    "timelineItems": 60,
    "statuses": 20,
}
ALL_ROWS = dict.fromkeys(PAGE_ROWS, 100)

PAGE_INFO = "pageInfo { hasNextPage endCursor }"
ACTOR = "fragment actor on Actor { __typename login ... on Node { id } }"
PLACE = "id number repository { nameWithOwner }"
SUBJECT = f"{{ __typename ... on PullRequest {{ {PLACE} }} ... on Issue {{ {PLACE} }} }}"
REPOSITORY = "id nameWithOwner url isArchived isPrivate defaultBranchRef { name }"

#: How much of a connection the probe shows, where not 10 by their update. Deployments know no order but creation,
#: and are news until they have ended.
NEWEST = {"deployments": (30, "CREATED_AT", "id state updatedAt")}

#: What each connection's rows say.
ROWS = {
    "labels": "name",
    "assignees": "...actor",
    "reviews": "id state submittedAt body author { ...actor }",
    "commits": "commit { oid message authoredDate committedDate author { user { ...actor } } }",
    "closingIssuesReferences": PLACE,
    "statuses": "state createdAt",
}

#: What each kind of item says of itself; its connections follow apart.
FIELDS: dict[str, tuple[str, ...]] = {
    "PullRequest": (
        PLACE,
        "url title body state isDraft createdAt updatedAt closedAt mergedAt",
        "baseRefName headRefName additions deletions changedFiles",
        "author { ...actor } mergedBy { ...actor } mergeCommit { oid }",
    ),
    "Issue": (
        PLACE,
        "url title body state createdAt updatedAt closedAt",
        "author { ...actor } milestone { title }",
    ),
    "Deployment": (
        "id repository { nameWithOwner }",
        "state environment latestEnvironment commitOid ref { name } createdAt updatedAt",
    ),
}
#: Asked only of a server that has them.
OPTIONAL = {
    "Issue": {"issueType": "issueType { name }", "parent": f"parent {{ {PLACE} }}"},
}
CONNECTIONS = {
    "PullRequest": ("labels", "reviews", "commits", "closingIssuesReferences", "timelineItems"),
    "Issue": ("labels", "assignees", "timelineItems"),
    "Deployment": ("statuses",),
}

#: What an event says beside its id, instant and actor.
EVENTS = {
    "LabeledEvent": "label { name }",
    "UnlabeledEvent": "label { name }",
    "AssignedEvent": "assignee { ...actor }",
    "UnassignedEvent": "assignee { ...actor }",
    "ClosedEvent": "stateReason",
    "ReopenedEvent": "",
    "MergedEvent": "",
    "MilestonedEvent": "milestoneTitle",
    "DemilestonedEvent": "milestoneTitle",
    "RenamedTitleEvent": "previousTitle currentTitle",
    "ParentIssueAddedEvent": f"parent {{ {PLACE} }}",
    "ParentIssueRemovedEvent": f"parent {{ {PLACE} }}",
    "ConnectedEvent": f"connected: source {SUBJECT}",
    "DisconnectedEvent": f"disconnected: source {SUBJECT}",
    "ReadyForReviewEvent": "",
    "ConvertToDraftEvent": "",
    "ReviewRequestedEvent": "requestedReviewer { ...actor ... on Team { __typename id slug } }",
    "ReviewRequestRemovedEvent": "requestedReviewer { ...actor ... on Team { __typename id slug } }",
    "HeadRefForcePushedEvent": "beforeCommit { oid } afterCommit { oid }",
}
_BOTH = (
    "LabeledEvent",
    "UnlabeledEvent",
    "AssignedEvent",
    "UnassignedEvent",
    "MilestonedEvent",
    "DemilestonedEvent",
    "RenamedTitleEvent",
    "ClosedEvent",
    "ReopenedEvent",
)
TIMELINES = {
    "Issue": (*_BOTH, "ParentIssueAddedEvent", "ParentIssueRemovedEvent", "ConnectedEvent", "DisconnectedEvent"),
    "PullRequest": (
        *_BOTH,
        "MergedEvent",
        "ReadyForReviewEvent",
        "ConvertToDraftEvent",
        "ReviewRequestedEvent",
        "ReviewRequestRemovedEvent",
        "HeadRefForcePushedEvent",
    ),
}
#: The types that are looked up in the server's schema.
ASKED_TYPES = ("Issue", "PullRequest", "IssueTimelineItemsItemType", "PullRequestTimelineItemsItemType", *EVENTS)


def introspection() -> str:
    """What the server's schema knows of the types that are asked for."""
    names = "fields(includeDeprecated: true) { name args { name } } enumValues(includeDeprecated: true) { name }"
    return "query schema {" + " ".join(f'{name}: __type(name: "{name}") {{ {names} }}' for name in ASKED_TYPES) + "}"


def owned() -> str:
    """The repositories of one owner, page by page."""
    return f"""query repositories($owner: String!, $after: String) {{
  repositoryOwner(login: $owner) {{
    repositories(first: 100, after: $after) {{ {PAGE_INFO} nodes {{ {REPOSITORY} }} }}
  }}
}}"""


def named(count: int) -> str:
    """That many repositories by owner and name, each under an alias of its own."""
    places = range(count)
    variables = ", ".join(f"$owner{n}: String!, $name{n}: String!" for n in places)
    asked = " ".join(f"r{n}: repository(owner: $owner{n}, name: $name{n}) {{ {REPOSITORY} }}" for n in places)
    return f"query named({variables}) {{ {asked} }}"


def probe(connections: Iterable[str]) -> str:
    """The newest of each connection, for many repositories at once: cheap, and different as soon as anything is new."""
    asked = " ".join(_newest(connection) for connection in connections)
    return f"query probe($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Repository {{ {REPOSITORY} {asked} }} }} }}"


def page(kind: str, connection: str, schema: Schema) -> str:
    """One page of a repository's items, the latest first, each with what belongs to it."""
    return f"""query {connection}($repository: ID!, $first: Int!, $after: String) {{
  {_walk(kind, connection, "...item")}
}}
{item(kind, schema, PAGE_ROWS)}"""


def skim(kind: str, connection: str) -> str:
    """The same page without anything that could be too much: only ids."""
    return f"""query skim($repository: ID!, $first: Int!, $after: String) {{
  {_walk(kind, connection, "id")}
}}"""


def by_id(kind: str, schema: Schema) -> str:
    """Items by their ids, with the longest connections that one answer may hold."""
    return f"query items($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...item }} }}\n{item(kind, schema, ALL_ROWS)}"


def more(kind: str, connections: Iterable[str], schema: Schema) -> str:
    """The next rows of connections that were longer: for each its item's `id` and where to go on `after`."""
    asked = list(connections)
    variables = ", ".join(f"$id{n}: ID!, $after{n}: String" for n in range(len(asked)))
    nodes = "\n".join(
        f"n{n}: node(id: $id{n}) {{ ... on {kind} {{ rows: {rows(kind, name, schema, 100, f'$after{n}')} }} }}"
        for n, name in enumerate(asked)
    )
    return f"query more({variables}) {{\n{nodes}\n}}\n{_actor(nodes)}"


def item(kind: str, schema: Schema, sizes: Mapping[str, int]) -> str:
    """The fragment `item`: one item of that kind, with its connections cut at `sizes`."""
    optional = [text for name, text in OPTIONAL.get(kind, {}).items() if _has(schema, kind, name)]
    reason = [_state_reason(kind, schema)] if kind == "Issue" else []
    connections = [rows(kind, name, schema, sizes[name]) for name in CONNECTIONS[kind]]
    body = "\n  ".join([*FIELDS[kind], *optional, *reason, *connections])
    return f"fragment item on {kind} {{\n  {body}\n}}\n{_actor(body)}"


def rows(kind: str, connection: str, schema: Schema, first: int, after: str = "") -> str:
    """One nested connection of an item."""
    arguments, row = f"first: {first}" + (f", after: {after}" if after else ""), ROWS.get(connection, "")
    if connection == "timelineItems":
        known = [name for name in TIMELINES[kind] if _has(schema, f"{kind}TimelineItemsItemType", _word(name))]
        # A type that this token may not see can fail the whole call: ask only for those we read. # github.md §1a
        arguments += f", itemTypes: [{' '.join(_word(name) for name in known)}]"
        row = "__typename " + " ".join(_event(name, schema) for name in known)
    return f"{connection}({arguments}) {{ {PAGE_INFO} nodes {{ {row} }} }}"


def _walk(kind: str, connection: str, row: str) -> str:
    order = "CREATED_AT" if kind == "Deployment" else "UPDATED_AT"  # deployments know no other order
    return f"""node(id: $repository) {{ ... on Repository {{
    items: {connection}(first: $first, after: $after, orderBy: {{field: {order}, direction: DESC}}) {{
      {PAGE_INFO} nodes {{ {row} }}
    }}
  }} }}"""


def _newest(connection: str) -> str:
    """Enough of the newest that whatever changes among them shows, though two changes share a second."""
    first, order, row = NEWEST.get(connection, (10, "UPDATED_AT", "id updatedAt"))
    order_by = f"orderBy: {{field: {order}, direction: DESC}}"
    return f"{connection}(first: {first}, {order_by}) {{ totalCount nodes {{ {row} }} }}"


def _event(name: str, schema: Schema) -> str:
    said = EVENTS[name]
    if said == "stateReason":
        said = _state_reason(name, schema)
    return f"... on {name} {{ id createdAt actor {{ ...actor }} {said} }}"


def _state_reason(kind: str, schema: Schema) -> str:
    """Why it was closed, where the server says so; duplicates only show as such when asked for."""
    if not _has(schema, kind, "stateReason"):
        return ""
    asked = schema is not None and "stateReason(enableDuplicate)" in schema.get(kind, ())
    return "stateReason(enableDuplicate: true)" if asked else "stateReason"


def _has(schema: Schema, kind: str, name: str) -> bool:
    if schema is None:
        return f"{kind}.{name}" not in NEWER
    return name in schema.get(kind, frozenset())


def _word(event: str) -> str:
    """LabeledEvent → LABELED_EVENT."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).upper()


def _actor(body: str) -> str:
    return ACTOR if "...actor" in body else ""
