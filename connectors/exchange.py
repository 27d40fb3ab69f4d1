"""One question to a source and its answer, as values: what pure code builds and reads, and the transport carries."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from connectors.errors import Malformed, TooLarge

T = TypeVar("T")

#: An escape of JSON's; half of a surrogate pair is caught. Java cuts texts between the halves.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)")
_REPLACEMENT = rb"\ufffd"
LAST_YEAR = 3000  # a clock that is beyond it tells nothing, and what follows from it cannot be reckoned with


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question. `bucket` names the limit it is charged to; `shrinkable` says that the caller can ask for less."""

    method: str
    url: str
    label: str
    params: Mapping[str, str | Sequence[str]] = field(default_factory=dict)  #: a list is repeated
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)  #: beside those that sign in
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
    took_s: float = 0.0  #: from the question to the end of the answer

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


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What an answer says of how to go on asking. `bucket` as in `Request`; the empty one is the whole host."""

    bucket: str = ""
    slower: bool = False  #: half as many at once, as when a limit is near
    every_s: float | None = None  #: from now on at least so long between the beginnings of two requests


def http_date(text: str) -> datetime | None:
    """The instant that a header says (RFC 9110 §5.6.7), in UTC where it names no zone; None where it says none."""
    try:
        at = parsedate_to_datetime(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at if at.year < LAST_YEAR else None


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
