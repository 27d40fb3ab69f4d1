"""Deliveries at the door: whose they are, kept before they are answered, and nothing let in that nobody signed."""

import gzip
import hashlib
import hmac
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.delivery import MOST_BYTES
from sync.store.tables import DELIVERIES
from tests.shared import shared
from tests.sync.web.stage import Site, site

Parts = dict[str, Any]

_guids = count(1)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("hooks")) as made:
        yield made


def body_of(number: int = 1) -> bytes:
    issue = {"node_id": f"I_{number}", "number": number, "updated_at": "2026-11-20T12:00:00Z"}
    return json.dumps({"action": "edited", "repository": {"full_name": "acme/shop"}, "issue": issue}).encode()


def signed(
    body: bytes, secret: str = "new-secret", *, guid: str | None = None, event: str = "issues"
) -> dict[str, Any]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "x-github-event": event,
        "x-github-delivery": guid or f"hook-{next(_guids)}",
        "x-hub-signature-256": f"sha256={digest}",
        "content-type": "application/json",
        "cookie": "session=private",
        "x-forwarded-for": "203.0.113.7",
    }
    return {"content": body, "headers": headers}


def kept(door: Site) -> dict[str, Any]:
    """The rows of the inbox, by id."""
    with door.engine.begin() as connection:
        return {row.id: row for row in connection.execute(select(DELIVERIES))}


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
def test_it_is_kept_before_it_is_answered(door: Site, secret: str) -> None:
    body = body_of()
    answer = door.ask("POST", "/hooks/github", **signed(body, secret, guid=f"by {secret}"))
    assert (answer.status_code, answer.content) == (202, b"")
    row = kept(door)[f"by {secret}"]
    assert (row.source, row.event, row.state, row.body) == ("github", "issues.edited", "waiting", body)
    assert door.told[-1] == "github"


def test_no_address_and_no_cookie_is_kept(door: Site) -> None:
    door.ask("POST", "/hooks/github", **signed(body_of(), guid="private"))
    headers = json.loads(kept(door)["private"].headers)
    assert headers.keys() == {"content-type", "x-github-event", "x-github-delivery", "x-hub-signature-256"}


def test_one_that_comes_twice_is_kept_once_and_answered_twice(door: Site) -> None:
    told = signed(body_of(), guid="twice")
    answers = door.ask_all([("POST", "/hooks/github", told)] * 3, client="127.0.0.1")
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert "twice" in kept(door)


def test_what_nobody_need_look_at_is_done_at_once_and_accounted_for(door: Site) -> None:
    assert door.ask("POST", "/hooks/github", **signed(b"{}", guid="star", event="star")).status_code == 202
    row = kept(door)["star"]
    assert (row.state, row.body) == ("done", b"")


@pytest.mark.parametrize(
    ("source", "told", "status"),
    [
        ("github", signed(body_of(), "another-secret"), 401),
        ("github", {"content": body_of()}, 401),
        ("github", {"content": body_of(2), "headers": signed(body_of())["headers"]}, 401),  # another body
        ("jira", {"content": b"{}", "headers": {"x-hub-signature": "sha256=00"}}, 401),
        ("github", signed(b"[]"), 400),
        ("shut", signed(body_of()), 503),
        ("nobody", signed(body_of()), 404),
    ],
)
def test_whatever_is_not_the_source_s_own_changes_nothing(
    door: Site, source: str, told: dict[str, Any], status: int
) -> None:
    before = kept(door)
    assert door.ask("POST", f"/hooks/{source}", **told).status_code == status
    assert kept(door) == before


def test_more_than_any_vendor_sends_is_refused_as_soon_as_it_is_known(door: Site) -> None:
    told = {"content": b"", "headers": {"content-length": str(MOST_BYTES + 1)}}
    assert door.ask("POST", "/hooks/github", **told).status_code == 413

    async def endless() -> Any:
        for _ in range(MOST_BYTES // 1_000_000 + 10):
            yield b" " * 1_000_000

    assert door.ask("POST", "/hooks/github", content=endless()).status_code == 413


def test_a_burst_is_kept_in_a_few_transactions(door: Site) -> None:
    """Group commit: what comes while the disk is busy goes with the next."""
    before = len(door.told)
    burst = [("POST", "/hooks/github", signed(body_of(number), guid=f"burst {number}")) for number in range(200)]
    answers = door.ask_all(burst, client="127.0.0.1")
    assert {answer.status_code for answer in answers} == {202}
    assert sum(identity.startswith("burst") for identity in kept(door)) == 200
    assert len(door.told) - before < 200


def test_a_store_that_is_full_takes_nothing_in(tmp_path: Path) -> None:
    with site(tmp_path) as full:
        with full.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite's own word for a full disk
        answer = full.ask("POST", "/hooks/github", **signed(body_of() + b" " * 2_000_000))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert kept(full) == {}


@pytest.mark.real_data
def test_every_payload_that_was_recorded_of_github_is_taken_in(door: Site) -> None:
    path = shared("data/octokit-recorded/webhooks-examples-7.6.1.json.gz")
    events = json.loads(gzip.decompress(path.read_bytes()))
    sent = [
        ("POST", "/hooks/github", signed(json.dumps(example).encode(), event=event["name"]))
        for event in events
        for example in event["examples"]
    ]
    answers = door.ask_all(sent, client="127.0.0.1")
    assert len(answers) > 100
    assert {answer.status_code for answer in answers} == {202}
