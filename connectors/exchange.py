"""One question to a source and its answer, as values: what pure code builds and reads, and the transport carries."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from connectors.errors import Malformed, TooLarge

T = TypeVar("T")

#: An escape of JSON's; half of a surrogate pair is caught. Java cuts texts between the halves.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)")
_REPLACEMENT = rb"\ufffd"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question. `bucket` names the limit it is charged to; `shrinkable` says that the caller can ask for less."""

    method: str
    url: str
    label: str
    params: Mapping[str, str | Sequence[str]] = field(default_factory=dict)  #: a list is repeated
    json: object = None
    bucket: str = "core"
    shrinkable: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. `server_at` is the source's own clock; `moved_to` the address that a redirect led to."""

    status: int
    headers: Mapping[str, str]  #: found by a name in any case
    body: bytes
    server_at: datetime
    moved_to: str | None = None

    def decode(self, kind: type[T]) -> T:
        """The body as `kind`. `Malformed` with the path in the document where it is something else; `TooLarge` where
        it is no whole document, as when a proxy cuts an answer and calls it complete, or nests deeper than can be read.
        """
        try:
            return _decoded(self.body, kind)
        except RecursionError as error:
            raise TooLarge("the answer is nested too deep to be read") from error
        except msgspec.ValidationError as error:
            raise Malformed(f"the answer is not what was asked for: {error}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TooLarge(f"the answer broke off or is no JSON: {error}") from error


def _decoded(body: bytes, kind: type[T]) -> T:
    """The document, in which half a surrogate pair reads as U+FFFD: one broken character spoils no page."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = _ESCAPE.sub(lambda found: _REPLACEMENT if found[1] else found[0], body)
        if mended == body:
            raise
        return msgspec.json.decode(mended, type=kind)
