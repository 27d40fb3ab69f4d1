"""Jira's requests, and what its answers mean: pure, for Cloud and Data Center alike."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from connectors.errors import Gone, Refused, Retry, SourceError, TooLarge
from connectors.exchange import Answer, Request
from connectors.jira.limits import asks_to_wait, limited

T = TypeVar("T")

#: Longer queries go as a body; addresses beyond it are refused by proxies.
LONGEST_QUERY = 4_000


class Unauthorized(Refused):
    """The sign-in is not accepted here."""


class Unfit(Refused):
    """The question itself is not accepted, as where it names a project that is hidden."""


def jql(
    projects: Iterable[str],
    *,
    updated_ms: int | None = None,
    created_ms: int | None = None,
    created_until_ms: int | None = None,
) -> str:
    """Issues of the projects, the oldest first, updated and created since these instants.

    Epoch milliseconds mean the same in every zone. `updated` has no upper bound: a ceiling hides an issue that changes
    faster than it is read (constructorfabric/insight#3447). `created` never changes, so that no page drifts.
    """
    clauses = [f"project in ({', '.join(_quoted(key) for key in projects)})"]
    if updated_ms is not None:
        clauses.append(f"updated >= {updated_ms}")
    if created_ms is not None:
        clauses.append(f"created >= {created_ms}")
    if created_until_ms is not None:
        clauses.append(f"created <= {created_until_ms}")
    return f"{' AND '.join(clauses)} ORDER BY created ASC, key ASC"


def issues_jql(names: Iterable[str]) -> str:
    """The issues of these ids, or of these keys."""
    listed = [_quoted(name) for name in names]
    return f"{'id' if listed[0].isdigit() else 'key'} in ({', '.join(listed)})"


def get(base: str, path: str, *, label: str, params: Mapping[str, object] | None = None) -> Request:
    """A question to an endpoint below the site's address, whose context path stays (jira.md §2)."""
    return Request(
        method="GET",
        url=base + path,
        label=label,
        params={name: value if isinstance(value, list) else str(value) for name, value in (params or {}).items()},
        bucket=label,
    )


def search(base: str, path: str, *, query: str, options: Mapping[str, object], shrinkable: bool = False) -> Request:
    """A search; one whose query does not fit in an address goes as a body. Lists are joined in an address alone."""
    body = {"jql": query, **options}
    params = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in body.items()}
    if len(urlencode(params)) > LONGEST_QUERY:
        return bulk(base, path, label="search", body=body, shrinkable=shrinkable)
    return Request(method="GET", url=base + path, label="search", params=params, bucket="search", shrinkable=shrinkable)


def bulk(base: str, path: str, *, label: str, body: Mapping[str, object], shrinkable: bool = False) -> Request:
    """A read that goes as POST, and may be asked again like any other read."""
    return Request(method="POST", url=base + path, label=label, json=body, bucket=label, shrinkable=shrinkable)


def segment(text: str) -> str:
    """The text as one part of a path."""
    return quote(text, safe="")


def reading(kind: type[T], request: Request) -> Callable[[Answer], T]:
    """A reader of answers to the request: the body as `kind`, or the `SourceError` that says what to do next."""

    def read(answer: Answer) -> T:
        if error := _refusal(answer, request):
            raise error
        return answer.decode(kind)

    return read


def dated(kind: type[T], request: Request) -> Callable[[Answer], tuple[T, datetime]]:
    """As `reading`, with the source's clock when it answered."""
    read = reading(kind, request)
    return lambda answer: (read(answer), answer.server_at)


def _refusal(answer: Answer, request: Request) -> SourceError | None:
    status = answer.status
    if asks_to_wait(answer):
        return limited(answer, bucket=request.bucket)
    if status == 401 or _anonymous(answer):
        return _unauthorized(answer)
    if status in (408, 425, 503):
        return Retry(f"Jira is not ready ({status})", hint="It passes by itself, or the site is down.")
    if status >= 500 or status in (413, 414):
        return TooLarge(
            f"Jira failed to answer {request.label} ({status})", hint="It passes by itself, or the site is down."
        )
    if status >= 300:
        return _denied(answer, request)
    return _no_document(answer)


def _denied(answer: Answer, request: Request) -> SourceError:
    said = _said(answer)
    if answer.status in (404, 405):
        return Gone(said or f"Jira has no {request.label} there ({answer.status})")
    if answer.status == 403:
        hint = "Give the account the permission to browse the projects, and the token the scopes to read them."
        return Refused(said or f"Jira denies access to {request.label} (403)", hint=hint)
    if answer.status == 410:
        hint = "The site is of another edition than it says; check that `url` is the site itself, not a proxy."
        return Refused(said or f"Jira has removed {request.label} (410)", hint=hint)
    return Unfit(said or f"Jira refuses {request.label} ({answer.status})", hint=_project_hint(said))


def _project_hint(said: str) -> str:
    if "'project'" not in said and "project" not in said.casefold():
        return ""
    return "Check `projects`: each is the key of a project that exists and that the account may browse."


def _unauthorized(answer: Answer) -> Unauthorized:
    if "captcha" in answer.headers.get("x-authentication-denied-reason", "").casefold():
        return Unauthorized(
            "Jira asks this account for a CAPTCHA", hint="Sign in once in a browser, then use an access token."
        )
    hint = "Check `token` and, on Cloud, that `email` is the account that made it; tokens expire."
    return Unauthorized("Jira does not accept the token", hint=hint)


def _anonymous(answer: Answer) -> bool:
    """A wrong sign-in may be answered as to a stranger, with a 200 that shows what anybody may see."""
    reason = answer.headers.get("x-seraph-loginreason", "")
    return "FAILED" in reason or "DENIED" in reason


def _no_document(answer: Answer) -> SourceError | None:
    """A 200 without data: the page of a proxy or a login, or nothing (JRA-59676, JRA-41559)."""
    start = answer.body[:64].lstrip()
    if not start:
        return TooLarge("Jira answered with nothing")
    if start.startswith(b"<"):
        return Retry(
            "the address answers with a web page, not with data",
            hint="Check `url`: a proxy or a single sign-on page may stand before the site.",
        )
    return None


def _said(answer: Answer) -> str:
    """Jira's own words for an error, in any of the shapes it has (jira.md §1.1)."""
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    listed, named = body.get("errorMessages"), body.get("errors")
    said = [*(listed if isinstance(listed, list) else []), *(named.values() if isinstance(named, dict) else [])]
    said += [body[name] for name in ("errorMessage", "message", "error") if name in body]
    return " ".join(str(text) for text in said if text)[:500]


def _quoted(name: str) -> str:
    """A key or id as text: a project may be called AND (jira.md §3.1 reads only bare digits as a number)."""
    return name if name.isdigit() else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
