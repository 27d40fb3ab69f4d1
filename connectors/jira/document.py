"""A part of an answer, decoded."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import Malformed

T = TypeVar("T")

#: Made once for each type: to look at one takes longer than to read a short document.
_decoder: Callable[[Any], Decoder[Any]] = cache(Decoder)


def decode(raw: Raw | bytes, kind: type[T]) -> T:
    """The document as `kind`; `Malformed` where it is none."""
    try:
        found: T = _decoder(kind).decode(raw)
        return found
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error
