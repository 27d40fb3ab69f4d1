"""The only module that sends: requests, retries, the shared limits, and one log event for each request.

A source says in pure functions what an answer means: `read(answer)` returns the value or raises a `SourceError`;
this module only sends, waits and asks again.
"""

import asyncio
import random
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import structlog
import tenacity

from connectors.errors import Refused, Retry, SourceError, TooLarge
from connectors.exchange import Advice, Answer, Request, http_date
from connectors.governor import Clock, Gate, Gates, Governor, Pace
from connectors.patience import Patience
from connectors.progress import SILENT, Progress
from connectors.sign_in import Signature

__all__ = ["TIMEOUT", "Clock", "Gate", "Gates", "Governor", "Pace", "Transport", "over_network", "trust"]

T = TypeVar("T")
Advise = Callable[[Request, Answer], Advice | None]

MAX_REDIRECTS = 3
DEADLINE_S = 120.0  # for one answer, whole: a stream that trickles is a fault (apache/devlake#8614)
MOST_BYTES = 256 * 1024 * 1024  # of one answer, unpacked
TIMEOUT = httpx.Timeout(connect=5, read=60, write=30, pool=None)


class Transport:
    """Sends requests of one source until they are answered or cannot be."""

    def __init__(
        self,
        *,
        source: str,
        client: httpx.AsyncClient,
        headers: Mapping[str, str],
        governor: Governor,
        clock: Clock,
        jitter: random.Random,
        advise: Advise | None = None,
        progress: Progress = SILENT,
    ) -> None:
        """`advise`: what every answer, good or bad, says of how to go on asking."""
        self.counts: Counter[str] = Counter()
        self._source = source
        self._client = client
        self._headers = headers
        self._governor = governor
        self._clock = clock
        self._jitter = jitter
        self._advise = advise
        self._progress = progress
        self._log = structlog.get_logger().bind(source=source)

    async def send(self, request: Request, read: Callable[[Answer], T]) -> T:
        """What `read` makes of the answer. Raises the last `SourceError` when asking again is of no use.

        `TooLarge` is raised at once for a shrinkable request: asking the same again would fail the same.
        """
        patience = Patience()
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(lambda error: _may_repeat(error, request)),
            stop=lambda _: patience.is_spent,
            wait=lambda _: patience.pause_s * self._jitter.uniform(1.0, 1.3),
            sleep=self._clock.sleep,
            before_sleep=lambda state: self._note_wait(request, state),
            reraise=True,
        )
        try:
            return await retrying(self._attempt, request, read, patience)
        except SourceError as error:
            error.source = error.source or self._source
            if isinstance(error, Retry) and error.until:
                error.hint = f"It is to be left alone until {error.until:%Y-%m-%d %H:%M} UTC. {error.hint}".strip()
            raise

    async def close(self) -> None:
        await self._client.aclose()

    async def _attempt(self, request: Request, read: Callable[[Answer], T], patience: Patience) -> T:
        answer: Answer | None = None
        try:
            async with self._governor.turn(request.bucket):
                answer = await self._exchange(request)
            if self._advise and (advice := self._advise(request, answer)):
                self._governor.heed(advice)
            return read(answer)
        except Retry as error:
            patience.note(error)
            if error.until:
                await self._close(request, error, answer, patience)
            raise

    async def _close(self, request: Request, error: Retry, answer: Answer | None, patience: Patience) -> None:
        """Stops all who share the limit: told by the source's clock, waited for by ours. The request's own bucket is
        closed too, whatever name the source has for it: its next try waits with the others."""
        now = self._clock.now()
        told_s = ((error.until or now) - (answer.server_at if answer else now)).total_seconds()
        error.until = now + timedelta(seconds=patience.told(told_s) + self._jitter.uniform(0, 1))
        for bucket in dict.fromkeys((error.bucket, request.bucket)) if error.bucket else ("",):
            await self._governor.close(bucket, error.until, why=str(error))

    async def _exchange(self, request: Request) -> Answer:
        self.counts["requests"] += 1
        self.counts[request.label] += 1
        started_at = self._clock.now()
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._follow(request)
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # its words hold the header, and so the token
            raise Refused("the token holds a character that no header may hold", hint="Copy the token anew.") from None
        except httpx.InvalidURL as error:
            raise Refused(f"there is no such address ({error})", hint="Check `url`.") from error
        except (httpx.RequestError, TimeoutError) as error:
            self._progress.asked(self._source, bucket=request.bucket, left=None)
            self._log.warning("request", label=request.label, path=_path(request.url), error=type(error).__name__)
            raise _unanswered(error, request.url) from error
        took_s = (self._clock.now() - started_at).total_seconds()
        self._progress.asked(self._source, bucket=request.bucket, left=_left(answer))
        self._log.debug(
            "request",
            label=request.label,
            path=_path(request.url),
            status=answer.status,
            size=len(answer.body),
            took_s=took_s,
        )
        return replace(answer, took_s=took_s)

    async def _follow(self, request: Request) -> Answer:
        """The final answer, and where it was found if not where we asked. Never takes a token to another host."""
        url, moved_to = httpx.URL(request.url, params=request.params or None), None
        for _ in range(MAX_REDIRECTS + 1):
            headers = {**request.headers, **self._headers}
            async with self._client.stream(request.method, url, headers=headers, json=request.json) as response:
                if not response.has_redirect_location:
                    return await self._whole(response, moved_to=moved_to)
            target = url.join(response.headers["location"])
            if _origin(target) != _origin(url):
                raise Refused(
                    f"{_origin(url)} redirects to {_origin(target)}", hint="Set `url` to the address it redirects to."
                )
            # GitHub's 301 for a renamed repository names only the path: the question must not lose its query.
            url = target if target.query else target.copy_with(query=url.query or None)
            moved_to = str(url)
        raise Refused(f"{url.host} redirects in a circle", hint="Check `url`.")

    async def _whole(self, response: httpx.Response, *, moved_to: str | None) -> Answer:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise TooLarge(f"{response.url.host} answers with more than {MOST_BYTES:,} bytes")
        return Answer(
            status=response.status_code,
            headers=response.headers,
            body=bytes(body),
            server_at=http_date(response.headers.get("date", "")) or self._clock.now(),
            moved_to=moved_to,
        )

    def _note_wait(self, request: Request, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self.counts["waits"] += 1
        until = error.until if isinstance(error, Retry) else None
        if until is None:
            until = self._clock.now() + timedelta(seconds=state.next_action.sleep if state.next_action else 0.0)
            self._progress.waiting(self._source, what=_host(request.url), until=until, why=str(error))
        self._log.info("waiting", until=until.isoformat(timespec="seconds"), why=str(error))


def over_network(
    *,
    source: str,
    url: str,
    signature: Signature | None,
    headers: Mapping[str, str],
    paces: Mapping[str, Pace],
    clock: Clock,
    jitter: random.Random,
    gates: Gates | None = None,
    advise: Advise | None = None,
    progress: Progress = SILENT,
) -> Transport:
    """A transport for one credential at the host of `url`; through `gates` other processes are told of its limits."""
    gate = gates(f"{urlsplit(url).netloc} {signature.name}") if gates and signature else None
    return Transport(
        source=source,
        client=httpx.AsyncClient(timeout=TIMEOUT, auth=signature, verify=trust()),
        headers=headers,
        governor=Governor(clock=clock, paces=paces, gate=gate, source=source, progress=progress),
        clock=clock,
        jitter=jitter,
        advise=advise,
        progress=progress,
    )


@cache
def trust() -> ssl.SSLContext:
    """Who is believed to be who they say; read once, as the reading takes longer than a request."""
    return httpx.create_ssl_context()


def _left(answer: Answer) -> int | None:
    """How many more requests the source bears, in the header that both vendors have for it."""
    told = answer.headers.get("x-ratelimit-remaining", "")
    return int(told[:9]) if told.isascii() and told.isdigit() else None


def _may_repeat(error: BaseException, request: Request) -> bool:
    return isinstance(error, Retry) and not (request.shrinkable and isinstance(error, TooLarge))


def _unanswered(error: Exception, url: str) -> Retry:
    """A connection that never opened is no sign of a page too large; one that broke off or hung is (airbyte#86914)."""
    host = _host(url)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Retry(f"{host} cannot be reached", hint="Check `url`, the network and the proxy settings.")
    return TooLarge(f"{host} broke off its answer ({type(error).__name__})")


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"


def _host(url: str) -> str:
    return httpx.URL(url).netloc.decode()


def _path(url: str) -> str:
    return httpx.URL(url).path
