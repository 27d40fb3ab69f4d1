"""What stands anywhere in the report, whatever parts it gets: its figures, and its lists as tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from sync.reconcile.figures import Figure


def figures(part: Any) -> Iterator[Figure]:
    """Every figure in this part of a report, in its order."""
    match part:
        case Figure():
            yield part
        case Struct():
            for name in part.__struct_fields__:
                yield from figures(getattr(part, name))
        case Mapping():
            for value in part.values():
                yield from figures(value)
        case tuple() | list():
            for value in part:
                yield from figures(value)


def tables(part: Any, path: str = "") -> Iterator[tuple[str, tuple[Struct, ...]]]:
    """Every list of records in this part, by the path to it: `findings`, `dora.services`; figures stand apart."""
    match part:
        case Figure():
            return
        case Struct():
            for name in part.__struct_fields__:
                yield from tables(getattr(part, name), f"{path}.{name}" if path else name)
        case (Struct(), *_) if not isinstance(part[0], Figure):
            yield path, part
