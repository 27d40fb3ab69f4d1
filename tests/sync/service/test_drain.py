"""What waits in the inbox is taken together; one that spoils it is put aside, and nothing that was answered is lost."""

import asyncio
import json
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from connectors.delivery import Delivery
from connectors.errors import Malformed, Refused, SourceError
from connectors.jira import Token
from connectors.jira import connect as connect_jira
from connectors.records import Batch, Gap, ItemRef
from connectors.source import Memory
from sync.drain import AT_ONCE, Drained, drain
from sync.store import deliveries, health, trail, webhooks
from sync.store.deliveries import Arrival
from sync.store.tables import DELIVERIES, WORK_ITEMS
from tests.clocks import NOON, FakeClock
from tests.stores import new_store
from tests.sync.store.batches import batch, item


class Site:
    """A Jira of which the issues in `sick` cannot be read, for the reason that stands there."""

    name = "jira"

    def __init__(self, sick: Mapping[str, Exception] | None = None, *, unseen: tuple[str, ...] = ()) -> None:
        self.sick = dict(sick or {})
        self.unseen = unseen
        self.asked: list[int] = []
        whole = connect_jira(
            name="jira",
            url="https://jira.example.com",
            sign_in=Token(email=None, token="t"),
            projects=("PAY",),
            clock=FakeClock(),
            jitter=random.Random(1),
        )
        self.accept = whole.accept

    async def fetch(self, refs: list[ItemRef], memory: Memory) -> Batch:
        self.asked.append(len(refs))
        for ref in refs:
            if error := self.sick.get(ref.id):
                raise error
        gaps = tuple(Gap(stream="PAY", cause="not to be seen", ref=str(ref)) for ref in refs if ref.id in self.unseen)
        return batch(*(item(int(ref.id)) for ref in refs if ref.id not in self.unseen), read=10, gaps=gaps)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = new_store(tmp_path)
    yield engine
    engine.dispose()


def told(number: int, *, event: str = "jira:issue_updated") -> Arrival:
    """What Jira says when an issue was changed."""
    body = {"webhookEvent": event, "issue": {"id": str(number), "key": f"PAY-{number}"}, "timestamp": 1_795_000_000_000}
    headers = {"x-atlassian-webhook-identifier": f"id-{number}", "x-hub-signature": "sha256=00"}
    received_at = NOON + timedelta(seconds=number)
    delivery = Delivery(headers=headers, body=json.dumps(body).encode(), received_at=received_at)
    return Arrival(source="jira", id=f"id-{number}", event=event, delivery=delivery)


def drained(store: Engine, site: Site) -> Drained:
    return asyncio.run(drain(site, engine=store, clock=FakeClock()))  # type: ignore[arg-type]


def states(store: Engine) -> dict[str, str]:
    with store.begin() as connection:
        return {row.id: row.state for row in connection.execute(select(DELIVERIES).order_by(DELIVERIES.c.received_us))}


def refs(store: Engine) -> set[str]:
    with store.begin() as connection:
        return {ref.split(":")[-1] for ref in connection.execute(select(WORK_ITEMS.c.ref)).scalars()}


def test_a_burst_is_one_read_and_then_nothing_waits(store: Engine) -> None:
    deliveries.keep(store, [told(number) for number in (1, 2, 3)])
    site = Site()
    assert (drained(store, site).taken, drained(store, site).taken) == (3, 0)
    assert (site.asked, refs(store), set(states(store).values())) == ([3], {"1", "2", "3"}, {"done"})


def test_more_than_one_turn_takes_are_taken_in_turns(store: Engine) -> None:
    deliveries.keep(store, [told(number) for number in range(1, AT_ONCE + 6)])
    site = Site()
    assert [drained(store, site) for _ in range(2)] == [Drained(taken=AT_ONCE, is_full=True), Drained(taken=5)]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (Malformed("the field `status` is no object"), "the field `status` is no object"),
        (ZeroDivisionError("PAY-5"), "fingerpost itself failed here (ZeroDivisionError); the log says where"),
    ],
)
def test_one_that_spoils_it_is_put_aside_with_its_cause_and_the_others_are_taken(
    store: Engine, fault: Exception, cause: str
) -> None:
    deliveries.keep(store, [told(number) for number in range(1, 9)])
    done = drained(store, Site({"5": fault}))
    assert (done.taken, done.quarantined) == (7, 1)
    assert refs(store) == set("1234678")
    [aside] = deliveries.listed(store, ("quarantined",), most=9)
    assert (aside.id, aside.cause) == ("id-5", cause)
    assert [each.state for each in deliveries.depths(store)] == ["quarantined"]


def test_what_was_put_aside_is_taken_when_somebody_lets_it_in_again(store: Engine) -> None:
    deliveries.keep(store, [told(1)])
    drained(store, Site({"1": Malformed("no")}))
    assert [each.id for each in deliveries.retry(store, ["id-1", "id-9"], who="olu", now=NOON)] == ["id-1"]
    assert drained(store, Site()).taken == 1
    assert (refs(store), deliveries.depths(store)) == ({"1"}, [])
    assert [(step.who, step.subject) for step in trail.steps(store)] == [("olu", "jira delivery id-1")]


def test_a_source_that_cannot_be_asked_lets_all_of_them_wait(store: Engine) -> None:
    deliveries.keep(store, [told(1), told(2)])
    refused: SourceError = Refused("the token is refused")
    assert drained(store, Site({"1": refused})) == Drained(error=refused)
    assert set(states(store).values()) == {"waiting"}
    assert drained(store, Site()).taken == 2


def test_an_item_that_is_not_to_be_seen_is_said_beside_its_delivery(store: Engine) -> None:
    deliveries.keep(store, [told(1), told(2)])
    assert drained(store, Site(unseen=("2",))).taken == 2
    [first, second] = sorted(deliveries.listed(store, ("done",), most=9), key=lambda each: each.id)
    assert (first.cause, second.cause) == (None, "not to be seen")


def test_only_what_nobody_else_tells_is_kept_as_evidence(store: Engine) -> None:
    deliveries.keep(store, [told(1), told(2, event="jira:issue_deleted")])
    drained(store, Site())
    with store.begin() as connection:
        bodies = {row.id: bool(row.body) for row in connection.execute(select(DELIVERIES))}
    assert bodies == {"id-1": False, "id-2": True}
    later = NOON + timedelta(days=30)
    assert deliveries.forget(store, done_before=later, evidence_before=NOON - timedelta(days=1)) == 1
    assert list(states(store)) == ["id-2"]
    assert deliveries.forget(store, done_before=later, evidence_before=later) == 1


def test_what_waits_or_is_put_aside_is_never_forgotten(store: Engine) -> None:
    deliveries.keep(store, [told(1), told(2)])
    deliveries.quarantine(store, "jira", "id-2", cause="no")
    later = NOON + timedelta(days=3_000)
    assert deliveries.forget(store, done_before=later, evidence_before=later) == 0


class TestASilentWebhook:
    CHANGES = tuple(NOON - timedelta(minutes=minutes) for minutes in (90, 60, 30))

    def silent(self, store: Engine) -> bool:
        return health.known(store)["jira"].silent_since is not None

    def test_is_found_by_a_poll_that_brings_what_none_announced(self, store: Engine) -> None:
        assert webhooks.judge(store, "jira", self.CHANGES, now=NOON)
        assert self.silent(store)

    def test_speaks_again_with_the_next_delivery(self, store: Engine) -> None:
        webhooks.judge(store, "jira", self.CHANGES, now=NOON)
        deliveries.keep(store, [told(1)])
        assert not self.silent(store)

    @pytest.mark.parametrize(
        "changed_at",
        [
            (),
            CHANGES[:2],  # not every change of an item is an event
            (NOON - timedelta(minutes=1),) * 9,  # whose deliveries may be under way
        ],
    )
    def test_is_not_found_where_none_need_have_come(self, store: Engine, changed_at: tuple[()]) -> None:
        assert not webhooks.judge(store, "jira", changed_at, now=NOON)

    def test_is_none_where_a_delivery_came_after_the_changes(self, store: Engine) -> None:
        deliveries.keep(store, [told(1)])
        assert not webhooks.judge(store, "jira", self.CHANGES, now=NOON + timedelta(hours=1))
