"""What a REST endpoint is given and what it answers, apart from HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode

from connectors.twin.github_limits import Limits
from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Listing, page
from connectors.twin.github_state import GitHubHost

DOCUMENTATION = "https://docs.github.com/rest"
PAGE_SIZE, PAGE_LIMIT = 30, 100
ROWS_BY_PAGE_NUMBER = 10_000
BY_CURSOR_ONLY = (
    "Pagination with the page parameter is not supported for large datasets, "
    "please use cursor based pagination (after/before)"
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A body and the headers that only this answer has."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """GitHub's answer to a request it does not serve."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None, url: str | None = None
    ) -> None:
        super().__init__(message)
        about = {"url": url} if url else {}
        body = {"message": message, **about, "documentation_url": DOCUMENTATION, "status": str(status)}
        self.answer = Answer(body=body, status=status, headers=headers or {})


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `api` is the URL of the API's root, `rest` what follows the repository in the path."""

    host: GitHubHost
    limits: Limits
    api: str
    path: str
    named: Mapping[str, Any]
    query: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """The query string; of a repeated name the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def repository(self) -> Node:
        """The repository of the path; one that has moved is a redirect to its id, the query kept."""
        if "id" in self.named:
            found = next((r for r in self.host.repositories if r["databaseId"] == self.named["id"]), None)
            return found or self.nothing()
        owner, name = self.named["owner"], self.named["name"]
        found = self.host.repository(owner, name)
        if found is None:
            self.nothing()
        if found["nameWithOwner"].lower() != f"{owner}/{name}".lower():
            self.moved(f"/repositories/{found['databaseId']}{self.path.removeprefix(f'/repos/{owner}/{name}')}")
        return found

    def nothing(self) -> NoReturn:
        """There is none, or none that may be seen."""
        raise Refusal(404, "Not Found")

    def moved(self, path: str) -> NoReturn:
        """It is elsewhere now."""
        url = f"{self.api}{path}" + (f"?{self.query}" if self.query else "")
        raise Refusal(301, "Moved Permanently", headers={"location": url}, url=url)

    def rows(self, listing: Listing, *, shown: Callable[[Any], Any], by_cursor: bool = False) -> Answer:
        """One page, with the `Link` header that leads on; a long list is paged by cursor only."""
        size = min(max(1, _number(self.asked.get("per_page"), PAGE_SIZE)), PAGE_LIMIT)
        number, after = max(1, _number(self.asked.get("page"), 1)), self.asked.get("after")
        if by_cursor and not after and number * size > ROWS_BY_PAGE_NUMBER:
            # google/go-github#3565
            raise Refusal(422, BY_CURSOR_ONLY)
        start = page(listing, after=after).start if after else (number - 1) * size
        end = min(len(listing), start + size)
        links = self._links(listing, number=number, size=size, end=end, by_cursor=by_cursor)
        return Answer(body=[shown(listing.item(i)) for i in range(start, end)], headers=links)

    def _links(self, listing: Listing, *, number: int, size: int, end: int, by_cursor: bool) -> dict[str, str]:
        last = -(-len(listing) // size)
        onward = {"after": page(listing, first=end).info()["endCursor"]} if by_cursor else {}
        pages: dict[str, dict[str, Any]] = {}
        if number > 1:
            pages |= {"prev": {"page": number - 1}, "first": {"page": 1}}
        if end < len(listing):
            # Only lists by page number say where they end (chaoss/grimoirelab-perceval#867).
            pages |= {"next": {"page": number + 1, **onward}} | ({} if by_cursor else {"last": {"page": last}})
        kept = {k: v for k, v in self.asked.items() if k not in ("page", "after", "before")}
        links = [f'<{self.api}{self.path}?{urlencode({**kept, **to})}>; rel="{rel}"' for rel, to in pages.items()]
        return {"link": ", ".join(links)} if links else {}


Endpoint = Callable[[Call], Answer]


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise
