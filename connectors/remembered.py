"""What a source writes down for itself as texts, and reads again."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def written(value: object) -> str:
    """The value as a text that `recalled` reads."""
    return msgspec.json.encode(value).decode()


def recalled(text: str | None, kind: type[T]) -> T | None:
    """What was written down; None where nothing was, or an earlier version wrote it otherwise."""
    try:
        return msgspec.json.decode(text or "", type=kind)
    except msgspec.DecodeError:
        return None
