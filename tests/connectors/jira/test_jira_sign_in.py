"""Signing in: tokens with and without scopes, and OAuth whose refresh tokens are good but once (jira.md §5)."""

import asyncio
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.errors import Refused, SourceError
from connectors.jira import Jira, OAuth, SignIn, Token, connect
from connectors.jira.sign_in import HEADERS, OAuthSignature
from connectors.records import Batch, WorkItem
from connectors.source import Memory
from connectors.transport import Governor, Transport
from connectors.twin.faults import Answer, Faults, Injection, Late, Requests
from connectors.twin.jira import jira_app
from connectors.twin.jira_gateway import Accounts, gateway_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.jira.reading import reader
from tests.connectors.twin.sites import cloud, server, with_issues

SERVICE = "reader@serviceaccount.example"
SCOPED = "ATSTT-scoped"


@dataclass
class Atlassian:
    """A Cloud site, and the gateway before it, by one clock."""

    site: JiraSite
    accounts: Accounts
    clock: FakeClock
    url: str
    gateway: str
    at_site: Requests
    at_gateway: Requests
    file: Path

    @property
    def oauth(self) -> OAuth:
        return OAuth(
            client_id="app",
            client_secret="app-secret",
            refresh_token_file=self.file,
            address=f"{self.gateway}/oauth/token",
        )

    def poll(self, sign_in: SignIn, memory: Memory | None = None) -> list[Batch]:
        return asyncio.run(self._poll(sign_in, memory or Memory()))

    def signature(self) -> OAuthSignature:
        """As one process has it."""
        transport = Transport(
            source="jira",
            client=httpx.AsyncClient(verify=False),
            headers=HEADERS,
            governor=Governor(clock=self.clock, paces={}),
            clock=self.clock,
            jitter=random.Random(1),
        )
        return OAuthSignature(self.oauth, transport=transport, clock=self.clock)

    def refreshed(self) -> int:
        return self.accounts.refreshed

    async def _poll(self, sign_in: SignIn, memory: Memory) -> list[Batch]:
        source = self._source(sign_in)
        try:
            return [batch async for batch in source.poll(memory)]
        finally:
            await source.close()

    def _source(self, sign_in: SignIn) -> Jira:
        return connect(
            name="jira",
            url=self.url,
            sign_in=sign_in,
            projects=["PAY"],
            clock=self.clock,
            jitter=random.Random(1),
            gateway=self.gateway,
        )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "refresh-token"
    path.write_text("refresh-0\n")
    return path


@contextmanager
def atlassian(file: Path, *plan: Injection) -> Iterator[Atlassian]:
    clock = FakeClock()
    site = replace(with_issues(cloud(), 3), email="owner@acme.example", token="classic", now=clock.now)
    accounts = Accounts(site=site, scoped={SERVICE: SCOPED})
    apps = {"site": Faults(jira_app(site)), "gateway": Faults(gateway_app(accounts), plan)}
    with serving(apps) as urls:
        yield Atlassian(
            site, accounts, clock, urls["site"], urls["gateway"], apps["site"].requests, apps["gateway"].requests, file
        )


def remembered(batches: list[Batch]) -> Memory:
    marks = {name: text for batch in batches for name, text in batch.watermarks.items()}
    return Memory(watermarks=marks, capabilities={n: t for batch in batches for n, t in batch.capabilities.items()})


def items(batches: list[Batch]) -> list[WorkItem]:
    return [record for batch in batches for record in batch.records if isinstance(record, WorkItem)]


def test_a_scoped_token_is_good_at_the_gateway_alone(file: Path) -> None:
    """Fault: scoped token 401 (§8 row 23). The cloud id is found where nobody signs in; links stay the site's."""
    with atlassian(file) as there:
        found = items(there.poll(Token(email=SERVICE, token=SCOPED)))
        assert [item.key for item in found] == ["PAY-1", "PAY-2", "PAY-3"]
        assert found[0].url == f"{there.url}/browse/PAY-1"


def test_the_address_that_took_the_token_is_remembered(file: Path) -> None:
    with atlassian(file) as there:
        memory = remembered(there.poll(Token(email=SERVICE, token=SCOPED)))
        there.at_site.seen.clear()
        there.clock.wind(2 * 24 * 3600)  # a new survey is due
        there.poll(Token(email=SERVICE, token=SCOPED), memory)
        assert len(there.at_site) == 0


def test_a_remembered_address_that_is_good_no_more_is_left(file: Path) -> None:
    with atlassian(file) as there:
        memory = remembered(there.poll(Token(email=SERVICE, token=SCOPED)))
        there.clock.wind(2 * 24 * 3600)
        assert there.poll(Token(email="owner@acme.example", token="classic"), memory)
        there.accounts.scoped.clear()
        with pytest.raises(Refused, match="does not accept the token"):
            there.poll(Token(email=SERVICE, token=SCOPED), memory)


def test_a_token_that_the_gateway_refuses_too_is_refused(file: Path) -> None:
    with atlassian(file) as there, pytest.raises(Refused, match="does not accept the token") as refused:
        there.poll(Token(email=SERVICE, token="wrong"))
    assert there.at_gateway.count("/ex/jira")
    assert "wrong" not in str(refused.value)


def test_a_site_that_is_not_atlassians_has_no_gateway(file: Path) -> None:
    with atlassian(file) as there:
        with reader(server(token="right"), projects=["PAY"]) as someone, pytest.raises(Refused, match="token"):
            someone.poll(sign_in=Token(token="wrong"), gateway=there.gateway)
        assert len(there.at_gateway) == 0


def test_an_app_reads_the_site_that_it_was_let_into(file: Path) -> None:
    with atlassian(file) as there:
        assert len(items(there.poll(there.oauth))) == 3
        assert there.at_site.count("/rest/") == 0


def test_the_site_is_known_by_its_address_in_the_list_too(file: Path) -> None:
    with atlassian(file) as there:
        there.site.url = there.url
        assert len(items(there.poll(there.oauth))) == 3
        assert len(there.at_site) == 0


def test_an_app_that_was_let_in_nowhere_is_told(file: Path) -> None:
    with atlassian(file) as there:
        there.accounts.lists_site = False
        with pytest.raises(Refused, match="not let into") as refused:
            there.poll(there.oauth)
        assert "no site" in refused.value.hint


def test_a_refresh_token_is_replaced_before_its_successor_is_used(file: Path) -> None:
    with atlassian(file) as there:
        there.poll(there.oauth)
        written = json.loads(file.read_text())
        assert (written["refresh_token"], written["access_token"]) == ("refresh-1", "access-1")
        assert file.stat().st_mode & 0o777 == 0o600
        assert sorted(path.name for path in file.parent.iterdir()) == ["refresh-token", "refresh-token.lock"]


def test_a_token_that_is_good_yet_is_used_by_the_next_run(file: Path) -> None:
    with atlassian(file) as there:
        there.poll(there.oauth)
        there.poll(there.oauth)
        assert there.refreshed() == 1
        there.clock.wind(56 * 60)  # it ends in four minutes
        there.poll(there.oauth)
        assert there.refreshed() == 2


def test_a_token_that_is_refused_is_renewed_once(file: Path) -> None:
    with atlassian(file) as there:
        there.poll(there.oauth)
        there.accounts.access.clear()  # as when it is revoked
        assert len(items(there.poll(there.oauth))) == 3
        assert there.refreshed() == 2


def test_an_app_that_is_refused_with_a_new_token_too_is_refused(file: Path) -> None:
    with atlassian(file, Injection(fault=Answer(status=401), path="/ex/jira", times=None)) as there:
        with pytest.raises(Refused):
            there.poll(there.oauth)
        assert there.refreshed() <= 2


@pytest.mark.parametrize("count", [2, 4])
def test_of_several_processes_one_refreshes(file: Path, count: int) -> None:
    """Each token is good but once: the second who spends it is refused (`invalid_grant`)."""
    with atlassian(file) as there:
        tokens: list[str] = []

        async def sign() -> None:
            signature = there.signature()
            tokens.append(await signature.authorization())
            await signature.close()

        processes = [threading.Thread(target=lambda: asyncio.run(sign())) for _ in range(count)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert tokens == ["Bearer access-1"] * count
        assert there.refreshed() == 1


def test_of_several_tasks_one_refreshes(file: Path) -> None:
    with atlassian(file) as there:

        async def sign() -> list[str]:
            signature = there.signature()
            try:
                return list(await asyncio.gather(*(signature.authorization() for _ in range(8))))
            finally:
                await signature.close()

        assert set(asyncio.run(sign())) == {"Bearer access-1"}
        assert there.refreshed() == 1


def test_what_another_process_renewed_is_read_and_not_spent(file: Path) -> None:
    with atlassian(file) as there:

        async def sign() -> list[str]:
            ours, theirs = there.signature(), there.signature()
            signed = [await ours.authorization()]
            there.clock.wind(58 * 60)
            signed += [await theirs.authorization(), await ours.authorization()]
            await ours.close()
            await theirs.close()
            return signed

        assert asyncio.run(sign()) == ["Bearer access-1", "Bearer access-2", "Bearer access-2"]
        assert there.refreshed() == 2


def test_a_pass_that_is_broken_off_loses_no_token(file: Path) -> None:
    """A refresh token that was spent must be followed by its successor, whatever becomes of who asked."""
    with atlassian(file, Injection(fault=Late(seconds=0.2), path="/oauth/token$")) as there:

        async def sign() -> None:
            signature = there.signature()
            asking = asyncio.create_task(signature.authorization())
            while not there.at_gateway.count("/oauth/token"):
                await asyncio.sleep(0.005)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            assert await signature.authorization() == "Bearer access-1"
            await signature.close()

        asyncio.run(sign())
        assert "refresh-1" in file.read_text()


@pytest.mark.parametrize(
    "fault", [Answer(status=503), Answer(status=429, headers={"Retry-After": "3"}), Answer(status=500)]
)
def test_a_sign_in_that_is_down_for_a_moment_is_waited_for(file: Path, fault: Answer) -> None:
    with atlassian(file, Injection(fault=fault, path="/oauth/token$")) as there:
        assert len(items(there.poll(there.oauth))) == 3


def refused(there: Atlassian, sign_in: SignIn) -> SourceError:
    with pytest.raises(Refused) as found:
        there.poll(sign_in)
    return found.value


def test_a_spent_refresh_token_says_what_to_do_and_tells_no_secret(file: Path) -> None:
    file.write_text("refresh-spent")
    with atlassian(file) as there:
        error = refused(there, there.oauth)
        assert "refresh token" in str(error)
        assert "refresh_token_file" in error.hint
        assert "refresh-spent" not in f"{error} {error.hint}"


def test_an_app_that_atlassian_does_not_know(file: Path) -> None:
    with atlassian(file) as there:
        error = refused(there, replace(there.oauth, client_secret="wrong-secret"))
        assert "client_secret" in error.hint
        assert "wrong-secret" not in f"{error} {error.hint} {there.oauth!r}"


def test_a_file_that_cannot_be_used_is_named(file: Path) -> None:
    with atlassian(file) as there:
        missing = replace(there.oauth, refresh_token_file=file.parent / "none" / "token")
        assert str(missing.refresh_token_file) in str(refused(there, missing))
        file.write_text("")
        assert "is empty" in str(refused(there, there.oauth))
        file.write_bytes(b"\xff\xfe")
        assert "UTF-8" in str(refused(there, there.oauth))


def test_no_secret_is_kept_or_logged(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with atlassian(file) as there:
        kept: Any = [there.poll(there.oauth), there.poll(Token(email=SERVICE, token=SCOPED))]
    text = f"{kept!r} {capsys.readouterr()}"
    assert not [secret for secret in ("refresh-0", "refresh-1", "access-1", "app-secret", SCOPED) if secret in text]
