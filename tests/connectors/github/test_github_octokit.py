"""Exchanges with GitHub as octokit recorded them, served again over HTTP and read by what reads the real one."""

import asyncio
import gzip
import json
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from connectors.errors import Refused
from connectors.exchange import Request
from connectors.github import rest
from connectors.github.limits import PACES
from connectors.github.reader import Reader
from connectors.github.sign_in import HEADERS
from connectors.github.write_back import Unfit, judge
from connectors.governor import Governor
from connectors.transport import Transport
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.shared import shared

T = TypeVar("T")
Exchange = dict[str, Any]

pytestmark = pytest.mark.real_data
HOST = "https://api.github.com"


def scenarios() -> dict[str, list[Exchange]]:
    path = shared("data/octokit-recorded/fixtures-23.1.2-raw.json.gz")
    recorded: dict[str, list[Exchange]] = json.loads(gzip.decompress(path.read_bytes()))
    return recorded


class Replay:
    """Answers each question as it was answered when it was recorded; a repository is known by name and by id."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self.left = list(exchanges)
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        asked = scope["method"].lower(), scope["path"], scope["query_string"].decode()
        found = next(one for one in self.left if _is_asked(one, *asked))
        self.left.remove(found)
        names, values = found["rawHeaders"][::2], found["rawHeaders"][1::2]
        told = [(name.lower(), value.replace(HOST, self.url)) for name, value in zip(names, values, strict=True)]
        unread = ("content-length", "content-encoding", "transfer-encoding", "connection")
        sent = [(name.encode(), value.encode()) for name, value in told if name not in unread]
        body = b"" if found["response"] == "" else json.dumps(found["response"]).encode()
        await send({"type": "http.response.start", "status": found["status"], "headers": sent})
        await send({"type": "http.response.body", "body": body.replace(HOST.encode(), self.url.encode())})


def _is_asked(one: Exchange, method: str, path: str, query: str) -> bool:
    """Whether this is the question; the recorded client asked on by the id that a link had named."""
    recorded = urlsplit(one["path"])
    identity = re.match(r"/repositories/\d+", recorded.path)
    by_id = re.sub(r"^/repos/[^/]+/[^/]+", identity[0], path) if identity else path
    is_same = sorted(parse_qsl(recorded.query)) == sorted(parse_qsl(query))
    return one["method"] == method and recorded.path in (path, by_id) and is_same


def replayed(scenario: str, use: Callable[[Reader], Awaitable[T]], *, after: int = 0) -> T:
    """What `use` makes of a scenario, from its exchange number `after` on."""

    async def run(url: str) -> T:
        async with httpx.AsyncClient() as client:
            clock = FakeClock()
            transport = Transport(
                source="github",
                client=client,
                headers=HEADERS,
                governor=Governor(clock=clock, paces=PACES),
                clock=clock,
                jitter=random.Random(1),
            )
            return await use(Reader(transport=transport, url=url))

    replay = Replay(scenarios()[scenario][after:])
    with serving({"github": replay}) as urls:
        replay.url = urls["github"]
        return asyncio.run(run(urls["github"]))


def first_path(scenario: str, *, method: str = "get") -> str:
    return str(next(one["path"] for one in scenarios()[scenario] if one["method"] == method))


def test_every_page_is_read_and_none_twice() -> None:
    """paginate-issues: the links lead to the repository's id, where the first page was asked for by its name."""
    path = first_path("paginate-issues").partition("?")[0]

    async def pages(reader: Reader) -> list[list[int]]:
        params: dict[str, str] | None = {"per_page": "3"}
        found: list[list[int]] = []
        while params is not None:
            reply = await rest.get(reader, path, list[dict[str, Any]], label="issues", params=params)
            found.append([issue["number"] for issue in reply.found or ()])
            params = reply.onward
        return found

    assert replayed("paginate-issues", pages) == [[13, 12, 11], [10, 9, 8], [7, 6, 5], [4, 3, 2], [1]]


def test_a_renamed_repository_is_found_where_it_moved_to() -> None:
    path = first_path("rename-repository")

    async def look(reader: Reader) -> tuple[int, str, bool]:
        reply = await rest.get(reader, path, dict[str, Any], label="repository")
        assert reply.found
        return reply.status, reply.found["name"], (reply.moved_to or "").endswith("/repositories/515436299")

    status, name, moved = replayed("rename-repository", look)
    assert (status, moved) == (200, True)
    assert name.endswith("-newname")


def test_a_label_that_may_not_be_is_an_error_in_githubs_words() -> None:
    """errors: Validation Failed."""
    recorded = next(one for one in scenarios()["errors"] if one["status"] == 422)

    async def write(reader: Reader) -> None:
        request = Request(method="POST", url=reader.url + recorded["path"], label="write", json=recorded["body"])
        await reader.transport.send(request, judge)

    with pytest.raises(Unfit, match="Validation Failed"):
        replayed("errors", write)


def test_a_file_on_another_host_gets_no_token() -> None:
    """get-archive: a redirect to where archives are kept."""

    async def look(reader: Reader) -> None:
        await rest.get(reader, first_path("get-archive"), dict[str, Any], label="archive")

    with pytest.raises(Refused, match="redirects to https://codeload"):
        replayed("get-archive", look)


@pytest.mark.parametrize("scenario", ["add-labels-to-issue", "labels"])
def test_labels_are_written_as_they_were(scenario: str) -> None:
    """Labels that no repository had came into being by being put on."""
    writes = [one for one in scenarios()[scenario] if one["method"] in ("post", "delete")]

    async def write(reader: Reader) -> None:
        for one in writes:
            url = reader.url + one["path"]
            request = Request(method=one["method"].upper(), url=url, label="write", json=one["body"] or None)
            await reader.transport.send(request, judge)

    replayed(scenario, write)


@pytest.mark.parametrize(
    "scenario",
    [
        "branch-protection",
        "create-status",
        "get-organization",
        "get-repository",
        "get-root",
        "git-refs",
        "labels",
        "search-issues",
    ],
)
def test_what_was_answered_is_read(scenario: str) -> None:
    """Every question of these scenarios, and its answer; 404 is an answer too."""
    asked = [one for one in scenarios()[scenario] if one["method"] == "get"]

    async def look(reader: Reader) -> list[tuple[int, Any]]:
        found = []
        for one in asked:
            at = urlsplit(one["path"])
            reply = await rest.get(reader, at.path, object, label="any", params=dict(parse_qsl(at.query)))
            found.append((reply.status, reply.found))
        return found

    def told(one: Exchange, found: Any) -> Any:
        return None if one["status"] == 404 else type(one["response"])

    replies = replayed(scenario, look)
    assert [status for status, _ in replies] == [one["status"] for one in asked]
    assert [found and type(found) for _, found in replies] == [
        told(one, found) for one, (_, found) in zip(asked, replies, strict=True)
    ]
