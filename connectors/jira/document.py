"""A part of an answer, decoded."""

from typing import TypeVar

import msgspec
from msgspec import Raw

from connectors.errors import Malformed

T = TypeVar("T")


def decode(raw: Raw | bytes, kind: type[T]) -> T:
    """The document as `kind`; `Malformed` where it is none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error
