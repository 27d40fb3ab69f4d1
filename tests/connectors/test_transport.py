"""Requests as they are carried: asked again, waited for, redirected, counted."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TypeVar

import httpx
import pytest
import respx
import structlog

from connectors.errors import Malformed, Postponed, Refused, Retry, SourceError, TooLarge
from connectors.exchange import Advice, Answer, Request
from connectors.patience import MAX_FAILURES, MAX_LIMITS
from connectors.transport import Advise, Governor, Pace, Transport
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

    def __init__(self, *, clock: FakeClock | None = None, at_once: int = 4, advise: Advise | None = None) -> None:
        self.clock = clock or FakeClock()
        self.governor = Governor(clock=self.clock, paces={"core": Pace(at_once=at_once)})
        self.waits: list[tuple[str, str, datetime, str]] = []
        self._advise = advise

    def send(self, *requests: Request, read: Callable[[Answer], T] = accepting) -> list[T]:
        """The answers to requests that are sent at once."""

        async def run() -> list[T]:
            transport = self.transport()
            try:
                return await asyncio.gather(*(transport.send(request, read) for request in requests))
            finally:
                self.counts = transport.counts
                await transport.close()

        return asyncio.run(run())

    def transport(self) -> Transport:
        return Transport(
            source="jira",
            client=httpx.AsyncClient(),
            headers={"Authorization": "Bearer secret"},
            governor=self.governor,
            clock=self.clock,
            jitter=random.Random(1),
            advise=self._advise,
            progress=self,
        )

    def asked(self, source: str, *, bucket: str, left: int | None) -> None: ...

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        self.waits.append((source, what, until, why))

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        pass


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


def test_a_limit_by_any_name_is_kept_by_who_was_told_of_it(web: respx.MockRouter) -> None:
    """GitHub names its buckets; one that we do not know is waited for all the same."""
    asked: list[datetime] = []
    clock = FakeClock()

    def read(answer: Answer) -> list[str]:
        asked.append(clock.now())
        if len(asked) == 1:
            raise Retry("limited", until=answer.server_at + timedelta(minutes=5), bucket="integration", counts=False)
        return answer.decode(list[str])

    web.get(URL).respond(json=["a"])
    assert Line(clock=clock).send(question(), read=read) == [["a"]]
    assert asked[1] - asked[0] >= timedelta(minutes=5)


def test_a_source_that_says_to_wait_for_ever_is_given_up_in_the_end(web: respx.MockRouter) -> None:
    """A short Retry-After without end is no way to ask a hundred times a minute, nor to hang for a night."""
    route = web.get(URL).respond(429, headers={"Retry-After": "1"})
    line = Line()
    with pytest.raises(Retry, match="limited"):
        line.send(question())
    assert route.call_count == MAX_LIMITS
    assert 60 < sum(line.clock.slept) < 1200


def test_nor_does_it_take_a_day_where_it_says_an_hour_each_time(web: respx.MockRouter) -> None:
    route = web.get(URL).respond(429, headers={"Retry-After": "3600"})
    line = Line()
    with pytest.raises(Retry, match="limited") as raised:
        line.send(question())
    assert route.call_count == 3
    assert raised.value.hint.startswith("It is to be left alone until ")
    assert 7200 <= sum(line.clock.slept) <= 7210


def test_who_does_not_say_how_long_is_asked_ever_more_seldom(web: respx.MockRouter) -> None:
    """GitHub: a minute at least, then exponentially more, then not again (github.md §2)."""

    def read(answer: Answer) -> None:
        raise Retry("limited", until=answer.server_at + timedelta(seconds=60), counts=True)

    web.get(URL).respond(403)
    line = Line()
    with pytest.raises(Retry):
        line.send(question(), read=read)
    waits = [wait for wait in line.clock.slept if wait]
    assert [round(wait / 60) for wait in waits] == [1, 2, 4, 8, 15]


def test_a_wait_of_more_than_an_hour_is_kept(web: respx.MockRouter) -> None:
    told = {"Retry-After": "5400", "Date": format_datetime(NOON, usegmt=True)}
    web.get(URL).mock(side_effect=[httpx.Response(429, headers=told), httpx.Response(200, json=["a"])])
    line = Line()
    assert line.send(question()) == [["a"]]
    assert sum(line.clock.slept) >= 5400


def test_a_wait_of_a_day_is_for_the_next_pass(web: respx.MockRouter) -> None:
    told = {"Retry-After": "86400", "Date": format_datetime(NOON, usegmt=True)}
    route = web.get(URL).respond(429, headers=told)
    line = Line()
    with pytest.raises(Postponed, match=r"asked to wait until 2026-11-21 12:00 UTC \(limited\)") as late:
        line.send(question())
    assert late.value.source == "jira"
    assert sum(line.clock.slept) < 5
    assert route.call_count == 1


def test_what_is_waited_for_is_told(web: respx.MockRouter) -> None:
    web.get(URL).mock(side_effect=[httpx.ConnectError("refused"), httpx.Response(200, json=["a"])])
    line = Line()
    line.send(question())
    (told,) = line.waits
    assert told[:2] == ("jira", "jira.example")
    assert told[2] > NOON
    assert "cannot be reached" in told[3]


def test_an_answer_that_trickles_for_ever_is_given_up(web: respx.MockRouter, monkeypatch: pytest.MonkeyPatch) -> None:
    """apache/devlake#8614: a stream that never ends hung for days."""

    async def trickle() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.Event().wait()

    monkeypatch.setattr("connectors.transport.DEADLINE_S", 0.01)
    web.get(URL).mock(side_effect=lambda _: httpx.Response(200, content=trickle()))
    with pytest.raises(TooLarge, match="broke off"):
        Line().send(question(shrinkable=True))


def test_an_answer_without_end_fills_no_memory(web: respx.MockRouter, monkeypatch: pytest.MonkeyPatch) -> None:
    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000

    monkeypatch.setattr("connectors.transport.MOST_BYTES", 10_000)
    web.get(URL).mock(side_effect=lambda _: httpx.Response(200, content=flood()))
    with pytest.raises(TooLarge, match="more than 10,000 bytes"):
        Line().send(question(shrinkable=True))


def test_the_next_request_goes_over_the_same_connection() -> None:
    clients: list[object] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients.append(writer)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n["a"]')
        except asyncio.IncompleteReadError:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        transport = Line().transport()
        for _ in range(5):
            assert await transport.send(question(url=f"http://{host}:{port}/"), accepting) == ["a"]
        await transport.close()
        server.close()

    asyncio.run(run())
    assert len(clients) == 1


def test_what_an_answer_advises_is_kept(web: respx.MockRouter) -> None:
    web.get(URL).respond(json=["a"])
    line = Line(advise=lambda request, _: Advice(bucket=request.bucket, every_s=30))
    line.send(question(), question(), question())
    assert sum(line.clock.slept) == 60


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(Refused, match="address"):
        Line().send(question(url="https://jira.example:port/"))


def test_an_address_that_is_nowhere_cannot_be_reached(web: respx.MockRouter) -> None:
    web.get(url__startswith="https://").mock(side_effect=httpx.ConnectError("unknown"))
    with pytest.raises(Retry, match="cannot be reached"):
        Line().send(question(url="https://[half"))


def test_a_token_is_not_taken_out_of_the_tunnel(web: respx.MockRouter) -> None:
    web.get(URL).respond(302, headers={"Location": "http://jira.example/rest/api/2/field"})
    with pytest.raises(Refused, match=r"redirects to http://jira\.example"):
        Line().send(question())


def test_a_redirect_on_the_host_is_followed_with_its_question(web: respx.MockRouter) -> None:
    """github.md §8: 301 with the query kept."""
    web.get(URL, params={"page": "2"}).respond(301, headers={"Location": "/rest/api/latest/field"})
    moved = web.get("https://jira.example/rest/api/latest/field", params={"page": "2"}).respond(json=["a"])
    places = Line().send(question(params={"page": "2"}), read=lambda answer: answer.moved_to)
    assert places == ["https://jira.example/rest/api/latest/field?page=2"]
    assert moved.calls.last.request.headers["Authorization"] == "Bearer secret"


def test_a_token_is_never_taken_to_another_host(web: respx.MockRouter) -> None:
    web.get(URL).respond(302, headers={"Location": "https://elsewhere.example/login"})
    elsewhere = web.get("https://elsewhere.example/login").respond(200)
    with pytest.raises(Refused, match=r"redirects to https://elsewhere\.example"):
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
        ({"Date": "Fri, 20 Nov 2026 10:30:00 +0100"}, told),
        ({"Date": "Fri, 20 Nov 2026 09:30:00 -0000"}, told),
        ({"Date": "noon"}, NOON),
        ({"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}, NOON),
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
