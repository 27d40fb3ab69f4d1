"""Who owns the repositories that are read: organisations and users, by ids that outlive their names."""

from collections.abc import Sequence

from msgspec import Struct

from connectors.github.visit import Visit
from connectors.github.wire import Wire

QUERY = "query owners($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { owner { __typename id login } } } }"
AT_ONCE = 100


class Owner(Struct, frozen=True, rename={"typename": "__typename"}):
    typename: str
    id: str
    login: str


class _Owned(Wire):
    owner: Owner | None = None


class _Nodes(Wire):
    nodes: list[_Owned | None]


def logins(visit: Visit) -> dict[str, str]:
    """The id of one repository of each owner, by the owner's name in small letters."""
    return {shown.repository.name_with_owner.partition("/")[0].lower(): shown.id for shown in visit.shown.values()}


async def owners(visit: Visit, ids: Sequence[str]) -> list[Owner]:
    """Who owns these repositories, each once."""
    found = dict[str, Owner]()
    for start in range(0, len(ids), AT_ONCE):
        variables = {"ids": ids[start : start + AT_ONCE]}
        graph = await visit.reader.ask(QUERY, variables, _Nodes, label="owners")
        found |= {node.owner.id: node.owner for node in graph.data.nodes if node and node.owner}
    return [found[one] for one in sorted(found)]
