"""Requests as they are carried: asked again, waited for, redirected, counted."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TypeVar

import httpx
import pytest
import respx
import structlog

from connectors.errors import Malformed, Refused, Retry, SourceError, TooLarge
from connectors.exchange import Answer, Request
from connectors.patience import MAX_FAILURES
from connectors.transport import Governor, Pace, Transport
from tests.clocks import NOON, FakeClock

T = TypeVar("T")

URL = "https://jira.example/rest/api/2/field"


def question(**options: object) -> Request:
    return Request(**{"method": "GET", "url": URL, "label": "fields", **options})


def accepting(answer: Answer) -> list[str]:
    """A reader for which 200 is good, 429 a limit told in seconds, and all else a refusal."""
    if answer.status == 429:
        seconds = int(answer.headers["retry-after"])
        raise Retry("limited", until=answer.server_at + timedelta(seconds=seconds), bucket="core", counts=False)
    if answer.status >= 500:
        raise TooLarge("too much")
    if answer.status != 200:
        raise Refused("no")
    return answer.decode(list[str])


class Line:
    """A transport with a wound clock."""

    def __init__(self, *, clock: FakeClock | None = None, at_once: int = 4) -> None:
        self.clock = clock or FakeClock()
        self.governor = Governor(clock=self.clock, paces={"core": Pace(at_once=at_once)})

    def send(self, *requests: Request, read: Callable[[Answer], T] = accepting) -> list[T]:
        """The answers to requests that are sent at once."""

        async def run() -> list[T]:
            transport = Transport(
                source="jira",
                client=httpx.AsyncClient(),
                headers=self._headers,
                governor=self.governor,
                clock=self.clock,
                jitter=random.Random(1),
            )
            try:
                return await asyncio.gather(*(transport.send(request, read) for request in requests))
            finally:
                self.counts = transport.counts
                await transport.close()

        return asyncio.run(run())

    async def _headers(self) -> dict[str, str]:
        return {"Authorization": "Bearer secret"}


@pytest.fixture
def web() -> respx.MockRouter:
    with respx.mock(assert_all_called=False) as router:
        yield router


def test_an_answer_is_read(web: respx.MockRouter) -> None:
    web.get(URL).respond(json=["a"])
    assert Line().send(question()) == [["a"]]


@pytest.mark.parametrize(
    "trouble",
    [httpx.ReadError("reset"), httpx.RemoteProtocolError("cut"), httpx.ReadTimeout("late"), httpx.ConnectError("")],
)
def test_a_broken_connection_is_tried_again(web: respx.MockRouter, trouble: Exception) -> None:
    web.get(URL).mock(side_effect=[trouble, httpx.Response(200, json=["a"])])
    line = Line()
    assert line.send(question()) == [["a"]]
    assert len(line.clock.slept) == 1


def test_waits_grow_and_patience_ends(web: respx.MockRouter) -> None:
    web.get(URL).mock(side_effect=httpx.ConnectError("refused"))
    line = Line()
    with pytest.raises(Retry, match=r"jira\.example cannot be reached") as gave_up:
        line.send(question())
    assert len(line.clock.slept) == MAX_FAILURES - 1
    assert line.clock.slept == sorted(line.clock.slept)
    assert 2 <= line.clock.slept[0] <= 2.6
    assert gave_up.value.source == "jira"
    assert gave_up.value.hint


def test_a_refusal_is_not_asked_again(web: respx.MockRouter) -> None:
    route = web.get(URL).respond(403)
    with pytest.raises(Refused):
        Line().send(question())
    assert route.call_count == 1


def test_what_can_be_asked_for_less_is_not_asked_the_same_again(web: respx.MockRouter) -> None:
    route = web.get(URL).respond(502)
    with pytest.raises(TooLarge):
        Line().send(question(shrinkable=True))
    assert route.call_count == 1


def test_a_wait_by_the_servers_clock_is_kept_by_ours(web: respx.MockRouter) -> None:
    """The server's clock is a day ahead: a minute is a minute all the same."""
    ahead = {"Date": format_datetime(NOON + timedelta(days=1), usegmt=True), "Retry-After": "60"}
    web.get(URL).mock(side_effect=[httpx.Response(429, headers=ahead), httpx.Response(200, json=["a"])])
    line = Line()
    line.send(question())
    assert 60 <= sum(line.clock.slept) <= 62


def test_waiting_for_a_quota_is_no_failed_attempt(web: respx.MockRouter) -> None:
    limited = [httpx.Response(429, headers={"Retry-After": "5"})] * (2 * MAX_FAILURES)
    web.get(URL).mock(side_effect=[*limited, httpx.Response(200, json=["a"])])
    assert Line().send(question()) == [["a"]]


def test_a_limit_stops_everybody_in_its_bucket(web: respx.MockRouter) -> None:
    """One is told to wait ten minutes; nobody else asks before, and another bucket goes on."""
    clock = FakeClock()
    asked: list[tuple[str, datetime]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, clock.now()))
        headers = {"Retry-After": "600", "Date": format_datetime(clock.now(), usegmt=True)}
        return httpx.Response(429, headers=headers) if len(asked) == 1 else httpx.Response(200, json=["a"])

    web.get(url__startswith="https://jira.example/").mock(side_effect=answer)
    others = [question(url=f"https://jira.example/{n}") for n in range(5)]
    Line(clock=clock, at_once=1).send(*others)
    assert all(at >= NOON + timedelta(seconds=600) for _, at in asked[1:])


def test_a_redirect_on_the_host_is_followed_with_its_question(web: respx.MockRouter) -> None:
    web.get(URL, params={"page": "2"}).respond(301, headers={"Location": "/rest/api/latest/field"})
    moved = web.get("https://jira.example/rest/api/latest/field", params={"page": "2"}).respond(json=["a"])
    places = Line().send(question(params={"page": "2"}), read=lambda answer: answer.moved_to)
    assert places == ["https://jira.example/rest/api/latest/field?page=2"]
    assert moved.calls.last.request.headers["Authorization"] == "Bearer secret"


def test_a_token_is_never_taken_to_another_host(web: respx.MockRouter) -> None:
    web.get(URL).respond(302, headers={"Location": "https://elsewhere.example/login"})
    elsewhere = web.get("https://elsewhere.example/login").respond(200)
    with pytest.raises(Refused, match=r"redirects to elsewhere\.example"):
        Line().send(question())
    assert not elsewhere.called


def test_a_circle_of_redirects_ends(web: respx.MockRouter) -> None:
    web.get(URL).respond(302, headers={"Location": URL})
    with pytest.raises(Refused, match="circle"):
        Line().send(question())


def test_a_list_in_the_question_is_repeated(web: respx.MockRouter) -> None:
    web.get(URL).respond(json=[])
    Line().send(question(params={"keys": ["PAY", "WEB"]}))
    assert web.calls.last.request.url.query == b"keys=PAY&keys=WEB"


def test_the_servers_clock_is_told_where_it_is_told(web: respx.MockRouter) -> None:
    told = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    for headers, expected in (
        ({"Date": format_datetime(told, usegmt=True)}, told),
        ({"Date": "noon"}, NOON),
        ({}, NOON),
    ):
        web.get(URL).respond(json=[], headers=headers)
        assert Line().send(question(), read=lambda answer: answer.server_at) == [expected]


@pytest.mark.parametrize(
    ("body", "error"), [(b'["a", 1]', Malformed), (b'["a", "', TooLarge), (b"", TooLarge), (b'["\xff"]', TooLarge)]
)
def test_a_document_is_whole_and_as_asked_or_an_error(body: bytes, error: type[SourceError]) -> None:
    answer = Answer(status=200, headers={}, body=body, server_at=NOON)
    with pytest.raises(error):
        answer.decode(list[str])


def test_requests_are_counted_by_what_they_ask(web: respx.MockRouter) -> None:
    web.get(URL).mock(side_effect=[httpx.ReadError("reset"), httpx.Response(200, json=["a"])])
    line = Line()
    line.send(question())
    assert line.counts == {"requests": 2, "fields": 2, "waits": 1}


def test_no_secret_is_logged(web: respx.MockRouter) -> None:
    web.get(URL, params={"jql": "project = PAY"}).respond(json=["private"])
    with structlog.testing.capture_logs() as events:
        Line().send(question(params={"jql": "project = PAY"}))
    assert [(event["label"], event["path"], event["status"]) for event in events] == [
        ("fields", "/rest/api/2/field", 200)
    ]
    assert not any(word in str(events) for word in ("secret", "private", "PAY"))


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (rb"cut \ud83d here", "cut \ufffd here"),
        (rb"\udf89\ud83c", "\ufffd\ufffd"),
        (rb"\ud83c\udf89 \ud800", "\N{PARTY POPPER} \ufffd"),
        (rb"a path\\ud800 \udfff", r"a path\ud800 " + "\ufffd"),
    ],
)
def test_half_a_character_spoils_no_document(told: bytes, read: str) -> None:
    answer = Answer(status=200, headers={}, body=b'["' + told + b'"]', server_at=NOON)
    assert answer.decode(list[str]) == [read]


def test_a_document_that_nests_too_deep_is_too_large() -> None:
    answer = Answer(status=200, headers={}, body=b"[" * 9_000 + b"]" * 9_000, server_at=NOON)
    with pytest.raises(TooLarge, match="deep"):
        answer.decode(list[object])
