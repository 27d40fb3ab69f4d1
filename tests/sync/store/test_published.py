"""Published reports stay as they were; what was sent is known when it is sent again."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from sync.store import messages, reports
from sync.store.messages import Sent
from sync.store.reports import Published

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def published(digest: str, *, period: str = "2026-W46", days: int = 0) -> Published:
    return Published(digest, period, MONDAY + days * DAY, MONDAY + days * DAY)


def test_a_published_report_is_never_altered(store: Engine) -> None:
    assert reports.content_of(store, "a") is None
    assert reports.keep(store, published("a"), b'{"value": 1}')
    assert not reports.keep(store, published("a", days=3), b'{"value": 2}')
    assert reports.content_of(store, "a") == b'{"value": 1}'
    assert reports.history(store) == [published("a")]


def test_the_latest_knowledge_comes_first_and_stays_when_the_rest_is_dropped(store: Engine) -> None:
    for digest, days in (("a", 0), ("c", 40), ("b", 1)):
        reports.keep(store, published(digest, days=days), b"{}")
    reports.keep(store, published("alone", period="2026-W45"), b"{}")
    assert [each.digest for each in reports.history(store, period="2026-W46")] == ["c", "b", "a"]
    assert reports.drop(store, published_before=MONDAY + 30 * DAY) == 2
    assert [each.digest for each in reports.history(store)] == ["c", "alone"]


def test_a_message_is_known_by_its_reader_and_subject(store: Engine) -> None:
    first = Sent("slack:C1", "report 2026-W46", "17.1", "x", MONDAY)
    messages.note(store, first)
    messages.note(store, Sent("mail:ops", "report 2026-W46", "", "", None, "the server is not there"))
    messages.note(store, first._replace(digest="y", sent_at=MONDAY + DAY))
    held = messages.sent(store, subjects=["report 2026-W46"])
    assert held["slack:C1", "report 2026-W46"] == first._replace(digest="y", sent_at=MONDAY + DAY)
    assert [each.reader for each in messages.failed(store)] == ["mail:ops"]
    assert messages.sent(store, subjects=["report 2026-W47"]) == {}
    for subject in ("trouble a", "trouble b"):
        messages.note(store, Sent("slack:C1", subject, "1", "x", MONDAY))
    messages.forget(store, prefix="trouble ", keep=["trouble b"])
    left = messages.sent(store, subjects=["trouble a", "trouble b", "report 2026-W46"])
    assert {subject for _, subject in left} == {"trouble b", "report 2026-W46"}
