"""What became of issues and pull requests that are held and were not called (github.md §1b)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from connectors.census import Fate, FateWord
from connectors.errors import Gone, Malformed, Refused, TooLarge
from connectors.github import queries, rest
from connectors.github.api import Graph, causes, each
from connectors.github.reader import Reader
from connectors.github.wire import Repository, Wire
from connectors.records import ItemRef

IDS_AT_ONCE = 100
NAMES_AT_ONCE = 50


class _Node(Wire):
    id: str = ""


class _Nodes(Wire):
    nodes: list[_Node | None]


class _Issue(Struct):
    """As REST tells it."""

    node_id: str = ""
    html_url: str = ""


class Whereabouts:
    """Looks for items: first by their ids, then where they were last known to be."""

    def __init__(self, reader: Reader, *, repositories: Sequence[Repository], now: datetime) -> None:
        """`repositories`: all in scope, as they were last seen."""
        self._reader = reader
        self._known = {repository.name_with_owner: repository.id for repository in repositories}
        self._now = now

    async def fates(self, missing: Mapping[ItemRef, str]) -> list[Fate]:
        """What became of each; `missing` has the key that it was last known by."""
        fates = await self._by_id(list(missing))
        silent = {ref: key for ref, key in missing.items() if ref not in fates}
        homes = await self._homes(silent)
        for ref, key in silent.items():
            fates[ref] = await self._by_key(ref, key, homes)
        return [fates[ref] for ref in missing]

    async def _by_id(self, refs: Sequence[ItemRef]) -> dict[ItemRef, Fate]:
        """Those that answer by their ids, wherever they are now, and those of which the server says why not."""
        fates: dict[ItemRef, Fate] = {}
        query = "query whereabouts($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        for start in range(0, len(refs), IDS_AT_ONCE):
            asked = refs[start : start + IDS_AT_ONCE]
            graph = await self._reader.ask(query, {"ids": [ref.id for ref in asked]}, _Nodes, label="whereabouts")
            nodes = each(graph.data.nodes, [ref.id for ref in asked])
            for place, (ref, node) in enumerate(zip(asked, nodes, strict=True)):
                if fate := _shown(ref, node, graph, place):
                    fates[ref] = fate
        return fates

    async def _homes(self, silent: Mapping[ItemRef, str]) -> dict[str, str | None]:
        """What the repositories of these keys are called now; None where one is not to be seen, or is another."""
        names = sorted({key.partition("#")[0] for key in silent.values() if _is_key(key)})
        homes: dict[str, str | None] = {}
        for start in range(0, len(names), NAMES_AT_ONCE):
            asked = names[start : start + NAMES_AT_ONCE]
            query, variables = queries.named(len(asked), self._reader.schema), _variables(asked)
            kind = dict[str, Repository | None]
            graph = await self._reader.ask(query, variables, kind, label="repositories")
            for n, name in enumerate(asked):
                found = graph.data.get(f"r{n}")
                same = found is not None and found.id == self._known.get(name, found.id)
                homes[name] = found.name_with_owner if found and same else None
        return homes

    async def _by_key(self, ref: ItemRef, key: str, homes: Mapping[str, str | None]) -> Fate:
        """What REST says of the number: only it knows deleted (410) from transferred (301) from unseen (404)."""
        name, _, number = key.partition("#")
        home = homes.get(name)
        if home is None:
            return self._fate(ref, "unknown", f"{name} is not to be seen, and so nothing follows for what is in it")
        try:
            reply = await rest.get(self._reader, f"/repos/{home}/issues/{number}", _Issue, label="issue")
        except (Gone, Malformed, Refused, TooLarge) as error:
            return self._fate(ref, "unknown", f"GitHub could not tell: {error}")
        word, evidence = _judged(reply, ref, f"{home}#{number}")
        return Fate(ref=str(ref), word=word, at=reply.server_at, evidence=evidence)

    def _fate(self, ref: ItemRef, word: FateWord, evidence: str) -> Fate:
        return Fate(ref=str(ref), word=word, at=self._reader.began_at or self._now, evidence=evidence)


def _shown(ref: ItemRef, node: _Node | None, graph: Graph[_Nodes], place: int) -> Fate | None:
    """`there`, or `unknown` where the server names a reason other than that there is nothing; None where it does."""
    if node is not None:
        return Fate(ref=str(ref), word="there", at=graph.server_at, evidence="it answers by its id")
    errors = [error for error in graph.hidden if error.path == ["nodes", place]]
    if all(error.type == "NOT_FOUND" for error in errors):
        return None
    why = "; ".join(causes(tuple(errors), "nodes", place))
    return Fate(ref=str(ref), word="unknown", at=graph.server_at, evidence=f"GitHub hides it: {why}")


def _judged(reply: rest.Reply[_Issue], ref: ItemRef, key: str) -> tuple[FateWord, str]:
    """What an answer about the number means, where the repository is to be seen and the id leads nowhere."""
    if reply.status == 410:
        return "deleted", f"410 for {key}: {reply.said}"
    if reply.moved_to:
        place = reply.found.html_url if reply.found else reply.moved_to
        return "transferred", f"301 for {key}, to {place}"
    if reply.status == 404:
        return "unseen", f"404 for {key}, though its repository is to be seen"
    if reply.found and reply.found.node_id != ref.id:
        return "unknown", f"{key} is there under another id, {reply.found.node_id}"
    return "unknown", f"{reply.status} for {key}, though nothing answers by its id"


def _is_key(key: str) -> bool:
    name, _, number = key.partition("#")
    return name.count("/") == 1 and number.isdecimal()


def _variables(names: Sequence[str]) -> dict[str, str]:
    owners = {f"owner{n}": name.partition("/")[0] for n, name in enumerate(names)}
    return owners | {f"name{n}": name.partition("/")[2] for n, name in enumerate(names)}
