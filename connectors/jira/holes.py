"""Where issues are missing that nobody can name."""

from collections.abc import Iterable

from msgspec import Struct

from connectors.jira import api
from connectors.jira.dates import from_millis


class Hole(Struct, frozen=True, kw_only=True):
    """Bounds of a missing issue, in UTC epoch milliseconds by the source's clock; None is no bound."""

    created_ms: int | None = None  #: it was created since
    until_ms: int | None = None  #: and until then
    updated_ms: int | None = None  #: it was updated since

    def query(self, projects: Iterable[str]) -> str:
        """Every issue that may be the one."""
        return api.jql(projects, updated_ms=self.updated_ms, created_ms=self.created_ms, created_until_ms=self.until_ms)

    def covers(self, other: "Hole") -> bool:
        """Whether whoever looks into this one has looked into the other."""
        is_open = self.until_ms is None or (other.until_ms is not None and other.until_ms <= self.until_ms)
        begins = (self.created_ms or 0) <= (other.created_ms or 0) and (self.updated_ms or 0) <= (other.updated_ms or 0)
        return is_open and begins

    def told(self, cause: str) -> str:
        """What is missing and why, for a person."""
        bounds = (("created", self.created_ms), ("updated", self.updated_ms))
        since = [f"{word} on or after {from_millis(at):%Y-%m-%d %H:%M} UTC" for word, at in bounds if at is not None]
        return f"an issue{', ' if since else ''}{' and '.join(since)}, whose row fails every search: {cause}"
