"""What queries find, and which ones Jira refuses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.twin.jira_search import search
from connectors.twin.jql import JqlError, Operand, instant, parse
from tests.connectors.twin.sites import NOON, PM, cloud, with_issues

MS = int((NOON - timedelta(hours=2)).timestamp() * 1000)


def found(jql: str, *, zone: str = "UTC") -> list[str]:
    site = with_issues(cloud(zone=zone), 3)
    site.create("WEB", "Task", "Elsewhere", at=NOON - timedelta(minutes=30), author=PM, status="To Do")
    return [issue.key for issue in search(site, parse(jql))]


@pytest.mark.parametrize(
    ("jql", "expect"),
    [
        ("project = PAY ORDER BY created ASC, key ASC", ["PAY-1", "PAY-2", "PAY-3"]),
        ("project = pay order by key desc", ["PAY-3", "PAY-2", "PAY-1"]),
        ('project in (PAY, "Storefront") ORDER BY created', ["PAY-1", "PAY-2", "PAY-3", "WEB-1"]),
        ("project not in (PAY)", ["WEB-1"]),
        ("project != WEB AND key != PAY-2 ORDER BY id", ["PAY-1", "PAY-3"]),
        ("key in (PAY-3, PAY-1) ORDER BY key", ["PAY-1", "PAY-3"]),
        ("id in (10001, 10003) ORDER BY id", ["PAY-1", "PAY-3"]),
        ("project = PAY", ["PAY-3", "PAY-2", "PAY-1"]),  # newest first where no order is named
        (f"updated >= {MS} ORDER BY updated", ["PAY-2", "PAY-3", "WEB-1"]),
        (f"created >= {MS} AND created < {MS + 1} ORDER BY created", ["PAY-2"]),
        ('updated >= "-45m"', ["WEB-1"]),
        ("updated >= -1h", ["WEB-1", "PAY-3"]),
        ('created >= "2026-11-20 10:00" ORDER BY created', ["PAY-2", "PAY-3", "WEB-1"]),
        ('created < "2026/11/20" ORDER BY created', []),
    ],
)
def test_a_query_finds_in_its_order(jql: str, expect: list[str]) -> None:
    assert found(jql) == expect


def test_a_written_date_is_read_in_the_accounts_zone_and_milliseconds_are_not() -> None:
    assert found('created >= "2026-11-20 10:00"', zone="Pacific/Kiritimati") == ["WEB-1", "PAY-3", "PAY-2", "PAY-1"]
    assert found('created >= "2026-11-20 10:00"', zone="Pacific/Pago_Pago") == []
    assert found(f"updated >= {MS} ORDER BY key", zone="Pacific/Pago_Pago") == ["PAY-2", "PAY-3", "WEB-1"]


@pytest.mark.parametrize(
    ("jql", "says"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("key = PAY-999", "An issue with key 'PAY-999' does not exist for field 'key'."),
        ("id in (99999)", "A value with ID '99999' does not exist for the field 'id'."),
        ("colour = red", "Field 'colour' does not exist"),
        ("project >= PAY", "The operator '>=' is not supported by the 'project' field."),
        ("updated = 5", "The operator '=' is not supported by the 'updated' field."),
        ('updated >= "yesterday"', "Date value 'yesterday' for field 'updated' is invalid."),
        (f'updated >= "{MS}"', f"Date value '{MS}' for field 'updated' is invalid."),
        ("project = PAY OR project = WEB", "Expecting 'AND' but got 'OR'."),
        ("project in (PAY", "Expecting ',' but got 'the end'."),
        ("project in", "Expecting '(' but got 'the end'."),
        ("project =", "The query ended before it was complete."),
        ("project = PAY ORDER created", "Expecting 'BY' but got 'created'."),
        ("project = PAY ORDER BY colour", "Not able to sort using field 'colour'."),
        ("project = PAY AND ! created", "The character at position 18 is not understood."),
    ],
)
def test_what_cannot_be_read_is_refused(jql: str, says: str) -> None:
    with pytest.raises(JqlError) as refused:
        found(jql)
    assert says in str(refused.value)


def test_a_date_across_a_change_of_clocks_has_the_offset_of_its_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for text, utc_hour in (("2026-10-24 12:00", 10), ("2026-10-26 12:00", 11)):
        at = instant(Operand(text, quoted=True), field="updated", now=NOON, zone=berlin)
        assert at.astimezone(UTC).hour == utc_hour


def test_periods_add_up() -> None:
    at = instant(Operand("-1w 2d", quoted=True), field="updated", now=NOON, zone=ZoneInfo("UTC"))
    assert at == datetime(2026, 11, 11, 12, tzinfo=UTC)
