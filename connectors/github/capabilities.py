"""What was learned about a GitHub host, and how it is written down."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from connectors.github.queries import Schema
from connectors.github.walk import PageSize
from connectors.github.wire import Repository, SchemaType
from connectors.remembered import recalled

HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)


class KnownSchema(Struct, frozen=True, kw_only=True):
    """What the server's schema has, as read at `at`; no types where it would not say."""

    at: datetime
    types: dict[str, list[str]] | None = None

    @property
    def schema(self) -> Schema:
        return Schema(types={kind: frozenset(names) for kind, names in (self.types or {}).items()})


class Scope(Struct, frozen=True, kw_only=True):
    """The repositories that `asked` stood for at `at`."""

    at: datetime
    asked: tuple[str, ...]
    repositories: tuple[Repository, ...]
    refused: dict[str, str] = {}  #: streams, `Type.field` or owner/* that the token may not read, and what is said
    lost: dict[str, datetime] = {}  #: by id, since when a repository is not to be seen any more
    unknown: dict[str, str] = {}  #: configured names that stand for nothing that is known, and why

    @property
    def refused_fields(self) -> dict[str, str]:
        """`Type.field` alone; a stream's name has no dot, an owner's has a slash."""
        return {name: why for name, why in self.refused.items() if "." in name and "/" not in name}

    @property
    def in_part(self) -> bool:
        """Some of the names stand for nothing that is known, or for more than this token is shown."""
        return bool(self.unknown) or any("/" in name for name in self.refused)


class Capabilities(Struct, frozen=True, kw_only=True):
    """All of it; what was never learned, or cannot be read any more, is None."""

    schema: KnownSchema | None = None
    scope: Scope | None = None
    page_sizes: dict[str, PageSize] = {}

    @classmethod
    def recall(cls, capabilities: Mapping[str, str]) -> "Capabilities":
        return cls(
            schema=recalled(capabilities.get("schema"), KnownSchema),
            scope=recalled(capabilities.get("scope"), Scope),
            page_sizes=recalled(capabilities.get("page_sizes"), dict[str, PageSize]) or {},
        )

    def fresh(self, *, now: datetime, asked: tuple[str, ...]) -> bool:
        """Read within a day, and for the repositories that are configured now; within the hour where some are unknown
        or hidden, so that they are found soon after they may be seen.
        """
        if self.schema is None or self.scope is None or self.scope.asked != asked:
            return False
        return now - min(self.schema.at, self.scope.at) < (HOURLY if self.scope.in_part else DAILY)


def known_types(shown: Mapping[str, SchemaType | None]) -> dict[str, list[str]]:
    """The names in each type that the server knows: fields, `field(argument)` and enum values."""
    return {kind: _names(said) for kind, said in shown.items() if said}


def _names(said: SchemaType) -> list[str]:
    fields = [field.name for field in said.fields or ()]
    arguments = [f"{field.name}({argument.name})" for field in said.fields or () for argument in field.args]
    return sorted(fields + arguments + [value.name for value in said.enum_values or ()])
