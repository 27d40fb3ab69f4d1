"""What a source wrote down for itself, read again."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

T = TypeVar("T")


def recall(memory: Mapping[str, str], name: str, kind: type[T]) -> T | None:
    """What was written down, or None: before the first time, and where an earlier version wrote it otherwise."""
    try:
        return msgspec.json.decode(memory.get(name, "null"), type=kind)
    except msgspec.DecodeError:
        return None
