"""Who may come in, and what the answers keep a browser from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.delivery import Delivery
from sync.store import deliveries, trail
from sync.store.deliveries import Arrival
from tests.sync.web.stage import TOKENS, Site, site


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Without tokens and without a proxy."""
    with site(tmp_path_factory.mktemp("neighbours")) as made:
        yield made


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With tokens."""
    with site(tmp_path_factory.mktemp("gated"), more=TOKENS) as made:
        yield made


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Behind a proxy that signs people in."""
    more = 'access: {proxy: {addresses: ["10.0.0.0/24"], keepers: [kim], operators: [olu]}}\n'
    with site(tmp_path_factory.mktemp("proxied"), more=more) as made:
        yield made


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"authorization": f"Bearer {token}"}}


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_whoever_watches_needs_no_name_and_learns_nothing_private(gated: Site, path: str) -> None:
    answer = gated.ask("GET", path, client="203.0.113.7")
    assert answer.status_code == 200
    for private in ("acme", "PAY", "token", "secret", "example.com"):
        assert private not in answer.text


@pytest.mark.parametrize(
    ("token", "status"), [("R-token", 403), ("K-token", 403), ("O-token", 200), ("wrong", 401), ("", 401)]
)
def test_a_token_opens_what_its_role_may(gated: Site, token: str, status: int) -> None:
    assert gated.ask("GET", "/inbox", **bearer(token)).status_code == status


def test_without_a_token_not_even_this_machine_comes_in_where_there_are_tokens(gated: Site) -> None:
    assert gated.ask("GET", "/inbox").status_code == 401


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 403),  # known, but only to read
        ("::1", {}, 403),
        ("203.0.113.7", {}, 401),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, 401),  # whom a proxy here let through
        ("127.0.0.1", {"host": "evil.example.com"}, 401),  # a page elsewhere, whose name leads here
    ],
)
def test_without_any_configured_only_this_machine_reads(
    neighbours: Site, client: str, headers: dict[str, str], status: int
) -> None:
    assert neighbours.ask("GET", "/inbox", client=client, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("client", "user", "status"),
    [("10.0.0.9", "olu", 200), ("10.0.0.9", "kim", 403), ("10.0.0.9", "", 401), ("10.0.1.9", "olu", 401)],
)
def test_a_proxy_s_word_counts_from_its_own_address_alone(proxied: Site, client: str, user: str, status: int) -> None:
    answer = proxied.ask("GET", "/inbox", client=client, headers={"x-forwarded-user": user})
    assert answer.status_code == status


def test_a_form_of_another_site_does_nothing(gated: Site) -> None:
    cookies = {"cookie": "fingerpost_token=O-token; fingerpost_csrf=abc"}
    for headers, fields in (
        (cookies, {}),
        (cookies, {"csrf": "guessed"}),
        (cookies | {"origin": "https://evil.example.com"}, {"csrf": "abc"}),
        ({"cookie": "fingerpost_token=O-token"}, {"csrf": ""}),
    ):
        assert gated.ask("POST", "/inbox/retry", headers=headers, data=fields).status_code == 403
    ours = cookies | {"origin": "http://localhost:8321"}
    assert gated.ask("POST", "/inbox/retry", headers=ours, data={"csrf": "abc"}).status_code == 200


def test_signing_in_puts_the_token_where_no_script_reads_it(gated: Site) -> None:
    proof = {"headers": {"cookie": "fingerpost_csrf=abc"}}
    answer = gated.ask("POST", "/sign-in", data={"token": "K-token", "csrf": "abc"}, **proof)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert gated.ask("POST", "/sign-in", data={"token": "wrong", "csrf": "abc"}, **proof).status_code == 401


def test_a_retry_is_told_with_who_asked_for_it(gated: Site) -> None:
    delivery = Delivery(headers={}, body=b"{}", received_at=gated.clock.now())
    deliveries.keep(gated.engine, [Arrival(source="github", id="sick", event="issues.edited", delivery=delivery)])
    deliveries.quarantine(gated.engine, "github", "sick", cause="it spoils all others")
    [shown] = gated.ask("GET", "/inbox", **bearer("O-token")).json()
    assert (shown["id"], shown["state"], shown["cause"]) == ("sick", "quarantined", "it spoils all others")
    assert gated.ask("POST", "/inbox/retry", data={"id": "sick"}, **bearer("O-token")).json() == {"ids": ["sick"]}
    step = trail.steps(gated.engine)[0]
    assert (step.who, step.deed, step.subject) == ("operator", "retried", "github delivery sick")
    assert [each.state for each in deliveries.listed(gated.engine, ("waiting",), most=9)] == ["waiting"]


def test_every_answer_says_what_a_browser_may_do_with_it(gated: Site) -> None:
    for path in ("/health", "/nowhere", "/inbox"):
        headers = gated.ask("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


def test_a_store_that_does_not_answer_makes_it_unready_and_not_dead(tmp_path: Path) -> None:
    with site(tmp_path) as broken:
        assert broken.ask("GET", "/ready").json()["store"] == "ok"
        with broken.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE sources")
        ready = broken.ask("GET", "/ready")
        assert (ready.status_code, ready.json()["store"]) == (503, "unavailable")
        assert "fingerpost_store_up 0.0" in broken.ask("GET", "/metrics").text
        assert broken.ask("GET", "/health").status_code == 200
