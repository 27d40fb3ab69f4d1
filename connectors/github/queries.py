"""The GraphQL that is asked, made of the fields that the server's schema has."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from connectors.github.selections import (
    CONNECTIONS,
    COUNTED,
    EVENTS,
    FIELDS,
    LATEST_TEN,
    NEWER,
    NEWEST,
    PAGE_INFO,
    ROW_TYPES,
    ROWS,
    SELDOM,
    TIMELINES,
    VALUES,
)

#: Rows of a nested connection in a page of items (github.md §2a), and where items are read by their ids.
PAGE_ROWS = {
    "labels": 20,
    "assignees": 10,
    "reviewRequests": 20,
    "reviews": 50,
    "reviewThreads": 50,
    "commits": 50,
    "files": 50,
    "closingIssuesReferences": 10,
    "issueFieldValues": 25,
    "timelineItems": 100,
    "statuses": 20,
}
MOST_ROWS = 100  # of any connection (github.md §1)

#: The types that are looked up in the server's schema.
ASKED_TYPES = (*FIELDS, *EVENTS, *VALUES, "IssueTimelineItemsItemType", "PullRequestTimelineItemsItemType")

ACTOR = """fragment actor on Actor {
  __typename login ... on Node { id } ... on User { databaseId } ... on Bot { databaseId }
}"""
HEAD = "head: defaultBranchRef { target { oid } }"
_FIELD = re.compile(r"(?:\w+: )?(\w+)(?:\((\w+):)?")


@dataclass(frozen=True, kw_only=True, eq=False)  # equal to itself alone, so that queries are kept by it
class Schema:
    """What may be asked for. `types`: the names of each type's fields or enum values, `field(argument)` for an
    argument; empty where the server would not say. `refused`: `Type.field` that this token may not read.
    """

    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


def introspection() -> str:
    """What the server's schema knows of the types that are asked for."""
    names = "fields(includeDeprecated: true) { name args { name } } enumValues(includeDeprecated: true) { name }"
    return "query schema {" + " ".join(f'{name}: __type(name: "{name}") {{ {names} }}' for name in ASKED_TYPES) + "}"


def owned(schema: Schema) -> str:
    """The repositories of one owner, page by page."""
    return f"""query repositories($owner: String!, $after: String) {{
  repositoryOwner(login: $owner) {{
    repositories(first: 100, after: $after) {{ {PAGE_INFO} nodes {{ {_repository(schema)} }} }}
  }}
}}"""


def named(count: int, schema: Schema) -> str:
    """That many repositories by owner and name, each under an alias of its own."""
    places, fields = range(count), _repository(schema)
    variables = ", ".join(f"$owner{n}: String!, $name{n}: String!" for n in places)
    asked = " ".join(f"r{n}: repository(owner: $owner{n}, name: $name{n}) {{ {fields} }}" for n in places)
    return f"query named({variables}) {{ {asked} }}"


def probe(connections: Iterable[str], schema: Schema) -> str:
    """The newest of each connection, for many repositories at once: cheap, and different as soon as anything is new."""
    asked = " ".join([_repository(schema), HEAD, *map(_newest, connections)])
    return f"query probe($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Repository {{ {asked} }} }} }}"


@lru_cache(maxsize=8)
def page(kind: str, connection: str, schema: Schema) -> str:
    """One page of a repository's items, the latest first, each with what belongs to it. Kept, since to put it together
    takes as long as to read some items."""
    return _with_actor(f"""query {connection}($repository: ID!, $first: Int!, $after: String) {{
  {_walk(kind, connection, f"...{kind}Parts")}
}}
{_parts(kind, schema, PAGE_ROWS)}""")


def skim(kind: str, connection: str) -> str:
    """The same page without anything that could be too much: only ids."""
    return f"""query skim($repository: ID!, $first: Int!, $after: String) {{
  {_walk(kind, connection, "id")}
}}"""


def by_id(kinds: Collection[str], schema: Schema) -> str:
    """Items by their ids, each kind under its name, with the longest connections that one answer may hold."""
    variables = ", ".join(f"${kind}: [ID!]!" for kind in kinds)
    asked = " ".join(f"{kind}: nodes(ids: ${kind}) {{ ...{kind}Parts }}" for kind in kinds)
    parts = "\n".join(_parts(kind, schema, {}) for kind in kinds)
    return _with_actor(f"query items({variables}) {{ {asked} }}\n{parts}")


def more(kind: str, connections: Iterable[str], schema: Schema) -> str:
    """The next rows of connections that were longer: for each its item's `id` and where to go on `after`."""
    asked = list(connections)
    variables = ", ".join(f"$id{n}: ID!, $after{n}: String" for n in range(len(asked)))
    nodes = "\n".join(
        f"n{n}: node(id: $id{n}) {{ ... on {kind} {{ rows: {_rows(kind, name, schema, MOST_ROWS, f'$after{n}')} }} }}"
        for n, name in enumerate(asked)
    )
    return _with_actor(f"query more({variables}) {{\n{nodes}\n}}")


def has(schema: Schema, kind: str, name: str) -> bool:
    """Whether this field, `field(argument)` or enum value of the type may be asked for; of a type that is not known,
    all but the newer.
    """
    if f"{kind}.{name}" in schema.refused:
        return False
    if kind not in schema.types:
        return f"{kind}.{name}" not in NEWER
    return name in schema.types[kind]


def _parts(kind: str, schema: Schema, sizes: Mapping[str, int]) -> str:
    """All of an item; what few have is left out where `sizes` are given."""
    names = CONNECTIONS[kind] if sizes else (*CONNECTIONS[kind], *SELDOM.get(kind, ()))
    asked = [name for name in names if has(schema, kind, name)]
    connections = [_rows(kind, name, schema, sizes.get(name, MOST_ROWS)) for name in asked]
    body = "\n  ".join([_fields(kind, FIELDS[kind], schema), *connections])
    return f"fragment {kind}Parts on {kind} {{\n  {body}\n}}"


def _rows(kind: str, connection: str, schema: Schema, first: int, after: str = "") -> str:
    """One nested connection of an item."""
    arguments = f"first: {first}" + (f", after: {after}" if after else "")
    counted = "totalCount " if connection in COUNTED else ""
    if connection != "timelineItems":
        return f"{connection}({arguments}) {{ {counted}{PAGE_INFO} nodes {{ {_row(connection, schema)} }} }}"
    # A type that this token may not see can fail the whole call: ask only for those we read. # github.md §1a
    told = [name for name in TIMELINES[kind] if has(schema, f"{kind}TimelineItemsItemType", _word(name))]
    arguments += f", itemTypes: [{' '.join(map(_word, told))}]"
    events = " ".join(f"... on {name} {{ {_fields(name, EVENTS[name], schema)} }}" for name in told)
    return f"timelineItems({arguments}) {{ {PAGE_INFO} nodes {{ __typename {events} }} }}"


def _row(connection: str, schema: Schema) -> str:
    if connection == "commits":
        return f"commit {{ {_fields('Commit', FIELDS['Commit'], schema)} }}"
    if connection == "issueFieldValues":
        kinds = [kind for kind in VALUES if not schema.types or kind in schema.types]
        return "__typename " + " ".join(f"... on {kind} {{ {_fields(kind, VALUES[kind], schema)} }}" for kind in kinds)
    if kind := ROW_TYPES.get(connection):
        return _fields(kind, FIELDS[kind], schema)
    return ROWS[connection]


def _walk(kind: str, connection: str, row: str) -> str:
    order = "CREATED_AT" if kind == "Deployment" else "UPDATED_AT"  # deployments know no other order
    return f"""node(id: $repository) {{ ... on Repository {{
    items: {connection}(first: $first, after: $after, orderBy: {{field: {order}, direction: DESC}}) {{
      {PAGE_INFO} nodes {{ {row} }}
    }}
  }} }}"""


def _newest(connection: str) -> str:
    """Enough of the newest that whatever changes among them shows, though two changes share a second."""
    arguments, row = NEWEST.get(connection, LATEST_TEN)
    return f"{connection}({arguments}) {{ totalCount nodes {{ {row} }} }}"


def _repository(schema: Schema) -> str:
    return _fields("Repository", FIELDS["Repository"], schema)


def _fields(kind: str, texts: Iterable[str], schema: Schema) -> str:
    """Those that the server's type has; where two are of one name, the first."""
    chosen: dict[str, str] = {}
    for text in texts:
        name, argument = _FIELD.match(text).groups()  # type: ignore[union-attr]
        if has(schema, kind, f"{name}({argument})" if argument else name):
            chosen.setdefault(name, text)
    return " ".join(chosen.values())


def _word(event: str) -> str:
    """LabeledEvent → LABELED_EVENT."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).upper()


def _with_actor(query: str) -> str:
    return f"{query}\n{ACTOR}" if "...actor" in query else query
