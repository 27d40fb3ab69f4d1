"""What a REST endpoint is given and what it answers, apart from HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode

from connectors.twin.github_access import SSO, Access, Doorkeeper
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

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None, **about: Any) -> None:
        super().__init__(message)
        body = {"message": message, **about, "documentation_url": DOCUMENTATION, "status": str(status)}
        self.answer = Answer(body=body, status=status, headers=headers or {})


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `api` is the URL of the API's root, `path` what follows it, `named` its parts."""

    host: GitHubHost
    limits: Limits
    access: Access
    door: Doorkeeper
    api: str
    path: str
    named: Mapping[str, Any]
    query: str = ""
    sent: Any = None
    """The body of a write."""

    @property
    def asked(self) -> dict[str, str]:
        """The query string; of a repeated name the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def actor(self) -> Node:
        """Who acts: the token's owner, or the App."""
        app = self.host.app if self.access.installation else None
        return {"__typename": "Bot", "login": app.slug} if app else self.host.viewer

    def sees(self, repository: Node | None) -> bool:
        """Whether there is such a repository for whoever asks."""
        return repository is not None and self.access.sees(self.host, repository)

    def item(self, kind: str | None = None) -> Node:
        """The issue or pull request of the path; 410 where it was deleted, 301 where it was transferred."""
        holder, number = self.repository(), self.named["number"]
        if (holder["id"], number) in self.host.deleted:
            raise Refusal(410, "This issue was deleted")
        if moved := self.host.moved.get((holder["id"], number)):
            self._lead_to(moved)
        found = self.host.item(holder, number)
        if found is None or kind not in (None, found["__typename"]):
            self.nothing()
        return found

    def _lead_to(self, item: Node) -> NoReturn:
        target = self.host.by_id.get(item["repository"])
        if target is None or not self.sees(target):
            self.nothing()
        self.moved(f"/repositories/{target['databaseId']}/issues/{item['number']}")

    def repository(self) -> Node:
        """The repository of the path; one that has moved is a redirect to its id, the query kept."""
        found = self._named_repository()
        if found is None or not self.sees(found):
            self.nothing()
        if found.get("isPrivate") and found["owner"]["login"].lower() in self.host.sso:
            owner = found["owner"]["login"]
            raise Refusal(403, SSO, headers={"x-github-sso": f"required; url={self.host.web}/orgs/{owner}/sso"})
        if "id" in self.named:
            return found
        owner, name = self.named["owner"], self.named["name"]
        if found["nameWithOwner"].lower() != f"{owner}/{name}".lower():
            self.moved(f"/repositories/{found['databaseId']}{self.path.removeprefix(f'/repos/{owner}/{name}')}")
        return found

    def _named_repository(self) -> Node | None:
        if "id" in self.named:
            return next((r for r in self.host.repositories if r["databaseId"] == self.named["id"]), None)
        return self.host.repository(self.named["owner"], self.named["name"])

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
