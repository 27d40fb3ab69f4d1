"""Limits as a whole backfill meets them: what is waited for, what is told, and that nothing is lost by it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from connectors.errors import Postponed, Refused, Retry
from connectors.exchange import Answer as Found
from connectors.github import GitHub
from connectors.github.limits import is_limit, limited
from connectors.records import PullRequest
from connectors.twin.faults import Answer, Faults, Injection, graphql_errors, rate_limited, secondary_limit
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_terms import Secondary
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import NOW, pull, repository, use

COUNT = 200


@dataclass
class Reader:
    """Reads a host, by one clock with it, and notes what it is told to wait for."""

    url: str
    faults: Faults
    clock: FakeClock
    gates: dict[str, "SharedGate"] = field(default_factory=dict)
    waits: list[tuple[str, datetime, str]] = field(default_factory=list)

    def poll(self, stored: Stored) -> None:
        async def read(source: GitHub) -> None:
            async for batch in source.poll(stored.memory):
                stored.apply(batch)

        def gates(name: str) -> SharedGate:
            return self.gates.setdefault(name, SharedGate())

        use(self, read, repositories=["acme/shop"], gates=gates, progress=self)

    def asked(self, source: str, *, bucket: str, left: int | None) -> None: ...

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        self.waits.append((f"{source} {what}", until, why))

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        pass

    @property
    def refused(self) -> int:
        return sum(request.status == 403 for request in self.faults.requests.seen)

    @property
    def waited_s(self) -> float:
        return sum(self.clock.slept)


class SharedGate:
    def __init__(self) -> None:
        self.until: dict[str, datetime] = {}

    async def closed_until(self) -> Mapping[str, datetime]:
        return self.until

    async def close(self, bucket: str, until: datetime) -> None:
        self.until[bucket] = max(until, self.until.get(bucket, until))


@contextmanager
def hosted(*plan: Injection, clock: FakeClock | None = None, **host: Any) -> Iterator[Reader]:
    """A host of one repository, with more pull requests than ten pages hold."""
    clock = clock or FakeClock(NOW)
    shop = repository(pullRequests=[pull(number) for number in range(1, COUNT + 1)])
    faults = Faults(github_app(GitHubHost(now=clock.now, repositories=[shop], token="right", **host)), plan)
    with serving({"github": faults}) as urls:
        yield Reader(urls["github"] + ("/api/v3" if host.get("dialect") == "ghes" else ""), faults, clock)


def is_whole(stored: Stored) -> bool:
    return sum(isinstance(record, PullRequest) for record in stored.records.values()) == COUNT and not stored.gaps


def test_a_spent_hour_is_waited_for_to_its_reset_and_no_longer() -> None:
    stored = Stored()
    with hosted(hourly_limit=12) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    hours, over_s = divmod(reader.waited_s, 3600)
    assert hours >= 1
    assert over_s < 30
    assert reader.faults.requests.count("/graphql") < 30


def test_what_is_waited_for_is_told_with_its_end_and_reason() -> None:
    with hosted(hourly_limit=12) as reader:
        reader.poll(Stored())
    what, until, why = reader.waits[0]
    assert what == "github graphql"
    assert timedelta(minutes=59) < until - NOW < timedelta(minutes=62)
    assert "rate limit" in why


def test_a_secondary_limit_is_waited_for_as_told() -> None:
    """apache/devlake#6137, #6801"""
    stored = Stored()
    with hosted(secondary=Secondary(graphql_points=5, retry_after_s=70)) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert 0 < reader.refused < 6


def test_a_secondary_limit_that_says_nothing_is_waited_for_a_minute_at_least() -> None:
    """github.md §8: 403 secondary without Retry-After"""
    stored = Stored()
    with hosted(Injection(fault=secondary_limit(), nth=4)) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert 60 <= reader.waited_s <= 65


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
def test_a_limit_in_a_200_is_one_in_either_spelling(kind: str) -> None:
    """yanyongyu/githubkit#272"""
    stored = Stored()
    with hosted(Injection(fault=graphql_errors({"type": kind, "message": "spent"}), nth=4)) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert reader.waited_s >= 60


def test_a_bare_429_is_waited_for() -> None:
    """github.md §8; PyGithub raises it"""
    stored = Stored()
    with hosted(Injection(fault=Answer(status=429), nth=4)) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert reader.waited_s >= 60


def test_limits_in_seconds_of_work_are_never_met() -> None:
    """github.md §2: no more than 60 s of GraphQL in 60 s, estimated by how long its answers take."""
    clock = FakeClock(NOW)

    def takes(_: int) -> float:
        clock.wind(7)
        return 7.0

    stored = Stored()
    with hosted(clock=clock, secondary=Secondary(takes=takes)) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert reader.refused == 0


@pytest.mark.parametrize("hourly_limit", [None, 0])
def test_an_enterprise_server_without_limits_is_read_without_waiting(hourly_limit: int | None) -> None:
    """apache/devlake#8020: no headers, or zeros, were read as nothing left, and waited for for ever."""
    stored = Stored()
    with hosted(dialect="ghes", hourly_limit=hourly_limit) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert reader.waited_s == 0


def test_an_ordinary_403_is_not_waited_for() -> None:
    """cloudquery/cloudquery#11820: it cost an hour of sleep."""
    forbidden = Answer(status=403, body='{"message": "Resource not accessible by personal access token"}')
    with hosted(Injection(fault=forbidden, times=None)) as reader, pytest.raises(Refused, match="not accessible"):
        reader.poll(Stored())
    assert reader.waited_s == 0


def test_a_bad_token_is_named_before_any_limit() -> None:
    """chaoss/grimoirelab-perceval#546, #683"""
    spent = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795201200"}
    bad = Answer(status=401, headers=spent, body='{"message": "Bad credentials"}')
    with hosted(Injection(fault=bad, times=None)) as reader, pytest.raises(Refused, match="does not accept the token"):
        reader.poll(Stored())
    assert reader.waited_s == 0


def test_a_host_that_says_to_wait_for_ever_is_given_up_in_the_end() -> None:
    stored = Stored()
    for_ever = Injection(fault=rate_limited(retry_after="1"), nth=6, times=None)
    with hosted(for_ever) as reader, pytest.raises(Retry, match="rate limit is reached") as gave_up:
        reader.poll(stored)
    assert stored.records
    assert gave_up.value.hint
    assert len(reader.faults.requests) < 40
    assert reader.waited_s < 1800


def test_a_wait_of_more_than_an_hour_is_kept() -> None:
    stored = Stored()
    with hosted(Injection(fault=rate_limited(retry_after="5400"), nth=6)) as reader:
        reader.poll(stored)
    assert is_whole(stored)
    assert reader.waited_s >= 5400


def test_a_wait_of_a_day_ends_the_pass_and_the_next_goes_on() -> None:
    """Nothing is asked before its time by another pass either, and nothing that was read is read again."""
    stored = Stored()
    with hosted(Injection(fault=rate_limited(retry_after="80000"), nth=6)) as reader:
        with pytest.raises(Postponed, match="asked to wait until 2026-11-21 16:13 UTC"):
            reader.poll(stored)
        held, asked = len(stored.records), len(reader.faults.requests)
        with pytest.raises(Postponed, match="told to another process"):
            reader.poll(stored)
        assert len(reader.faults.requests) == asked
        reader.clock.wind(80_002)
        reader.poll(stored)
    assert 0 < held < len(stored.records)
    assert is_whole(stored)


def test_the_gate_names_no_secret() -> None:
    with hosted() as reader:
        reader.poll(Stored())
    (name,) = reader.gates
    assert name.startswith(reader.url.removeprefix("http://"))
    assert "right" not in name


class TestWords:
    """Which answers are limits, and which are not."""

    @pytest.mark.parametrize(
        ("words", "limit"),
        [
            ("You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", True),
            ("You have triggered an abuse detection mechanism.", True),
            ("API rate limit exceeded for installation ID 7.", True),
            ("API rate limit already exceeded for user ID 7.", True),
            ("Resource not accessible by integration", False),
            ("Must have admin rights to Repository.", False),
            ("The `acme` organization has an IP allow list enabled, and your IP address is not permitted", False),
        ],
    )
    def test_a_403_is_told_by_its_words(self, words: str, limit: bool) -> None:
        assert is_limit(found(403, {"message": words}), words) is limit

    @pytest.mark.parametrize(
        ("headers", "limit"),
        [
            ({"retry-after": "5"}, True),
            ({"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000"}, True),
            ({"x-ratelimit-remaining": "1", "x-ratelimit-limit": "5000"}, False),
            ({"x-ratelimit-remaining": "0", "x-ratelimit-limit": "0"}, False),
            ({"x-ratelimit-remaining": "none"}, False),
            ({}, False),
        ],
    )
    def test_or_by_its_headers(self, headers: dict[str, str], limit: bool) -> None:
        assert is_limit(found(403, {}, headers), "No") is limit

    @pytest.mark.parametrize(("told", "wait_s"), [("-5", 1), ("0", 1), ("1e300", 366 * 86_400), ("7.5", 7.5)])
    def test_whatever_number_is_told_is_an_instant(self, told: str, wait_s: float) -> None:
        limit = limited(found(429, {}, {"retry-after": told}), "spent")
        assert limit.until == NOW + timedelta(seconds=wait_s)


def found(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Found:
    return Found(status=status, headers=httpx.Headers(headers or {}), body=msgspec.json.encode(body), server_at=NOW)
