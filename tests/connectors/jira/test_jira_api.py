"""Requests as they are built, and what answers mean."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from connectors.errors import Gone, Refused, Retry, SourceError, TooLarge
from connectors.exchange import Answer, Request
from connectors.jira import api
from tests.clocks import NOON

QUESTION = Request(method="GET", url="https://jira.example/rest/api/2/field", label="fields", bucket="fields")


def answered(status: int, body: str = "", **headers: str) -> SourceError:
    """The error that such an answer is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer(status=status, headers=httpx.Headers(named), body=body.encode(), server_at=NOON)
    with pytest.raises(SourceError) as error:
        api.reading(list[str], QUESTION)(answer)
    return error.value


def waits(error: SourceError) -> timedelta | None:
    assert isinstance(error, Retry)
    return error.until - NOON if error.until else None


def test_a_query_has_no_upper_bound_and_no_written_date() -> None:
    """Oldest first, so that what is new moves nothing. # chaoss/grimoirelab-perceval#89"""
    assert api.jql(["PAY", "AND"], updated_ms=1_795_341_600_000, created_ms=5) == (
        'project in ("PAY", "AND") AND updated >= 1795341600000 AND created >= 5 ORDER BY created ASC, key ASC'
    )
    assert api.jql(["PAY"]) == 'project in ("PAY") ORDER BY created ASC, key ASC'


def test_a_key_with_a_quote_stays_a_key() -> None:
    assert api.issues_jql(['A" OR "']) == r'key in ("A\" OR \"")'
    assert api.issues_jql(["10001", "10002"]) == "id in (10001, 10002)"


def test_a_query_that_fits_no_address_goes_as_a_body() -> None:
    options = {"fields": ["id", "key"], "maxResults": 5}
    short = api.search("https://host/jira", "/search", query="project = PAY", options=options)
    assert (short.method, short.params["fields"], short.json) == ("GET", "id,key", None)
    long = api.search("https://host/jira", "/search", query="x" * 9_000, options=options)
    assert (long.method, long.url) == ("POST", "https://host/jira/search")
    assert long.json == {"jql": "x" * 9_000, "fields": ["id", "key"], "maxResults": 5}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "30"}, 30),
        ({"Retry_After": "1.5"}, 1.5),
        ({"Retry_After": format_datetime(NOON + timedelta(minutes=2), usegmt=True)}, 120),
        ({"Retry_After": "0"}, 1),
        ({"Retry_After": "-5"}, 1),
        ({"Retry_After": "86400"}, 3600),
        ({"Retry_After": "1e99"}, 3600),
        ({"X_RateLimit_Reset": "2026-11-20T12:10Z"}, 600),
        ({"X_RateLimit_Reset": "2026-11-20T12:10"}, 600),
        ({"X_RateLimit_Reset": "2026-11-20T12:00:09Z", "Retry_After": "4"}, 9),
        ({"X_RateLimit_Reset": str(int(NOON.timestamp()) + 7)}, 7),
        ({"X_RateLimit_Reset": "tomorrow"}, None),
        ({}, None),
    ],
)
def test_a_limit_is_waited_for_as_told_within_an_hour(headers: dict[str, str], seconds: float | None) -> None:
    error = answered(429, **headers)
    assert waits(error) == (None if seconds is None else timedelta(seconds=seconds))
    assert isinstance(error, Retry)
    assert error.counts is (seconds is None)


@pytest.mark.parametrize(
    ("reason", "bucket"),
    [("jira-burst-based", "fields"), ("jira-quota-global-based", ""), ("jira-cost-based", ""), ("news", "")],
)
def test_a_burst_is_one_endpoints_and_all_else_the_sites(reason: str, bucket: str) -> None:
    error = answered(429, RateLimit_Reason=reason, Retry_After="5")
    assert isinstance(error, Retry)
    assert error.bucket == bucket


def test_a_503_or_403_that_says_when_is_waited_for() -> None:
    assert waits(answered(503, Retry_After="9")) == timedelta(seconds=9)
    assert waits(answered(403, Retry_After="9")) == timedelta(seconds=9)
    assert waits(answered(503)) is None


def test_a_server_that_is_down_is_not_waited_for_without_end() -> None:
    down = answered(503, Retry_After="9")
    assert isinstance(down, Retry)
    assert down.counts


def test_a_403_is_no_limit_while_there_are_requests_left() -> None:
    assert isinstance(answered(403, Retry_After="0", X_RateLimit_Remaining="5"), Refused)


@pytest.mark.parametrize("status", [500, 502, 504, 413])
def test_what_may_have_been_too_much(status: int) -> None:
    assert isinstance(answered(status, "<html>"), TooLarge)


@pytest.mark.parametrize("body", ["", " ", '["a'])
def test_a_200_without_a_whole_document_is_asked_for_again(body: str) -> None:
    assert isinstance(answered(200, body), TooLarge)


def test_a_login_page_is_no_data() -> None:
    error = answered(200, "\n<!DOCTYPE html><title>Sign in</title>")
    assert isinstance(error, Retry)
    assert "web page" in str(error)


def test_a_refused_sign_in_is_told_from_every_sign() -> None:
    assert isinstance(answered(401), api.Unauthorized)
    assert isinstance(answered(200, "[]", X_Seraph_LoginReason="AUTHENTICATED_FAILED"), api.Unauthorized)
    captcha = answered(
        401, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp"
    )
    assert "CAPTCHA" in str(captcha)
    assert "browser" in captcha.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"errorMessages": ["No.", "Never."], "errors": {}}', "No. Never."),
        ('{"errorMessages": [], "errors": {"jql": "Bad."}}', "Bad."),
        ('{"message": "Nothing."}', "Nothing."),
        ('{"errorMessage": "Nothing."}', "Nothing."),
        ("<html>", "Jira refuses fields (400)"),
        ("[1]", "Jira refuses fields (400)"),
    ],
)
def test_jiras_own_words_in_every_shape(body: str, said: str) -> None:
    assert str(answered(400, body)) == said


def test_refusals_say_what_to_do() -> None:
    unknown = answered(400, "{\"errorMessages\": [\"The value 'NONE' does not exist for the field 'project'.\"]}")
    assert isinstance(unknown, Refused)
    assert "NONE" in str(unknown)
    assert "projects" in unknown.hint
    assert isinstance(answered(403), Refused)
    assert isinstance(answered(404), Gone)
    assert isinstance(answered(405), Gone)
    removed = answered(410, '{"errorMessages": ["The requested API has been removed. CHANGE-2046"]}')
    assert isinstance(removed, Refused)
    assert "CHANGE-2046" in str(removed)


def test_the_sources_clock_comes_with_the_answer() -> None:
    answer = Answer(status=200, headers={}, body=b"[]", server_at=datetime(2026, 1, 1, tzinfo=NOON.tzinfo))
    assert api.dated(list[str], QUESTION)(answer) == ([], answer.server_at)
