"""What an endpoint is given and what it answers, apart from HTTP."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.twin.jira_search import Searches
from connectors.twin.jira_state import Issue, JiraSite

Json = dict[str, Any]


class Refusal(Exception):
    """Jira's answer to a request it does not serve."""

    def __init__(self, status: int, *messages: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(*messages)
        self.status = status
        self.body = {"errorMessages": list(messages), "errors": dict(errors or {})}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: its arguments come from the query string of a GET and from the JSON body of a POST."""

    site: JiraSite
    searches: Searches
    url: str
    path: Mapping[str, str]
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        asked = self.path["version"]
        return {"latest": "3" if self.site.deployment == "Cloud" else "2"}.get(asked, asked)

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(_first(value))

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError:
            raise Refusal(400, f"The value '{value}' of parameter '{name}' is not a number.") from None

    def words(self, name: str) -> list[str]:
        """A list, whether repeated, comma-separated or a JSON array."""
        value = self.arguments.get(name) or []
        entries = [value] if isinstance(value, str) else value
        return [word.strip() for entry in entries for word in str(entry).split(",") if word.strip()]

    def issue(self) -> Issue:
        """The issue of the path, by id, key or former key."""
        found = self.site.find(self.path["issue"])
        if found is None:
            raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
        return found

    def project(self) -> Json:
        wanted = self.path["project"]
        for project in self.site.projects:
            if wanted.upper() == project["key"] or wanted == project["id"]:
                return project
        raise Refusal(404, f"No project could be found with key '{wanted}'.")


Endpoint = Callable[[Call], Any]


def page(call: Call, entries: list[Any], *, cap: int) -> Json:
    """A page of Jira's offset pager; `maxResults` says what was applied, not what was asked."""
    start = max(0, call.number("startAt", 0))
    size = min(max(0, call.number("maxResults", cap)), cap)
    return {
        "self": call.url,
        "maxResults": size,
        "startAt": start,
        "total": len(entries),
        "isLast": start + size >= len(entries),
        "values": entries[start : start + size],
    }


def without(body: Json, names: Iterable[str]) -> Json:
    return {name: value for name, value in body.items() if name not in set(names)}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
