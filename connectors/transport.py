"""The only module that sends: requests, retries, the shared limits, and one log event for each request.

A source says in pure functions what an answer means: `read(answer)` returns the value or raises a `SourceError`;
this module only sends, waits and asks again.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
import structlog
import tenacity

from connectors.errors import Refused, Retry, SourceError, TooLarge
from connectors.exchange import Answer, Request

T = TypeVar("T")
Headers = Callable[[], Awaitable[Mapping[str, str]]]

MAX_ATTEMPTS = 6
MAX_REDIRECTS = 3
MAX_WAIT_S = 3900  # the longest ordinary quota is an hour; a little more, so that it can pass
DEADLINE_S = 120.0  # for one answer, whole: a stream that trickles is a fault (apache/devlake#8614)
TIMEOUT = httpx.Timeout(connect=5, read=60, write=30, pool=None)


class Clock(Protocol):
    """The time and the waiting, given at the edge so that tests do neither."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class Gate(Protocol):
    """Where processes that share a credential tell each other until when nobody may ask."""

    async def closed_until(self) -> Mapping[str, datetime]:
        """By bucket, the instants that are still to come; the empty bucket is all of them."""

    async def close(self, bucket: str, until: datetime) -> None:
        """Tells all others; never shortens what was told before."""


class Governor:
    """The limits of one host and credential, shared by all tasks: how many at once, and until when nobody may ask."""

    def __init__(self, *, clock: Clock, at_once: Mapping[str, int]) -> None:
        self._clock = clock
        self._slots = {bucket: asyncio.Semaphore(most) for bucket, most in at_once.items()}
        self._closed_until: dict[str, datetime] = {}

    def close(self, bucket: str, until: datetime) -> None:
        """Nobody asks this bucket before `until`. The empty bucket is all of them."""
        self._closed_until[bucket] = max(until, self._closed_until.get(bucket, until))

    def slot(self, bucket: str) -> asyncio.Semaphore:
        """The right to ask, one of as many as the bucket has."""
        return self._slots.setdefault(bucket, asyncio.Semaphore(4))

    async def opened(self, bucket: str) -> None:
        """Returns once neither this bucket nor the whole host is closed."""
        while (left := self._left_s(bucket)) > 0:
            await self._clock.sleep(left)

    def _left_s(self, bucket: str) -> float:
        now = self._clock.now()
        untils = [self._closed_until[name] for name in (bucket, "") if name in self._closed_until]
        return max(((until - now).total_seconds() for until in untils), default=0.0)


class Transport:
    """Sends requests of one source until they are answered or cannot be."""

    def __init__(
        self,
        *,
        source: str,
        client: httpx.AsyncClient,
        headers: Headers,
        governor: Governor,
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._source = source
        self._client = client
        self._headers = headers
        self._governor = governor
        self._clock = clock
        self._jitter = jitter
        self._log = structlog.get_logger().bind(source=source)

    async def send(self, request: Request, read: Callable[[Answer], T]) -> T:
        """What `read` makes of the answer. Raises the last `SourceError` when asking again is of no use.

        `TooLarge` is raised at once for a shrinkable request: asking the same again would fail the same.
        """
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(lambda error: _may_repeat(error, request)),
            stop=_patience(),
            wait=self._wait_s,
            sleep=self._clock.sleep,
            before_sleep=self._note_wait,
            reraise=True,
        )
        try:
            return await retrying(self._attempt, request, read)
        except SourceError as error:
            error.source = error.source or self._source
            raise

    async def close(self) -> None:
        await self._client.aclose()

    async def _attempt(self, request: Request, read: Callable[[Answer], T]) -> T:
        async with self._governor.slot(request.bucket):
            await self._governor.opened(request.bucket)
            answer = await self._exchange(request)
        try:
            return read(answer)
        except Retry as error:
            if error.until:
                # Told by the source's clock, waited for by ours.
                error.until += self._clock.now() - answer.server_at
                self._governor.close(error.bucket, error.until)
            raise

    async def _exchange(self, request: Request) -> Answer:
        self.counts["requests"] += 1
        self.counts[request.label] += 1
        started_at = self._clock.now()
        try:
            async with asyncio.timeout(DEADLINE_S):
                response, moved_to = await self._follow(request)
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # its words hold the header, and so the token
            raise Refused("the token holds a character that no header may hold", hint="Copy the token anew.") from None
        except (httpx.RequestError, TimeoutError) as error:
            self._log.warning("request", label=request.label, path=_path(request.url), error=type(error).__name__)
            raise _unanswered(error, request.url) from error
        took_s = (self._clock.now() - started_at).total_seconds()
        self._log.debug(
            "request",
            label=request.label,
            path=_path(request.url),
            status=response.status_code,
            size=len(response.content),
            took_s=took_s,
        )
        return Answer(
            status=response.status_code,
            headers=response.headers,
            body=response.content,
            server_at=_server_at(response.headers) or self._clock.now(),
            moved_to=moved_to,
        )

    async def _follow(self, request: Request) -> tuple[httpx.Response, str | None]:
        """The final response, and where it was found if not where we asked. Never takes a token to another host."""
        url, moved_to = httpx.URL(request.url, params=request.params or None), None
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._client.request(
                request.method, url, headers=dict(await self._headers()), json=request.json
            )
            if not response.has_redirect_location:
                return response, moved_to
            target = url.join(response.headers["location"])
            if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
                raise Refused(
                    f"{url.host} redirects to {target.host}", hint="Set `url` to the address it redirects to."
                )
            # GitHub's 301 for a renamed repository names only the path: the question must not lose its query.
            url = target if target.query else target.copy_with(query=url.query or None)
            moved_to = str(url)
        raise Refused(f"{url.host} redirects in a circle", hint="Check `url`.")

    def _wait_s(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next try: what the source asked for and never less, else 2, 4, 8 … 60 with jitter."""
        error = _error(state)
        if isinstance(error, Retry) and error.until:
            return max(0.0, (error.until - self._clock.now()).total_seconds()) + self._jitter.uniform(0, 1)
        return float(min(60, 2**state.attempt_number)) * self._jitter.uniform(1.0, 1.3)

    def _note_wait(self, state: tenacity.RetryCallState) -> None:
        wait_s = state.next_action.sleep if state.next_action else 0.0
        self.counts["waits"] += 1
        until = self._clock.now() + timedelta(seconds=wait_s)
        self._log.info("waiting", until=until.isoformat(timespec="seconds"), why=str(_error(state)))


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _may_repeat(error: BaseException, request: Request) -> bool:
    return isinstance(error, Retry) and not (request.shrinkable and isinstance(error, TooLarge))


def _patience() -> Callable[[tenacity.RetryCallState], bool]:
    """When to give up on one request: after too many failures; waiting for an ordinary quota is none."""
    failures = 0

    def spent(state: tenacity.RetryCallState) -> bool:
        nonlocal failures
        error = _error(state)
        failures += not (isinstance(error, Retry) and not error.counts)
        return failures >= MAX_ATTEMPTS or state.idle_for > MAX_WAIT_S

    return spent


def _unanswered(error: Exception, url: str) -> Retry:
    """A connection that never opened is no sign of a page too large; one that broke off or hung is (airbyte#86914)."""
    host = urlsplit(url).netloc
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Retry(f"{host} cannot be reached", hint="Check `url`, the network and the proxy settings.")
    return TooLarge(f"{host} broke off its answer ({type(error).__name__})")


def _server_at(headers: httpx.Headers) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None


def _path(url: str) -> str:
    return urlsplit(url).path
