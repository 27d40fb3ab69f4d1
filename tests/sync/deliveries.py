"""Deliveries as GitHub makes them of a stand-in's objects, and a store to take them into."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import Engine, select

from connectors.delivery import Delivery
from connectors.github import GitHub
from connectors.records import Gap
from connectors.source import Mirror
from connectors.twin.github_state import GitHubHost
from sync.inbox import Taken, take
from sync.store.apply import apply
from sync.store.memory import recall
from sync.store.tables import METADATA, STAMP, TOMBSTONES
from tests.clocks import FakeClock
from tests.connectors.github.hosts import use

T = TypeVar("T")

SECRET = "hook-secret"
DEV = {"login": "dev-1", "node_id": "U_dev"}
_guids = count(1)


def delivered(
    event: str, action: str, *, clock: FakeClock, guid: str | None = None, raw: bytes | None = None, **parts: Any
) -> Delivery:
    """A signed delivery of this event; `raw` is its body where that is no payload."""
    body = json.dumps({"action": action, "sender": DEV, **parts}).encode() if raw is None else raw
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "x-github-event": event,
        "x-github-delivery": guid or f"guid-{next(_guids)}",
        "x-hub-signature-256": f"sha256={signature}",
    }
    return Delivery(headers=headers, body=body, received_at=clock.now())


def of_item(
    host: GitHubHost, item: dict[str, Any], action: str, *, clock: FakeClock, guid: str | None = None, **parts: Any
) -> Delivery:
    """What GitHub says of an issue or pull request, as it stands."""
    name = host.by_id[item["repository"]]["nameWithOwner"]
    event, place = ("issues", "issue") if item["__typename"] == "Issue" else ("pull_request", "pull_request")
    told = {"node_id": item["id"], "number": item["number"], "updated_at": item["updatedAt"]}
    return delivered(event, action, clock=clock, guid=guid, repository={"full_name": name}, **{place: told}, **parts)


class Site:
    """A GitHub stand-in that is up, and a store that is kept up to date with it."""

    def __init__(self, *, url: str, engine: Engine, clock: FakeClock, mirror: Mirror | None = None) -> None:
        self.url = url
        self.mirror = mirror
        self.engine = engine
        self.clock = clock

    def with_source(self, act: Callable[[GitHub], Awaitable[T]]) -> T:
        return use(self, act, hook_secrets=[SECRET], mirror=self.mirror)

    def poll(self, *, at_most: int | None = None) -> list[Gap]:
        """What a poll could not read; it is broken off after `at_most` batches."""

        async def read(source: GitHub) -> list[Gap]:
            gaps: list[Gap] = []
            batches = count(1)
            async for batch in source.poll(recall(self.engine, source.name)):
                apply(self.engine, batch)
                gaps += batch.gaps
                if next(batches) == at_most:
                    break
            return gaps

        return self.with_source(read)

    def take(self, *deliveries: Delivery, done: Sequence[str] = ()) -> Taken:
        return self.with_source(
            lambda source: take(deliveries, source=source, engine=self.engine, clock=self.clock, done=done)
        )


def standing(engine: Engine) -> dict[str, set[tuple[Any, ...]]]:
    """Every fact that stands, by table, whenever it was read; of what is gone, nothing."""
    with engine.begin() as connection:
        gone = dict(connection.execute(select(TOMBSTONES.c.ref, TOMBSTONES.c.at_us)).all())
        tables = [t for t in METADATA.sorted_tables if STAMP[0] in t.c and t.name not in ("tombstones", "child_sets")]
        return {
            table.name: {
                tuple(value for name, value in row.items() if name not in STAMP)
                for row in map(dict, connection.execute(select(table)).mappings())
                if gone.get(row.get("ref"), -1) < row["read_us"] and row.get("item_ref") not in gone
            }
            for table in tables
        }
