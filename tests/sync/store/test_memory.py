import pytest
from sqlalchemy import Engine, select

from connectors.records import Gap
from sync.store.apply import apply
from sync.store.memory import acquire, recall, record_pass, release
from sync.store.rows import epoch_us
from sync.store.tables import SOURCES
from tests.sync.store.batches import at, batch


def test_a_source_that_was_never_read_remembers_nothing(store: Engine) -> None:
    memory = recall(store, "jira")
    assert (memory.watermarks, memory.capabilities) == ({}, {})


def test_a_source_remembers_what_it_wrote_last(store: Engine) -> None:
    apply(store, batch(watermarks={"issues": "1", "fields": "a"}, capabilities={"bulk": "yes"}))
    apply(store, batch(watermarks={"issues": "2"}))
    memory = recall(store, "jira")
    assert (memory.watermarks, memory.capabilities) == ({"issues": "2", "fields": "a"}, {"bulk": "yes"})


def test_sources_do_not_share_what_they_remember(store: Engine) -> None:
    apply(store, batch(watermarks={"issues": "1"}))
    assert recall(store, "github").watermarks == {}


def test_a_pass_that_did_not_complete_leaves_when_the_last_one_did(store: Engine) -> None:
    record_pass(store, "jira", type="jira", complete_at=at(5))
    record_pass(store, "jira", type="jira", complete_at=None, gaps=[Gap(stream="issues", cause="refused", ref="PAY-1")])
    with store.connect() as connection:
        rows = [tuple(row) for row in connection.execute(select(SOURCES))]
    assert rows == [("jira", "jira", epoch_us(at(5)), '["issues: refused (PAY-1)"]')]


@pytest.mark.parametrize(
    ("holder", "minute", "granted"),
    [("other", 5, False), ("other", 10, True), ("first", 5, True)],
    ids=["while it runs", "once it is over", "its holder renews it"],
)
def test_a_lease_is_one_holder_s_until_it_is_over(store: Engine, holder: str, minute: int, granted: bool) -> None:
    """canonical/gh-jira-sync-bot#57, teemtee/tmt#4669: a lock in memory is gone with its process."""
    assert acquire(store, "jira", holder="first", now=at(0), for_s=600)
    assert acquire(store, "jira", holder=holder, now=at(minute), for_s=600) is granted


def test_a_lease_given_back_is_free_at_once(store: Engine) -> None:
    acquire(store, "jira", holder="first", now=at(0), for_s=600)
    release(store, "jira", holder="first")
    assert acquire(store, "jira", holder="other", now=at(0), for_s=600)


def test_nobody_gives_back_another_s_lease(store: Engine) -> None:
    acquire(store, "jira", holder="first", now=at(0), for_s=600)
    release(store, "jira", holder="other")
    assert not acquire(store, "jira", holder="other", now=at(0), for_s=600)
