"""The columns that hold a record: one for each of its fields, in their order."""

from datetime import date, datetime
from typing import Any, get_args, get_type_hints

from msgspec import Struct
from sqlalchemy import BigInteger, Boolean, Column, Double, Text
from sqlalchemy.types import TypeEngine

from connectors.records import Account

#: Fields that the record's own table does not hold.
_ELSEWHERE: dict[type[Struct], tuple[str, ...]] = {Account: ("email",)}

_TYPES: dict[Any, type[TypeEngine[Any]]] = {
    datetime: BigInteger,
    date: Text,
    bool: Boolean,
    int: BigInteger,
    float: Double,
}


def fields(record: type[Struct]) -> dict[str, Any]:
    """What the record's own table holds of it: the types by name."""
    elsewhere = _ELSEWHERE.get(record, ())
    return {name: hint for name, hint in get_type_hints(record).items() if name not in elsewhere}


def columns(record: type[Struct], *, keys: int) -> list[Column[Any]]:
    """New columns for these fields, of which the first `keys` are the key. Tuples and dates are texts."""
    return [_column(name, hint, key=place < keys) for place, (name, hint) in enumerate(fields(record).items())]


def kind_of(hint: Any) -> Any:
    """What the field holds where it holds anything: `datetime` for `datetime | None`, `tuple` for any tuple."""
    parts = [part for part in get_args(hint) if part is not type(None)] if type(None) in get_args(hint) else [hint]
    return getattr(parts[0], "__origin__", parts[0])


def _column(name: str, hint: Any, *, key: bool) -> Column[Any]:
    kind = kind_of(hint)
    if kind is datetime:
        name = "at_us" if name == "at" else f"{name.removesuffix('_at')}_us"
    nullable = type(None) in get_args(hint)
    return Column(name, _TYPES.get(kind, Text), primary_key=key, nullable=nullable, autoincrement=False)
