"""Every channel against a receiver on loopback: what arrives, what a second try changes, and what stands in its way."""

import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from msgspec.structs import replace
from sqlalchemy import Engine

from connectors.twin.serve import serving
from sync import config as configuration
from sync.config import Config, load_config
from sync.deliver.channel import span
from sync.deliver.message import Message, of_report, of_troubles
from sync.store import messages
from sync.store.database import connect
from sync.work.delivering import Delivered, deliver, rehearsed
from tests.clocks import NOON, FakeClock
from tests.sync.deliver.receivers import (
    ConfluenceStandIn,
    GitHubStandIn,
    Postbox,
    Receiver,
    SlackStandIn,
    Switch,
    said,
)
from tests.sync.report.sample import finding, masthead, sample

URL = "https://reports.acme.test/2026-W46.html"
SUBJECT = "report 2026-W46"
SLACK = "type: slack, url: {url}/api, token: '${{TOKEN}}', channel: C1"
HOOK = "type: slack, webhook: '${{HOOK}}'"
GITHUB = "type: github, url: {url}, token: '${{TOKEN}}', repository: acme/ops, labels: [report]"
CONFLUENCE = "type: confluence, url: {url}/wiki, token: '${{TOKEN}}', parent: '1'"
WEBHOOK = "type: webhook, url: {url}/in, key: '${{TOKEN}}', token: '${{TOKEN}}'"
HOSTILE = "<!channel> @everyone <script> owner/repo#1 https://github.com/a/b/issues/1"


@pytest.fixture(scope="module")
def switch() -> Iterator[tuple[Switch, str]]:
    app = Switch()
    with serving({"receiver": app}) as urls:
        yield app, urls["receiver"]


@dataclass
class Place:
    """One configured channel, a store, and a clock."""

    config: Config
    engine: Engine
    clock: FakeClock

    def deliver(self, told: list[Message]) -> list[Delivered]:
        self.clock.wind(3600)
        return deliver(told, config=self.config, engine=self.engine, clock=self.clock)

    def rehearse(self, told: list[Message]) -> list[Delivered]:
        return rehearsed(told, config=self.config, engine=self.engine, clock=self.clock)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")
    yield engine
    engine.dispose()


@pytest.fixture
def placed(tmp_path: Path, store: Engine, switch: tuple[Switch, str]) -> Callable[..., Place]:
    """A place with this channel, sending to this receiver; nothing was sent from it yet."""
    messages.forget(store, prefix="", keep=())

    def place(channel: str, receiver: Any = None, **more: str) -> Place:
        app, url = switch
        app.to = receiver
        file = tmp_path / "fingerpost.yaml"
        tracker = "sources: {jira: {type: jira, url: 'https://j.test', token: '${TOKEN}', projects: [PAY]}}"
        file.write_text(f"{tracker}\ndeliver:\n  ops: {{{channel.format(url=url, **more)}}}\n")
        environment = {"TOKEN": "s3cret", "HOOK": f"{url}/services/T1/B1/s3cret"}
        return Place(load_config(file, environment=environment), store, FakeClock())

    return place


@pytest.fixture(scope="module")
def told() -> list[Message]:
    """A report, its digest and the parts of its teams."""
    report = sample()
    return of_report(report, page="<!doctype html>", url=URL)


def later() -> list[Message]:
    """The same period, when one thing more is known."""
    return of_report(sample(findings=(finding(1, severity="critical", owner="payments"),)), url=URL)


def states(done: list[Delivered]) -> list[str]:
    return [each.state for each in done]


def texts(blocks: list[dict[str, Any]]) -> str:
    """What a reader sees of rich text."""
    return "".join(part["text"] for block in blocks for section in block["elements"] for part in section["elements"])


def test_slack_shows_a_digest_with_a_thread_for_each_team(placed, told):
    slack = SlackStandIn()
    assert states(placed(SLACK, slack).deliver(told)) == ["new"] * 4
    digest = slack.messages["C1", "1.000"]
    assert texts(digest["blocks"]).startswith("fingerpost · Week 46 of 2026: 9 to 15 November 2026 · ● complete\n")
    assert texts(digest["blocks"]).count("\n") < 12
    assert "thread_ts" not in digest
    threads = [message for message in slack.messages.values() if "thread_ts" in message]
    assert {message["thread_ts"] for message in threads} == {"1.000"}
    assert [texts(message["blocks"]).split(":")[0] for message in threads] == ["operations", "payments", "storefront"]


def test_slack_changes_what_was_sent_and_repeats_nothing(placed, told):
    slack = SlackStandIn()
    place = placed(SLACK, slack)
    place.deliver(told)
    assert states(place.deliver(told)) == ["kept"] * 4
    done = place.deliver(later())
    assert [(each.post.subject, each.state) for each in done] == [
        (SUBJECT, "changed"),
        (f"{SUBJECT} payments", "changed"),
    ]
    assert len(slack.messages) == 4
    assert "1 finding stands, critical" in texts(slack.messages["C1", "1.000"]["blocks"])


def test_a_message_that_somebody_deleted_is_sent_anew(placed, told):
    slack = SlackStandIn()
    place = placed(SLACK + ", threads: false", slack)
    place.deliver(told)
    slack.messages.clear()
    assert states(place.deliver(later())) == ["changed"]
    assert len(slack.messages) == 1


def test_a_team_with_a_channel_of_its_own_has_no_thread(placed, told):
    slack = SlackStandIn()
    placed(SLACK + ", teams: {{payments: C2}}, threads: false", slack).deliver(told)
    assert {place for place, _ in slack.messages} == {"C1", "C2"}
    assert "thread_ts" not in slack.messages["C2", "2.000"]


def test_nothing_in_a_message_to_slack_is_parsed(placed):
    slack = SlackStandIn()
    report = sample(findings=(finding(1, title=HOSTILE, owner="<!here>", subject_url="javascript:1"),))
    placed(SLACK, slack).deliver(of_report(report))
    for message in slack.messages.values():
        assert [block["type"] for block in message["blocks"]] == ["rich_text"]
        sections = [section for block in message["blocks"] for section in block["elements"]]
        assert {section["type"] for section in sections} == {"rich_text_section"}
        assert {part["type"] for section in sections for part in section["elements"]} <= {"text", "link"}
        assert (message["parse"], message["link_names"], message["unfurl_links"]) == ("none", False, False)
        assert "<" not in message["text"]
    assert HOSTILE in texts(slack.messages["C1", "1.000"]["blocks"])


def test_an_incoming_webhook_gets_the_digest_once(placed, told):
    slack = SlackStandIn()
    place = placed(HOOK, slack)
    assert states(place.deliver(told)) == ["new"]
    assert states(place.deliver(later())) == ["kept"]
    assert [heard.path for heard in slack.heard] == ["/services/T1/B1/s3cret"]


@pytest.mark.parametrize(
    "fault",
    [
        (429, {"retry-after": "30"}, b""),
        (503, {}, b""),
        said(ok=False, error="ratelimited"),
        said(ok=False, error="internal_error"),
    ],
)
def test_what_passes_is_waited_for(placed, told, fault):
    slack = SlackStandIn(faults=[fault, fault])
    assert states(placed(SLACK, slack).deliver(told[:1])) == ["new"]
    assert len(slack.messages) == 1


def test_retry_after_is_honoured(placed, told):
    slack = SlackStandIn(faults=[(429, {"retry-after": "30"}, b"")])
    place = placed(SLACK, slack)
    place.deliver(told[:1])
    assert any(30 <= seconds < 35 for seconds in place.clock.slept)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (said(ok=False, error="not_in_channel"), "Slack refuses the message (not_in_channel)"),
        ((401, {}, b"your token s3cret is bad"), "refuses the sign-in (401)"),
        ((429, {"retry-after": "7200"}, b""), "asks to be left alone until 2026-11-20 15:00 UTC"),
        ((302, {"location": "https://evil.test/"}, b""), "redirects to https://evil.test"),
    ],
)
def test_a_channel_that_refuses_is_shown_and_tried_again_by_the_next_run(placed, told, fault, why):
    slack = SlackStandIn(faults=[fault])
    place = placed(SLACK, slack)
    (failed, *threads) = place.deliver(told)
    assert failed.state == "failed"
    assert why in failed.why
    assert "s3cret" not in str(failed)
    assert {each.state for each in threads} == {"failed"}
    held = {each.subject: each.error for each in messages.failed(place.engine)}
    assert held[SUBJECT] == failed.why
    assert len(held) == 4
    assert states(place.deliver(told)) == ["new"] * 4
    assert messages.failed(place.engine) == []


def test_who_cannot_be_reached_is_not_tried_again_for_each_message(placed, told):
    place = placed(SLACK.replace("{url}", "http://127.0.0.1:9"))
    done = place.deliver([*told[:1], *of_troubles([("jira", "jira failed"), ("github", "github failed")])])
    assert [each.state for each in done] == ["failed"] * 3
    assert {each.why for each in done} == {done[0].why}
    assert sum(place.clock.slept) < 300, "the patience of one"
    assert len(messages.failed(place.engine)) == 3


def test_a_rehearsal_sends_nothing_and_says_what_would_be(placed, told):
    slack = SlackStandIn()
    place = placed(SLACK, slack)
    done = place.rehearse(told)
    assert states(done) == ["new"] * 4
    assert done[0].post.text.startswith("fingerpost · Week 46 of 2026")
    assert slack.heard == []
    place.deliver(told)
    assert states(place.rehearse(later())) == ["changed", "changed"]


def test_an_issue_holds_the_report_and_is_changed_in_place(placed, told):
    github = GitHubStandIn()
    place = placed(GITHUB, github)
    assert states(place.deliver(told)) == ["new"]
    assert github.issues[1]["title"] == "fingerpost · Week 46 of 2026: 9 to 15 November 2026"
    assert github.issues[1]["labels"] == ["report"]
    assert github.issues[1]["body"].endswith(f"[The whole report](<{URL}>)\n")
    assert github.heard[0].headers["authorization"] == "Bearer s3cret"
    assert states(place.deliver(later())) == ["changed"]
    assert [(heard.method, heard.path) for heard in github.heard] == [
        ("POST", "/repos/acme/ops/issues"),
        ("PATCH", "/repos/acme/ops/issues/1"),
    ]
    assert "1 finding stands, critical" in github.issues[1]["body"]


def test_an_issue_that_was_deleted_is_opened_anew(placed, told):
    github = GitHubStandIn()
    place = placed(GITHUB, github)
    place.deliver(told)
    github.issues.clear()
    assert states(place.deliver(later())) == ["changed"]
    assert list(github.issues) == [1]


def test_a_long_report_fits_an_issue(placed):
    github = GitHubStandIn()
    many = tuple(finding(number, title=f"{HOSTILE} {number}") for number in range(1000))
    placed(GITHUB, github).deliver(of_report(sample(findings=many), url=URL))
    body = github.issues[1]["body"]
    assert 40_000 < len(body) <= 65_536
    assert "more" in body
    assert "@everyone" not in body.replace("@\u200b", "")


@pytest.mark.parametrize("email", ["", ", email: ops@acme.test"], ids=["Data Center", "Cloud"])
def test_a_page_in_confluence_is_made_below_its_parent_and_changed_in_place(placed, told, email):
    confluence = ConfluenceStandIn()
    place = placed(CONFLUENCE + email, confluence)
    assert states(place.deliver(told)) == ["new"]
    assert confluence.pages["2"]["title"] == "fingerpost · Week 46 of 2026: 9 to 15 November 2026"
    assert json.dumps(confluence.pages["2"]["body"]).count("The whole report</a>") == 1
    assert confluence.pages["2"].get("parentId") or confluence.pages["2"]["ancestors"] == [{"id": "1"}]
    assert states(place.deliver(later())) == ["changed"]
    assert confluence.pages["2"]["version"] == {"number": 2}
    assert confluence.heard[0].headers["authorization"].split()[0] == ("Basic" if email else "Bearer")


def test_a_page_of_this_title_is_ours_even_if_the_store_was_lost(placed, told):
    confluence = ConfluenceStandIn()
    place = placed(CONFLUENCE, confluence)
    place.deliver(told)
    messages.forget(place.engine, prefix="", keep=())
    assert states(place.deliver(later())) == ["new"]
    assert confluence.pages["2"]["version"] == {"number": 2}


def test_a_page_that_somebody_deleted_is_made_anew(placed, told):
    confluence = ConfluenceStandIn()
    place = placed(CONFLUENCE, confluence)
    place.deliver(told)
    del confluence.pages["2"]
    assert states(place.deliver(later())) == ["changed"]
    assert "2" in confluence.pages


def test_a_webhook_signs_what_it_sends_and_names_it_the_same(placed, told):
    receiver = Receiver()
    place = placed(WEBHOOK, receiver)
    place.deliver(told)
    place.deliver(later())
    first, second = receiver.heard
    signature = hmac.new(b"s3cret", first.body, hashlib.sha256).hexdigest()
    assert first.headers["x-fingerpost-signature-256"] == f"sha256={signature}"
    assert first.headers["authorization"] == "Bearer s3cret"
    assert first.json["version"] == "fingerpost.message/1"
    assert first.json["report"]["masthead"]["period"] == "2026-W46"
    assert first.json["id"] == second.json["id"]
    assert first.json["lines"] != second.json["lines"]


def test_a_summary_of_a_job_keeps_what_others_wrote(placed, told, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("## Tests\n")
    place = placed("type: job_summary, file: {summary}", summary=str(summary))
    place.deliver(told)
    place.deliver(later())
    text = summary.read_text()
    assert text.startswith("## Tests\n<!-- fingerpost report 2026-W46 -->\n## Week 46")
    assert text.count("<!-- fingerpost report 2026-W46 -->") == 1
    assert "1 finding stands, critical" in text


def test_outside_of_a_job_there_is_no_summary(placed, told):
    assert placed("type: job_summary").deliver(told) == []


@contextmanager
def listening(box: Postbox, **more: Any) -> Iterator[int]:
    """The port of a mail server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def posted(placed) -> Iterator[tuple[Place, Postbox]]:
    """E-mail to two readers, and to those of a team."""
    box = Postbox()
    channel = (
        "type: mail, host: 127.0.0.1, port: {port}, security: none, from: fingerpost@acme.test, "
        "to: [lead@acme.test, cto@acme.test], teams: {{payments: [pay@acme.test]}}"
    )
    with listening(box) as port:
        yield placed(channel, port=port), box


def test_each_reader_gets_a_letter_and_the_team_its_own_part(posted, told):
    place, box = posted
    assert states(place.deliver(told)) == ["new"] * 3
    assert [letter["To"] for letter in box.letters] == ["lead@acme.test", "cto@acme.test", "pay@acme.test"]
    first, _, team = box.letters
    assert first["Subject"] == "fingerpost · Week 46 of 2026: 9 to 15 November 2026"
    assert first.get_body(("plain",)).get_content().startswith("fingerpost · Week 46")
    assert URL in first.get_body(("plain",)).get_content()
    assert "<h2>Decide on these first</h2>" in first.get_body(("html",)).get_content()
    assert [part.get_filename() for part in first.iter_attachments()] == ["report.html"]
    assert team["Subject"].startswith("payments · Week 46")
    assert list(team.iter_attachments()) == []


def test_a_reader_gets_one_letter_a_period(posted, told):
    place, box = posted
    place.deliver(told)
    assert states(place.deliver(told)) == states(place.deliver(later())) == ["kept"] * 3
    assert len(box.letters) == 3


def test_a_letter_is_harmless_and_not_too_long(posted):
    place, box = posted
    many = tuple(finding(number, title=HOSTILE) for number in range(1000))
    place.deliver(of_report(sample(findings=many), page="x" * 6_000_000))
    body = box.letters[0].get_body(("html",)).get_content()
    assert len(body.encode()) <= 100_000
    assert "<script>" not in body
    assert list(box.letters[0].iter_attachments()) == []


def test_a_server_that_is_not_ready_is_asked_again_and_one_that_refuses_is_not(posted, told):
    place, box = posted
    box.replies = ["451 try later"]
    assert states(place.deliver(told[:1])) == ["new", "new"]
    assert len(box.letters) == 2
    box.replies = ["554 no"]
    first, second = place.deliver(of_troubles([("jira", "jira failed")]))
    assert (first.state, second.state) == ("failed", "new")
    assert first.why.startswith("the mail server refuses the letter (554)")


DECADE = timedelta(days=3650)
SECURE = (
    "type: mail, host: 127.0.0.1, port: {port}, from: f@acme.test, to: [lead@acme.test], user: u, "
    "password: '${{TOKEN}}'"
)


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_letter(placed, told, tmp_path):
    box = Postbox()
    with listening(box, tls_context=self_signed(tmp_path)) as port:
        (failed,) = placed(SECURE, port=port).deliver(told[:1])
    assert failed.why.startswith("the mail server cannot be trusted (self-signed certificate)")
    assert box.letters == []


def test_a_server_that_speaks_only_in_the_clear_gets_neither(placed, told):
    box = Postbox()
    with listening(box) as port:
        (failed,) = placed(SECURE, port=port).deliver(told[:1])
    assert failed.why.startswith("the mail server cannot do this")
    assert box.letters == []


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate that a server made for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, NOON - DECADE, NOON + DECADE)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


def test_where_no_server_is(placed, told):
    place = placed("type: mail, host: 127.0.0.1, port: 9, security: none, from: f@acme.test, to: [lead@acme.test]")
    (failed,) = place.deliver(told)
    assert failed.why.startswith("the mail server cannot be reached (ConnectionRefusedError)")


def test_a_channel_that_breaks_fails_no_other(placed, told):
    place = placed(SLACK, lambda *_: 1 / 0)
    assert states(place.deliver(told[:1])) == ["failed"]


def test_a_channel_gets_what_it_asks_for(placed, told):
    slack = SlackStandIn()
    place = placed(SLACK + ", periods: [month], about: [report]", slack)
    assert place.deliver(told[:1] + of_troubles([("jira", "jira failed")])) == []
    assert slack.heard == []


@pytest.mark.parametrize(
    ("period", "kind"),
    [("2026-W46", "week"), ("2026-11", "month"), ("2026-Q4", "quarter"), ("2026-11-02..2026-11-16", "days")],
)
def test_kinds_of_period(period, kind):
    assert span(replace(masthead(), period=period)) == kind


def test_every_secret_of_a_channel_is_struck_from_the_log(placed):
    held = configuration.secrets(placed(HOOK).config)
    assert {"s3cret", "/services/T1/B1/s3cret"} <= set(held)
