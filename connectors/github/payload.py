"""A webhook's payload, read with patience: what is absent, or not what was promised, reads as nothing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from connectors.delivery import Delivery
from connectors.errors import Malformed

Thing: TypeAlias = Mapping[str, Any]

FORM = "application/x-www-form-urlencoded"  # the content type that a hook may be set to instead of JSON


def payload_of(delivery: Delivery) -> Thing:
    """The object that was delivered; `Malformed` where it is none."""
    body = delivery.body
    try:
        if delivery.headers.get("content-type", "").lower().startswith(FORM):
            body = parse_qs(body.decode("ascii"), strict_parsing=True)["payload"][0].encode()
        payload = json.loads(body)
    except (ValueError, KeyError, RecursionError) as error:
        raise Malformed(f"a webhook's payload is no JSON ({type(error).__name__})") from error
    if not isinstance(payload, dict):
        raise Malformed("a webhook's payload is no JSON object")
    return payload


def thing(within: Thing, *path: str) -> Thing:
    """The object at this path; an empty one where there is none."""
    found: Any = within
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text(within: Thing, *path: str) -> str:
    """The text at this path, as a store can hold it; empty where there is none. A number reads as its digits."""
    *above, last = path
    return written(thing(within, *above).get(last)) or ""


def written(value: object) -> str | None:
    """A scalar as text without NUL and without half characters; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


def instant(within: Thing, name: str) -> datetime | None:
    """The instant of this name in UTC; None where it is no text with an offset, as the seconds of a push are."""
    try:
        at = datetime.fromisoformat(within[name])
        return at.astimezone(UTC) if at.tzinfo else None
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
