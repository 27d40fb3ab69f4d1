"""What GitHub's answers mean: limits, refusals, answers that are only partly there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Gone, Malformed, Refused, Retry, SourceError, TooLarge
from connectors.exchange import Answer
from connectors.github.api import CursorLost, SchemaChanged, graphql_url, read
from connectors.github.wire import Nodes

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
RESET = str(int((AT + timedelta(minutes=20)).timestamp()))
SPENT = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}


def answer(status: int = 200, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    written = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Answer(status=status, headers=httpx.Headers(headers or {}), body=written, server_at=AT)


def errors(*told: dict[str, Any], data: Any = None) -> dict[str, Any]:
    return {"data": data, "errors": list(told)}


def failure(given: Answer) -> SourceError:
    with pytest.raises(SourceError) as raised:
        read(given, Nodes)
    return raised.value


LIMITS = {
    # what came: (answer, seconds to wait, bucket, whether it counts as a failure)
    "spent, in a 200": (
        answer(200, errors({"type": "RATE_LIMITED", "message": "spent"}), SPENT),
        1201,
        "graphql",
        False,
    ),
    "its other spelling": (
        answer(200, errors({"type": "RATE_LIMIT", "message": "spent"}), SPENT),
        1201,
        "graphql",
        False,
    ),
    "spent, resource named": (
        answer(403, {"message": "API rate limit exceeded"}, SPENT | {"x-ratelimit-resource": "core"}),
        1201,
        "core",
        False,
    ),
    "spent, no word of when": (answer(200, errors({"type": "RATE_LIMITED", "message": "spent"})), 60, "graphql", True),
    "secondary, told": (answer(403, SECONDARY, {"retry-after": "90"}), 90, "", False),
    "secondary, untold": (answer(403, SECONDARY), 60, "", True),
    "secondary, in a 200": (answer(200, errors(SECONDARY)), 60, "", True),
    "secondary, in place of a 200's data": (answer(200, SECONDARY, {"retry-after": "5"}), 5, "", False),
    "retry-after before the reset": (answer(429, SECONDARY, SPENT | {"retry-after": "30"}), 30, "graphql", False),
    "a date": (answer(429, {}, {"retry-after": "Fri, 20 Nov 2026 12:00:45 GMT"}), 45, "", False),
    "nonsense": (answer(429, {}, {"retry-after": "soon"}), 60, "", True),
    "no number": (answer(429, {}, {"retry-after": "NaN"}), 60, "", True),
    "bare": (answer(429, b""), 60, "", True),
    "secondary, by its page alone": (
        answer(403, {"message": "Wait.", "documentation_url": "https://docs/rate-limits#about-secondary-rate-limits"}),
        60,
        "",
        True,
    ),
    "a reset long past": (answer(403, {}, SPENT | {"x-ratelimit-reset": "1"}), 1, "graphql", False),
    "a reset in another century": (
        answer(403, {}, SPENT | {"x-ratelimit-reset": "9999999999"}),
        3660,
        "graphql",
        False,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_says_how_long_and_for_whom(name: str) -> None:
    given, wait_s, bucket, counts = LIMITS[name]
    limit = failure(given)
    assert type(limit) is Retry
    assert limit.until == AT + timedelta(seconds=wait_s)
    assert (limit.bucket, limit.counts) == (bucket, counts)


REFUSALS = {
    "a bad token": (answer(401, {"message": "Bad credentials"}), "token", "new token"),
    "a bad token while limited": (answer(401, {"message": "Bad credentials"}, SPENT), "token", "new token"),
    "an ordinary 403": (answer(403, {"message": "Resource not accessible"}), "not accessible", "read access"),
    "an Enterprise Server's 0 of 0": (
        answer(403, {"message": "No"}, {"x-ratelimit-limit": "0", "x-ratelimit-remaining": "0"}),
        "refuses",
        "read access",
    ),
    "a proxy's 403": (answer(403, b"<html>No</html>"), "a web page refuses", "proxy"),
    "single sign-on": (answer(403, {"message": "No"}, {"x-github-sso": "required"}), "refuses", "single sign-on"),
    "no such address": (answer(404, b"<html>"), "no GitHub API", "api/v3"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_to_do(name: str) -> None:
    given, says, hint = REFUSALS[name]
    refusal = failure(given)
    assert type(refusal) is Refused
    assert says in str(refusal)
    assert hint in refusal.hint


OTHERS = {
    "502": (answer(502, b"<html>"), TooLarge),
    "504": (answer(504, b""), TooLarge),
    "503": (answer(503, b""), Retry),
    "a body without end": (answer(500, b"[" * 9_000), TooLarge),
    "a refusal without end": (answer(400, b"[" * 9_000), Refused),
    "a page in a 200": (answer(200, b"<!DOCTYPE html>"), Retry),
    "no object in a 200": (answer(200, b"null"), Retry),
    "a list in a 200": (answer(200, b"[]"), Retry),
    "a text in place of the errors": (answer(200, {"data": None, "errors": "Something went wrong"}), Retry),
    "texts in place of each error": (answer(200, {"data": {"nodes": []}, "errors": ["timed out"]}), Retry),
    "a type that the schema lacks": (answer(200, errors({"message": "No such type ProjectV2"})), SchemaChanged),
    "a status without an answer": (answer(204, b""), Retry),
    "a body cut short": (answer(200, b'{"data": {"nodes": ['), TooLarge),
    "nothing": (answer(200, b""), TooLarge),
    "no data and no reason": (answer(200, {}), TooLarge),
    "too many nodes": (answer(200, errors({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "500,000"})), TooLarge),
    "null nodes beside data": (
        answer(200, errors({"message": "timed out", "path": ["nodes", 0]}, data={"nodes": [None]})),
        TooLarge,
    ),
    "all of it hidden": (answer(200, errors({"type": "FORBIDDEN", "message": "IP allow list"})), Gone),
    "another schema": (
        answer(200, errors({"message": "No field", "extensions": {"code": "undefinedField"}})),
        SchemaChanged,
    ),
    "a question it cannot read": (answer(200, errors({"message": "Syntax", "locations": [{"line": 1}]})), Malformed),
    "another schema, by status too": (
        answer(400, errors({"message": "Cannot query field", "locations": [{"line": 1}]})),
        SchemaChanged,
    ),
    "another schema, by status and beside data": (
        answer(400, errors({"message": "Cannot query field"}, data={"nodes": []})),
        SchemaChanged,
    ),
    "no word of the schema": (answer(200, errors({"message": "Introspection is disabled"})), Malformed),
    "a place it has lost": (answer(200, errors({"type": "INVALID_CURSOR_ARGUMENTS", "message": "x"})), CursorLost),
    "data of another shape": (answer(200, {"data": {"nodes": 7}}), Malformed),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_else_can_come(name: str) -> None:
    given, kind = OTHERS[name]
    assert type(failure(given)) is kind


def test_single_hidden_things_leave_the_rest_as_it_is() -> None:
    hidden = {"type": "NOT_FOUND", "message": "Could not resolve", "path": ["nodes", 1]}
    graph = read(answer(200, errors(hidden, data={"nodes": [{"id": "a"}, None]})), Nodes)
    assert [bytes(node) for node in graph.data.nodes] == [b'{"id":"a"}', b"null"]
    assert [error.path for error in graph.hidden] == [["nodes", 1]]


@given(status=st.integers(100, 599), body=st.binary(max_size=60), wait=st.text(max_size=12))
def test_whatever_comes_is_a_source_error_with_words(status: int, body: bytes, wait: str) -> None:
    headers = {"retry-after": wait.encode("ascii", "ignore").decode()}
    assert str(failure(answer(status, body, headers)))


@pytest.mark.parametrize(
    ("url", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://github.com", "https://api.github.com/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://git.acme.example/api/v3", "https://git.acme.example/api/graphql"),
    ],
)
def test_graphql_is_beside_rest(url: str, graphql: str) -> None:
    assert graphql_url(url) == graphql
