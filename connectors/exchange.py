"""One question to a source and its answer, as values: what pure code builds and reads, and the transport carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from connectors.errors import Malformed, TooLarge

T = TypeVar("T")


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
        it is no whole document, as when a proxy cuts an answer and calls it complete."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.ValidationError as error:
            raise Malformed(f"the answer is not what was asked for: {error}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TooLarge(f"the answer broke off or is no JSON: {error}") from error
