"""The requests that a stand-in was asked: which, how they were answered, and how many at a time."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from connectors.twin.broken import Message, Send


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it came, and how it was answered."""

    method: str
    path: str
    query: str
    operation: str | None
    """The name of a GraphQL operation."""
    body: bytes
    status: int | None = None
    """None where the connection broke before an answer."""

    def asks(self, path: str, operation: str | None) -> bool:
        """Whether it asks for the path (a regular expression, searched), and in that GraphQL operation."""
        return operation in (None, self.operation) and bool(re.search(path, f"{self.path}?{self.query}"))


@dataclass
class Requests:
    """Every request so far, oldest first."""

    seen: list[Request] = field(default_factory=list)
    under_way: set[int] = field(default_factory=set)
    """Places in `seen` of those that are being answered."""
    most_at_once: Counter[str] = field(default_factory=Counter)
    """By path, how many were under way at a time, at most."""

    def __len__(self) -> int:
        return len(self.seen)

    def begin(self, request: Request) -> int:
        """The request's place, listed before its asker can hear of an answer."""
        place, path = len(self.seen), request.path
        self.seen.append(request)
        self.under_way.add(place)
        self.most_at_once[path] = max(self.most_at_once[path], sum(self.seen[n].path == path for n in self.under_way))
        return place

    def noting(self, place: int, send: Send) -> Send:
        """`send` for the request at that place. It has ended before its asker can hear the end."""

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.seen[place] = replace(self.seen[place], status=message["status"])
            elif not message.get("more_body"):
                self.under_way.discard(place)
            await send(message)

        return note

    def count(self, path: str = "", *, operation: str | None = None) -> int:
        """How many asked for a path (a regular expression, searched) or a GraphQL operation."""
        return sum(request.asks(path, operation) for request in self.seen)
