"""How requests show who asks: tokens, and Apps with their installations."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import httpx
import pytest
import respx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors import github
from connectors.errors import Refused, Retry, SourceError
from connectors.records import ItemRef, PullRequest
from connectors.source import Check, Memory, Source
from connectors.twin.faults import Answer, Faults, Injection, secondary_limit
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_terms import READ, App, Installation
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import NOW, pull, repository

T = TypeVar("T")

TOKENS = "/access_tokens"


@pytest.fixture(scope="module")
def key() -> str:
    """A private key as GitHub gives it out."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return made.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def shop(owner: str, number: int) -> dict[str, Any]:
    """A private repository with one pull request."""
    return repository(
        "shop", id=f"R_{owner}", owner={"login": owner}, isPrivate=True, pullRequests=[pull(number, id=f"PR_{owner}")]
    )


@dataclass
class Hosted:
    """A host with an App, by one clock with whoever reads it."""

    url: str
    faults: Faults
    clock: FakeClock
    key: str

    def connect(self, *owners: str, **app: Any) -> github.GitHub | github.Installations:
        told = {"id": 7, "private_key": self.key} | app
        return github.connect(
            name="github",
            url=self.url,
            app=github.App(**told),
            repositories=[f"{owner}/*" for owner in owners],
            clock=self.clock,
            jitter=random.Random(1),
        )

    def run(self, work: Callable[[Source], Awaitable[T]], *owners: str, **app: Any) -> T:
        async def run() -> T:
            source = self.connect(*owners, **app)
            try:
                return await work(source)
            finally:
                await source.close()

        return asyncio.run(run())

    def statuses(self) -> list[int | None]:
        return [request.status for request in self.faults.requests.seen]


@contextmanager
def hosted(
    key: str, *plan: Injection, installations: list[Installation] | None = None, **host: Any
) -> Iterator[Hosted]:
    clock = FakeClock(NOW)
    places = [Installation(id=11, account="acme"), Installation(id=12, account="globex")]
    app = App(id=7, installations=places if installations is None else installations)
    state = GitHubHost(now=clock.now, repositories=[shop("acme", 1), shop("globex", 2)], app=app, **host)
    faults = Faults(github_app(state), plan)
    with serving({"github": faults}) as urls:
        yield Hosted(urls["github"] + ("/api/v3" if state.dialect == "ghes" else ""), faults, clock, key)


def into(stored: Stored) -> Callable[[Source], Awaitable[None]]:
    """Reads all that is new."""

    async def poll(source: Source) -> None:
        async for batch in source.poll(stored.memory):
            stored.apply(batch)

    return poll


def pulls(stored: Stored) -> set[str]:
    return {record.key for record in stored.records.values() if isinstance(record, PullRequest)}


class TestToken:
    def test_every_request_names_the_version_of_the_api_it_is_written_for(self) -> None:
        """GitHub changes what a request without one means (github.md §3)."""
        with respx.mock() as web:
            route = web.post("https://api.github.com/graphql").respond(401)
            source = github.connect(
                name="github",
                url="https://api.github.com",
                token="right",
                repositories=["acme/shop"],
                clock=FakeClock(),
                jitter=random.Random(1),
            )
            with pytest.raises(Refused):
                asyncio.run(into(Stored())(source))
            told = route.calls.last.request.headers
        assert told["X-GitHub-Api-Version"] == "2022-11-28"
        assert told["Authorization"] == "Bearer right"
        assert told["User-Agent"] == "fingerpost"

    @pytest.mark.parametrize(
        ("url", "asked"),
        [
            ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
            ("https://git.acme.example/api/v3", "https://git.acme.example/api/graphql"),
        ],
    )
    def test_other_hosts_are_asked_where_they_answer(self, url: str, asked: str) -> None:
        with respx.mock() as web:
            route = web.post(asked).respond(401)
            source = github.connect(
                name="github",
                url=url,
                token="right",
                repositories=["acme/shop"],
                clock=FakeClock(),
                jitter=random.Random(1),
            )
            with pytest.raises(Refused, match="does not accept the token"):
                asyncio.run(into(Stored())(source))
        assert route.called


class TestApp:
    @pytest.mark.parametrize("dialect", ["github.com", "ghes"])
    def test_each_owner_is_read_through_its_own_installation(self, key: str, dialect: str) -> None:
        stored = Stored()
        with hosted(key, dialect=dialect) as host:
            host.run(into(stored), "acme", "globex")
        assert pulls(stored) == {"acme/shop#1", "globex/shop#2"}
        assert host.faults.requests.count(TOKENS) == 2
        assert set(host.statuses()) <= {200, 201}

    def test_what_was_read_is_remembered_for_each(self, key: str) -> None:
        stored = Stored()
        with hosted(key) as host:
            host.run(into(stored), "acme", "globex")
            before = host.faults.requests.count("/graphql")
            host.run(into(stored), "acme", "globex")
        assert host.faults.requests.count("/graphql") - before == 2

    def test_a_token_is_renewed_before_it_ends(self, key: str) -> None:
        stored = Stored()

        async def twice(source: Source) -> None:
            await into(stored)(source)
            host.clock.wind(56 * 60)
            await into(stored)(source)

        with hosted(key) as host:
            host.run(twice, "acme")
        assert host.faults.requests.count(TOKENS) == 2
        assert 401 not in host.statuses()

    def test_a_token_that_ends_while_one_waits_is_not_sent_again(self, key: str) -> None:
        """github.md §8: token expiring mid-backoff. PyGithub sends the same dead token twice (github.md §3)."""
        stored = Stored()
        limit = Injection(fault=secondary_limit(retry_after="3700"), operation="probe")
        with hosted(key, limit) as host:
            host.run(into(stored), "acme")
        assert pulls(stored) == {"acme/shop#1"}
        assert host.faults.requests.count(TOKENS) == 2
        assert 401 not in host.statuses()

    def test_a_token_that_was_revoked_is_renewed_once(self, key: str) -> None:
        stored = Stored()
        revoked = Injection(fault=Answer(status=401, body='{"message": "Bad credentials"}'), operation="probe")
        with hosted(key, revoked) as host:
            host.run(into(stored), "acme")
        assert pulls(stored) == {"acme/shop#1"}
        assert host.faults.requests.count(TOKENS) == 2

    def test_but_only_once(self, key: str) -> None:
        refused = Injection(
            fault=Answer(status=401, body='{"message": "Bad credentials"}'), path="/graphql", times=None
        )
        with hosted(key, refused) as host, pytest.raises(Refused, match="does not accept the token"):
            host.run(into(Stored()), "acme")
        assert host.statuses().count(401) <= 4

    def test_one_task_renews_and_the_others_wait(self, key: str) -> None:
        async def look(source: Source) -> None:
            await asyncio.gather(*(source.discover() for _ in range(5)))

        with hosted(key) as host:
            host.run(look, "acme")
        assert host.faults.requests.count(TOKENS) == 1

    def test_where_it_is_not_installed_is_said_and_the_others_are_read(self, key: str) -> None:
        stored = Stored()
        with (
            hosted(key, installations=[Installation(id=12, account="Globex")]) as host,
            pytest.raises(Refused, match="not installed at acme") as refused,
        ):
            host.run(into(stored), "acme", "globex")
        assert pulls(stored) == {"globex/shop#2"}
        assert "Install it" in refused.value.hint

    def test_an_installation_can_be_named(self, key: str) -> None:
        stored = Stored()
        with hosted(key) as host:
            host.run(into(stored), "acme", installations={"Acme": 11})
        assert pulls(stored) == {"acme/shop#1"}
        assert host.faults.requests.count("/app/installations$") == 0

    def test_an_installation_that_is_suspended_keeps_no_item_of_another_from_being_fetched(self, key: str) -> None:
        places = [Installation(id=11, account="acme", suspended=True), Installation(id=12, account="globex")]
        refs = [ItemRef("github", "pull_request", "PR_globex"), ItemRef("github", "pull_request", "PR_acme")]
        with hosted(key, installations=places) as host:
            batch = host.run(lambda source: source.fetch(refs, Memory()), "acme", "globex")
        assert [record.ref for record in batch.records if isinstance(record, PullRequest)] == [str(refs[0])]
        assert [(gap.ref, "suspended" in gap.cause) for gap in batch.gaps] == [(str(refs[1]), True)]

    def test_an_installation_that_is_suspended_keeps_no_delivery_to_another_from_being_redelivered(
        self, key: str
    ) -> None:
        places = [Installation(id=11, account="acme", suspended=True), Installation(id=12, account="globex")]
        with hosted(key, installations=places) as host, pytest.raises(Refused, match="suspended"):
            host.run(lambda source: source.redeliver(Memory(), path="/hooks/github", since=NOW), "acme", "globex")
        assert host.faults.requests.count("globex.*/hooks")

    def test_a_suspended_installation_is_refused_with_its_reason(self, key: str) -> None:
        suspended = [Installation(id=11, account="acme", suspended=True)]
        with hosted(key, installations=suspended) as host, pytest.raises(Refused, match="suspended") as refused:
            host.run(into(Stored()), "acme")
        assert "installation" in refused.value.hint

    def test_an_app_that_github_does_not_know_is_no_limit(self, key: str) -> None:
        with hosted(key) as host, pytest.raises(Refused, match="does not accept the App") as refused:
            host.run(into(Stored()), "acme", id=8)
        assert "clock" in refused.value.hint

    @pytest.mark.parametrize("private_key", ["", "secret", "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n"])
    def test_a_key_that_is_none_is_refused_and_not_shown(self, key: str, private_key: str) -> None:
        with hosted(key) as host, pytest.raises(Refused, match="no RSA key") as refused:
            host.run(into(Stored()), "acme", private_key=private_key)
        assert "c2VjcmV0" not in f"{refused.value} {refused.value.__cause__}"

    def test_no_secret_is_shown(self, key: str) -> None:
        assert "PRIVATE" not in repr(github.App(id=7, private_key=key))

    def test_a_limit_on_tokens_is_waited_for(self, key: str) -> None:
        stored = Stored()
        limit = Injection(fault=secondary_limit(retry_after="90"), path=TOKENS)
        with hosted(key, limit) as host:
            host.run(into(stored), "acme")
        assert pulls(stored) == {"acme/shop#1"}
        assert sum(host.clock.slept) >= 90

    @pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"token": 7, "expires_at": "soon"}'])
    def test_an_answer_without_a_token_is_told(self, key: str, body: str) -> None:
        odd = Injection(fault=Answer(status=201, body=body), path=TOKENS, times=None)
        with hosted(key, odd) as host, pytest.raises(SourceError):
            host.run(into(Stored()), "acme")

    def test_a_host_that_is_nowhere_cannot_be_reached(self, key: str) -> None:
        nowhere = Hosted("http://127.0.0.1:9", Faults(httpx.ASGITransport), FakeClock(), key)  # type: ignore[arg-type]
        with pytest.raises(Retry, match="cannot be reached"):
            nowhere.run(into(Stored()), "acme")

    def test_items_are_fetched_from_whoever_has_them(self, key: str) -> None:
        refs = [ItemRef("github", "pull_request", f"PR_{owner}") for owner in ("globex", "acme", "nobody")]

        async def fetch(source: Source) -> tuple[set[str], set[str | None]]:
            batch = await source.fetch(refs, Stored().memory)
            found = {record.key for record in batch.records if isinstance(record, PullRequest)}
            return found, {gap.ref for gap in batch.gaps}

        with hosted(key) as host:
            found, lost = host.run(fetch, "acme", "globex")
        assert found == {"acme/shop#1", "globex/shop#2"}
        assert lost == {"github:pull_request:PR_nobody"}

    def test_doctor_says_where_it_is_installed_and_what_it_lacks(self, key: str) -> None:
        without = {name: "read" for name in READ if name != "deployments"}
        places = [Installation(id=11, account="acme"), Installation(id=12, account="globex", permissions=without)]

        async def look(source: Source) -> list[Check]:
            return await source.discover()

        with hosted(key, installations=places) as host:
            checks = {check.subject: check for check in host.run(look, "acme", "globex", "nobody")}
        assert checks["acme: token"].found.startswith("signed in as App 7 at acme (actions: read,")
        assert [subject for subject, check in checks.items() if not check.ok] == [
            "globex: deployments",
            "nobody: sign-in",
        ]


def test_a_clock_is_not_needed_to_agree(key: str) -> None:
    """When a token ends is told by GitHub's clock: one that is hours off renews no sooner and no later."""
    stored = Stored()
    ours = FakeClock(datetime(2026, 11, 20, 23, tzinfo=NOW.tzinfo))
    with hosted(key) as host:
        Hosted(host.url, host.faults, ours, key).run(into(stored), "acme")
    assert host.faults.requests.count(TOKENS) == 1


def test_a_census_is_called_by_whoever_reads_the_owner_and_so_is_whoever_did_not_answer(key: str) -> None:
    async def whole(source: Source) -> tuple[set[str], set[str], set[str]]:
        await into(stored)(source)
        rolls = [roll async for roll in source.census("all", stored.memory)]
        missing = {
            ItemRef("github", "pull_request", "PR_globex"): "globex/shop#2",
            ItemRef("github", "pull_request", "PR_gone"): "acme/shop#9",
            ItemRef("github", "pull_request", "PR_strange"): "initech/shop#1",
        }
        confirmed = await source.confirm(missing, stored.memory)
        called = {identity for roll in rolls for identity in roll.called}
        fates = {f"{fate.word} {ItemRef.parse(fate.ref).id}" for fate in confirmed.fates}
        return called, fates, {record.ref for record in confirmed.batch.records if isinstance(record, PullRequest)}

    stored = Stored()
    with hosted(key) as host:
        called, fates, read = host.run(whole, "acme", "globex")
    assert called == {"PR_acme", "PR_globex"}
    assert fates == {"there PR_globex", "unseen PR_gone", "unknown PR_strange"}
    assert read == {"github:pull_request:PR_globex"}
