"""Asks what is asked but once a day: the server's schema, and which repositories the configured names stand for."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from connectors.errors import Gone, Malformed, Refused, TooLarge
from connectors.github import queries
from connectors.github.api import ACCESS_HINT
from connectors.github.capabilities import Capabilities, KnownSchema, Scope, known_types
from connectors.github.reader import Reader
from connectors.github.scope import resolve
from connectors.github.wire import Repository, SchemaType

FORGOTTEN_AFTER = timedelta(days=30)
UNREAD_HINT = f"Check its spelling. {ACCESS_HINT}"


async def learn(reader: Reader, *, asked: tuple[str, ...], before: Capabilities, now: datetime) -> Capabilities:
    """All of it anew. `Refused` where no name stands for anything, nor ever did: the configuration is mistaken. One
    of several costs no other (github.md §5, row 15).
    """
    schema = await learn_schema(reader, now=now)
    resolved = await resolve(reader, asked)
    known = before.scope.repositories if before.scope and before.scope.asked == asked else ()
    if resolved.unknown and not known and not resolved.repositories:
        raise Refused(unread(*next(iter(resolved.unknown.items()))), hint=UNREAD_HINT)
    lost = before.scope.lost if before.scope else {}
    taken = {one.name_with_owner.lower() for one in resolved.repositories.values()}
    kept = [one for one in known if not _forgotten(one, asked, lost_at=lost.get(one.id), taken=taken, now=now)]
    repositories = _ordered([*kept, *resolved.repositories.values()])
    scope = Scope(
        at=now,
        asked=asked,
        repositories=repositories,
        refused=resolved.hidden,
        lost={one.id: lost[one.id] for one in repositories if one.id in lost},
        unknown={
            name: why for name, why in resolved.unknown.items() if not any(_is(one, name) for one in repositories)
        },
    )
    return Capabilities(schema=schema, scope=scope, page_sizes=before.page_sizes)


def unread(name: str, why: str) -> str:
    return f"{name} cannot be read: {why.rstrip('.')}"


async def learn_schema(reader: Reader, *, now: datetime) -> KnownSchema:
    """What the server has; the reader asks by it from now on."""
    known = KnownSchema(at=now, types=await _types(reader))
    reader.schema, reader.refused = known.schema, {}
    return known


async def _types(reader: Reader) -> dict[str, list[str]] | None:
    """The names in each type; None where the server tells nobody."""
    kind = dict[str, SchemaType | None]
    try:
        graph = await reader.ask(queries.introspection(), {}, kind, label="schema")
    except (Gone, Malformed, Refused, TooLarge):
        return None  # some serve all but this; what is wrong with the whole server, the next question says
    return known_types(graph.data) or None


def _forgotten(
    one: Repository, asked: tuple[str, ...], *, lost_at: datetime | None, taken: Collection[str], now: datetime
) -> bool:
    """A repository is followed by its id, wherever it goes and if it comes back. One that is not to be seen, and whose
    name another has `taken`, was replaced by it. One that a pattern meant, and that was long not to be seen, is no
    part of the scope any more: nobody could take it out otherwise.
    """
    if lost_at and one.name_with_owner.lower() in taken:
        return True
    named = any(name.lower() == one.name_with_owner.lower() for name in asked)
    return lost_at is not None and not named and now - lost_at > FORGOTTEN_AFTER


def _is(one: Repository, name: str) -> bool:
    return fnmatchcase(one.name_with_owner.lower(), name.lower())


def _ordered(repositories: Sequence[Repository]) -> tuple[Repository, ...]:
    by_id = {repository.id: repository for repository in repositories}
    return tuple(sorted(by_id.values(), key=lambda repository: repository.name_with_owner))
