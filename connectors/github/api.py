"""Questions to GitHub's GraphQL, and what its answers mean."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from connectors.errors import Gone, Malformed, Refused, Retry, SourceError, TooLarge
from connectors.exchange import Answer, Request
from connectors.github.limits import is_limit, limited, names_limit, told
from connectors.github.wire import GraphError, Reply

T = TypeVar("T")

LIMIT_TYPES = ("RATE_LIMITED", "RATE_LIMIT")  # the second spelling: yanyongyu/githubkit#272
#: Errors about one thing that this token may not see. All others spoil the answer.
HIDDEN_TYPES = ("NOT_FOUND", "FORBIDDEN", "INSUFFICIENT_SCOPES")
#: A number that GraphQL's Int cannot hold is an error of its field alone: people are known by their node ids, too.
#: # github/rest-api-description#3795, abcxyz/github-metrics-aggregator#309
OVERFLOWING = "databaseId"
SSO_HINT = "Authorise the token for the organisation's single sign-on."
TOKEN_HINT = "Make a new token and set it as `token` of this source."  # noqa: S105 - words, not a secret
PROXY_HINT = "Check `url` and the proxy."
ACCESS_HINT = (
    "Give the token read access to this repository's metadata, issues, pull requests, contents and deployments."
)


class SchemaChanged(SourceError):
    """The server no longer has a field that its schema had: read the schema anew."""


class CursorLost(SourceError):
    """The server does not know this cursor any more: begin anew."""


class Message(Struct):
    message: str = ""


class Graph(Struct, Generic[T], frozen=True, kw_only=True):
    """The data of an answer; `hidden`: what in it is null because this token may not see it."""

    data: T
    hidden: tuple[GraphError, ...]
    server_at: datetime
    took_s: float = 0.0


def graphql_url(url: str) -> str:
    """Where GraphQL is, for the address of the REST API: Enterprise Server has it beside `/api/v3`."""
    base = url.rstrip("/")
    if urlsplit(base).netloc == "github.com":
        return "https://api.github.com/graphql"
    return base.removesuffix("/v3") + "/graphql" if base.endswith("/api/v3") else base + "/graphql"


def question(url: str, query: str, variables: Mapping[str, object], *, label: str, shrinkable: bool = False) -> Request:
    """One GraphQL query to the endpoint at `url`."""
    body = {"query": query, "variables": dict(variables)}
    return Request(method="POST", url=url, label=label, json=body, bucket="graphql", shrinkable=shrinkable)


def read(answer: Answer, kind: type[T]) -> Graph[T]:
    """The data as `kind`, or the `SourceError` that says what to do; what to wait for is told by the server's clock."""
    if answer.status != 200 and not _names_errors(answer):
        raise failure(answer)
    reply = _reply(answer, kind)
    _judge(reply, answer)
    if reply.data is None:
        raise _nothing(reply)
    hidden = tuple(error for error in reply.errors or () if not _overflows(error))
    return Graph(data=reply.data, hidden=hidden, server_at=answer.server_at, took_s=answer.took_s)


def each(nodes: Sequence[T] | None, asked: Sequence[str]) -> Sequence[T]:
    """The nodes, one for each id that was asked for, in that order; `TooLarge` where they are more or fewer."""
    if nodes is None or len(nodes) != len(asked):
        raise TooLarge(f"GitHub answers {len(nodes or ())} of {len(asked)} questions")
    return nodes


def under(graph: Graph[T], root: str) -> Graph[T]:
    """The same answer without what is said of other roots than this one."""
    return replace(graph, hidden=tuple(error for error in graph.hidden if (error.path or [root])[0] == root))


def causes(errors: tuple[GraphError, ...], *path: str | int) -> list[str]:
    """What the server says of the things at and below `path`."""
    there = [error for error in errors if tuple(error.path or ())[: len(path)] == path]
    return [said(error) for error in there]


def _reply(answer: Answer, kind: type[T]) -> Reply[T]:
    begins = answer.body.lstrip()[:1]
    if begins not in (b"", b"{"):
        what = "a web page" if begins == b"<" else "something else"
        raise Retry(f"{what} came in place of GitHub's answer", hint=PROXY_HINT)
    try:
        return answer.decode(Reply[kind])  # type: ignore[valid-type]
    except Malformed as error:
        if _envelope(answer) is None:
            raise Retry(f"GitHub's answer is not made as its answers are ({error})", hint=PROXY_HINT) from error
        raise


def _judge(reply: Reply[T], answer: Answer) -> None:
    """Raises what the errors mean for the whole answer; returns where all of them are about single hidden things."""
    errors = reply.errors or []
    if reply.data is None and names_limit(words := reply.message or ""):  # a secondary limit may come as a 200
        raise limited(answer, words)
    for error in errors:
        if error.type in LIMIT_TYPES or names_limit(error.message):
            raise limited(answer, said(error), primary=error.type in LIMIT_TYPES)
        if _unknown_field(error):
            raise SchemaChanged(f"GitHub's schema is not as it was: {said(error)}", hint="Run it again.")
        if error.type == "INVALID_CURSOR_ARGUMENTS":
            raise CursorLost(f"GitHub has lost its place: {said(error)}")
        if reply.data is None and (answer.status != 200 or _not_understood(error)):
            raise Malformed(f"GitHub does not understand the question: {said(error)}")
    spoiling = [error for error in errors if error.type not in HIDDEN_TYPES and not _overflows(error)]
    if spoiling:
        # RESOURCE_LIMITS_EXCEEDED, MAX_NODE_LIMIT_EXCEEDED, a timeout in words: what is null may be there, and a
        # smaller question is answered. # spiceai/spiceai#13762, airbytehq/airbyte#86914
        raise TooLarge(f"GitHub did not finish its answer: {said(spoiling[0])}")


def _overflows(error: GraphError) -> bool:
    """It is about a number alone that was too large to be told."""
    return bool((error.path or [""])[-1] == OVERFLOWING)


def _names_errors(answer: Answer) -> bool:
    """GraphQL's own errors under another status, as GraphQL over HTTP has it for questions that are not valid."""
    if answer.status not in (400, 422):
        return False
    reply = _envelope(answer)
    return bool(reply and reply.errors)


def _envelope(answer: Answer) -> Reply[object] | None:
    """The answer with its data as they came; None where not even its errors are made as GraphQL makes them."""
    try:
        return answer.decode(Reply[object])
    except (Malformed, TooLarge):
        return None


def _not_understood(error: GraphError) -> bool:
    """About the question and not about anything in the answer; or the schema is nobody's business."""
    return "introspection" in error.message.lower() or (error.type is None and bool(error.locations) and not error.path)


def _nothing(reply: Reply[T]) -> Gone | TooLarge:
    if reply.errors:
        error = reply.errors[0]
        return Gone(said(error), hint="" if _needs_sso(error) else ACCESS_HINT)
    return TooLarge(f"GitHub answered without data: {reply.message or 'no reason given'}")


def failure(answer: Answer) -> Refused | Retry:
    """What a status other than 200 means. The token comes first, so that it is never taken for a limit."""
    words = message(answer)
    if answer.status == 401:  # chaoss/grimoirelab-perceval#546
        return Refused(f"GitHub does not accept the token ({words})", hint=TOKEN_HINT)
    if answer.status in (403, 429) and is_limit(answer, words):
        return limited(answer, words)
    if answer.status == 403 and answer.body.lstrip()[:1] == b"<":
        return Refused("a web page refuses in place of GitHub", hint=PROXY_HINT)
    if answer.status == 403:
        sso = "x-github-sso" in answer.headers
        return Refused(f"GitHub refuses ({words})", hint=SSO_HINT if sso else ACCESS_HINT)
    if answer.status in (500, 502, 504):  # apache/devlake#3708: too much asked for, as often as a bad moment
        return TooLarge(f"GitHub failed with {answer.status}")
    if answer.status == 404:
        return Refused(
            "there is no GitHub API at this address", hint="Check `url`; Enterprise Server: https://host/api/v3."
        )
    if answer.status < 300:
        return Retry(f"GitHub answered with nothing ({answer.status})")
    if answer.status >= 500 or answer.status == 408:
        return Retry(f"GitHub is not available ({answer.status})", until=told(answer, spent=False))
    return Refused(f"GitHub answered {answer.status} ({words})", hint="Check `url`.")


def _needs_sso(error: GraphError) -> bool:
    """The organisation shows nothing until the token is authorised there (jasperapp/jasper#187)."""
    return bool((error.extensions or {}).get("saml_failure")) or "SAML" in error.message


def _unknown_field(error: GraphError) -> bool:
    code = (error.extensions or {}).get("code")
    words = ("doesn't exist on type", "Cannot query field", "No such type")
    return code in ("undefinedField", "undefinedType") or any(each in error.message for each in words)


def message(answer: Answer) -> str:
    """What the body says, in one line, or the bare status."""
    try:
        words = msgspec.json.decode(answer.body, type=Message).message
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        words = ""
    return " ".join(words.split())[:200] or f"status {answer.status}"


def said(error: GraphError) -> str:
    """GitHub's words in one line, and beside them what to do where single sign-on is the reason."""
    words = " ".join(error.message.split())[:200] or error.type or "no reason given"
    return f"{words} ({SSO_HINT})" if _needs_sso(error) else words
