"""Asks what is asked but once a day: the server's schema, and which repositories the configured names stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import Gone, Malformed, Refused, TooLarge
from connectors.github import queries
from connectors.github.api import ACCESS_HINT
from connectors.github.capabilities import Capabilities, KnownSchema, Scope, known_types
from connectors.github.reader import Reader
from connectors.github.scope import resolve
from connectors.github.wire import Repository, SchemaType


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What was learned, and the configured names that stand for nothing any more."""

    capabilities: Capabilities
    unknown: dict[str, str]


async def learn(reader: Reader, *, asked: tuple[str, ...], before: Capabilities, now: datetime) -> Lesson:
    """All of it anew. `Refused` where a name stands for nothing and never did: the configuration is mistaken."""
    schema = await learn_schema(reader, now=now)
    resolved = await resolve(reader, asked)
    known = before.scope.repositories if before.scope and before.scope.asked == asked else ()
    if resolved.unknown and not known:
        name, why = next(iter(resolved.unknown.items()))
        raise Refused(f"{name} cannot be read: {why}", hint=f"Check its spelling. {ACCESS_HINT}")
    kept = [repository for repository in known if repository.name_with_owner in resolved.unknown]
    repositories = _ordered([*kept, *resolved.repositories.values()])
    scope = Scope(at=now, asked=asked, repositories=repositories, refused=resolved.hidden)
    capabilities = Capabilities(schema=schema, scope=scope, page_sizes=before.page_sizes)
    return Lesson(capabilities=capabilities, unknown=resolved.unknown)


async def learn_schema(reader: Reader, *, now: datetime) -> KnownSchema:
    """What the server has; the reader asks by it from now on."""
    known = KnownSchema(at=now, types=await _types(reader))
    reader.schema = known.schema
    return known


async def _types(reader: Reader) -> dict[str, list[str]] | None:
    """The names in each type; None where the server tells nobody."""
    kind = dict[str, SchemaType | None]
    try:
        graph = await reader.ask(queries.introspection(), {}, kind, label="schema")
    except (Gone, Malformed, Refused, TooLarge):
        return None  # some serve all but this; what is wrong with the whole server, the next question says
    return known_types(graph.data) or None


def _ordered(repositories: Sequence[Repository]) -> tuple[Repository, ...]:
    by_id = {repository.id: repository for repository in repositories}
    return tuple(sorted(by_id.values(), key=lambda repository: repository.name_with_owner))
