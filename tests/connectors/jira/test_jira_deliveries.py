"""Deliveries of a stand-in, from the edit to the record: each names what to read again, and no more than that."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.delivery import RENEW, Delivery, Notice
from connectors.errors import Refused
from connectors.jira import Jira
from connectors.records import Batch, WorkItem
from connectors.twin.jira_hooks import Sent, Webhook
from connectors.twin.jira_state import JiraSite
from tests.clocks import NOON
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.twin.sites import DEV, PM, cloud, server, with_issues

EDITIONS: list[Callable[..., JiraSite]] = [cloud, server]
SECRET = "shared"


def taken(someone: Reader, sent: Sent) -> tuple[Notice, Batch]:
    """What a delivery comes to, and what is then read."""

    async def take(source: Jira) -> tuple[Notice, Batch]:
        delivery = Delivery(headers=sent.headers, body=sent.body, received_at=NOON)
        try:
            source.verify(delivery)
            notice = source.accept(delivery)
            return notice, await source.fetch(notice.refs, someone.stored.memory)
        finally:
            await source.close()

    return asyncio.run(take(someone.source(hook_secrets=[SECRET])))


def items(batch: Batch) -> list[str]:
    return [record.key for record in batch.records if isinstance(record, WorkItem)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edit_is_read_from_the_site_and_is_no_older_than_was_told(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 3)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        site.edit("PAY-2", at=NOON, author=DEV, summary="Another name")
        notice, batch = taken(someone, Webhook(site=site, secret=SECRET).updated("PAY-2"))
        (item,) = [record for record in batch.records if isinstance(record, WorkItem)]
        assert item.title == "Another name"
        assert notice.happened_at == item.updated_at == NOON


def test_one_delivery_is_one_request() -> None:
    site = with_issues(cloud(), 3)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        someone.asked()
        taken(someone, Webhook(site=site, secret=SECRET).updated("PAY-2"))
        assert someone.asked() == 1


@pytest.mark.parametrize(("edition", "requests"), list(zip(EDITIONS, (2, 3), strict=True)))
def test_a_burst_of_deliveries_is_two_requests_and_one_a_hundred_on_data_center(
    edition: Callable[..., JiraSite], requests: int
) -> None:
    site = with_issues(edition(), 300)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        someone.asked()
        assert len(items(someone.fetch(*(item.ref for item in someone.items.values())))) == 300
        assert someone.asked() == requests


@pytest.mark.parametrize("edition", EDITIONS)
def test_stubs_and_links_lead_to_the_whole_issue(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 3)
    webhook = Webhook(site=site, secret=SECRET)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        assert items(taken(someone, webhook.commented("PAY-1"))[1]) == ["PAY-1"]
        assert items(taken(someone, webhook.logged_work("PAY-2", "7"))[1]) == ["PAY-2"]
        assert sorted(items(taken(someone, webhook.linked("PAY-1", "PAY-3"))[1])) == ["PAY-1", "PAY-3"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_worklog_of_a_project_that_is_not_read_brings_nothing(edition: Callable[..., JiraSite]) -> None:
    """Such an event does not say of which project it is."""
    site = with_issues(with_issues(edition(), 2), 2, project="WEB")
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        _, batch = taken(someone, Webhook(site=site, secret=SECRET).logged_work("WEB-1", "7"))
        assert items(batch) == []
        assert not batch.gaps


@pytest.mark.parametrize("edition", EDITIONS)
def test_one_that_moved_to_a_project_that_is_not_read_is_followed(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 2)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        site.move("PAY-1", "WEB", at=NOON, author=PM, status="To Do")
        _, batch = taken(someone, Webhook(site=site, secret=SECRET).updated("WEB-1"))
        assert items(batch) == ["WEB-1"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_one_that_is_gone_when_it_is_looked_at_is_said_to_be(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 2)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        sent = Webhook(site=site, secret=SECRET).updated("PAY-1")
        site.delete("PAY-1")
        _, batch = taken(someone, sent)
        assert items(batch) == []
        assert "census" in batch.gaps[0].cause


def test_a_retry_is_the_same_delivery() -> None:
    site = with_issues(cloud(), 1)
    sent = Webhook(site=site, secret=SECRET).created("PAY-1")
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        (first, _), (again, _) = taken(someone, sent), taken(someone, sent.again())
    assert first.id == again.id
    assert again.attempt == 1


def test_one_that_nobody_signed_is_refused() -> None:
    site = with_issues(cloud(), 1)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        with pytest.raises(Refused, match="not signed"):
            taken(someone, Webhook(site=site).updated("PAY-1"))


def test_a_change_of_what_the_site_defines_is_read_by_the_next_poll() -> None:
    """Sprints move no issue's `updated` (§3.6): without the delivery they are read a day later."""
    site = with_issues(cloud(), 1)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        notice, _ = taken(someone, Webhook(site=site, secret=SECRET).send("sprint_started", sprint={"id": 1}))
        assert notice.renew
        someone.asked()
        someone.poll()
        assert someone.asked("/field") == 0
        someone.stored.capabilities[RENEW] = (NOON + timedelta(seconds=1)).isoformat()
        someone.poll()
        assert someone.asked("/field") == 1
        someone.poll()
        assert someone.asked("/field") == 0
