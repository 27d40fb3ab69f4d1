"""Writing a tag back: one label or one field, only where it differs, and known again when it comes back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeVar

import pytest

from connectors.errors import Refused
from connectors.jira import Jira, Token
from connectors.records import Change
from connectors.source import Mirror, Writing, Written
from connectors.twin.faults import Answer, Injection, rate_limited
from connectors.twin.jira_gateway import Accounts, gateway_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.clocks import NOON
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.twin.sites import DEV, cloud, server, with_issues

T = TypeVar("T")

EDITIONS: list[Callable[..., JiraSite]] = [cloud, server]
LABEL = Mirror(label_prefix="goal:")
TEXT, CHOICE, NUMBER = "customfield_10900", "customfield_10901", "customfield_10902"


def site_of(edition: Callable[..., JiraSite]) -> JiraSite:
    site = with_issues(edition(), 3)
    site.fields += [
        {"id": TEXT, "name": "Objective", "schema": {"type": "string", "custom": "textfield"}},
        {"id": CHOICE, "name": "Objective of choice", "schema": {"type": "option", "custom": "select"}},
        {"id": NUMBER, "name": "Rating", "schema": {"type": "number", "custom": "float"}},
    ]
    site.relabel("PAY-1", ["checkout", "goal:old"], at=NOON - timedelta(minutes=30), author=DEV)
    return site


def using(someone: Reader, use: Callable[[Jira], Awaitable[T]], mirror: Mirror | None) -> T:
    async def run() -> T:
        source = someone.source(mirror=mirror)
        try:
            return await use(source)
        finally:
            await source.close()

    return asyncio.run(run())


def plan(someone: Reader, wanted: Mapping[str, str | None], mirror: Mirror | None = LABEL) -> list[Writing]:
    """What is to be written, for items named by their keys."""
    tags = {someone.items[key].ref: objective for key, objective in wanted.items()}
    return using(someone, lambda source: source.plan(tags, someone.stored.memory), mirror)


def write(someone: Reader, writings: list[Writing], mirror: Mirror = LABEL) -> list[Written]:
    return using(someone, lambda source: source.write(writings, someone.stored.memory), mirror)


def written(someone: Reader) -> list[str]:
    """The query of each request that wrote."""
    return [one.query for one in someone.requests.seen if one.method == "PUT"]


def errors(done: list[Written]) -> list[str | None]:
    return [one.error for one in done]


@pytest.mark.parametrize("edition", EDITIONS)
def test_only_what_differs_is_planned_and_written_and_then_nothing_more(edition: Callable[..., JiraSite]) -> None:
    wanted = {"PAY-1": "growth", "PAY-2": None, "PAY-3": "growth"}
    with reader(site_of(edition), projects=["PAY"]) as someone:
        someone.poll()
        planned = plan(someone, wanted)
        assert [(one.key, one.remove, one.add) for one in planned] == [
            ("PAY-1", "goal:old", "goal:growth"),
            ("PAY-3", None, "goal:growth"),
        ]
        assert written(someone) == []
        assert errors(write(someone, planned)) == [None, None]
        site = someone.site
        assert site.issue("PAY-1").fields["labels"] == ["checkout", "goal:growth"]
        assert site.issue("PAY-2").fields["labels"] == []
        assert plan(someone, wanted) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_tag_that_is_gone_takes_its_label_along(edition: Callable[..., JiraSite]) -> None:
    with reader(site_of(edition), projects=["PAY"]) as someone:
        someone.poll()
        write(someone, plan(someone, {"PAY-1": None}))
        assert someone.site.issue("PAY-1").fields["labels"] == ["checkout"]


def test_only_operations_are_sent_and_nobody_is_notified() -> None:
    """A label that somebody sets at this moment stays: the set is never written."""
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll()
        planned = plan(someone, {"PAY-1": "growth"})
        someone.site.relabel("PAY-1", ["checkout", "goal:old", "theirs"], at=NOON, author=DEV)
        write(someone, planned)
        assert someone.site.issue("PAY-1").fields["labels"] == ["checkout", "theirs", "goal:growth"]
        assert written(someone) == ["notifyUsers=false"]


def test_one_that_was_done_meanwhile_is_not_written() -> None:
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll()
        planned = plan(someone, {"PAY-1": "growth"})
        write(someone, planned)
        someone.requests.seen.clear()
        assert errors(write(someone, planned)) == [None]
        assert written(someone) == []


def test_several_stale_labels_go_one_after_another() -> None:
    site = site_of(cloud)
    site.relabel("PAY-2", ["goal:a", "goal:b"], at=NOON, author=DEV)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        planned = plan(someone, {"PAY-2": "c"})
        assert [(one.remove, one.add) for one in planned] == [("goal:a", "goal:c"), ("goal:b", None)]
        assert errors(write(someone, planned)) == [None, None]
        assert site.issue("PAY-2").fields["labels"] == ["goal:c"]
        assert sum(someone.clock.slept) >= 0.3  # 100 writes in 30 seconds of one issue are too many (§4.1)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("field", "told"), [(TEXT, "growth"), (CHOICE, {"value": "growth"})])
def test_a_field_takes_the_objective_as_its_type_asks(
    edition: Callable[..., JiraSite], field: str, told: object
) -> None:
    mirror = Mirror(field=field)
    with reader(site_of(edition), projects=["PAY"]) as someone:
        someone.poll()
        planned = plan(someone, {"PAY-1": "growth", "PAY-2": None}, mirror)
        assert [(one.key, one.remove, one.add) for one in planned] == [("PAY-1", None, "growth")]
        assert errors(write(someone, planned, mirror)) == [None]
        assert someone.site.issue("PAY-1").fields[field] == told
        assert plan(someone, {"PAY-1": "growth"}, mirror) == []
        write(someone, plan(someone, {"PAY-1": None}, mirror), mirror)
        assert someone.site.issue("PAY-1").fields[field] is None


def test_a_field_that_takes_no_text_or_is_on_no_screen_is_told() -> None:
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll()
        for field, word in ((NUMBER, "number"), ("customfield_1", "edited")):
            mirror = Mirror(field=field)
            (error,) = errors(write(someone, plan(someone, {"PAY-1": "growth"}, mirror), mirror))
            assert error
            assert word in error


def test_one_that_fails_stops_no_other_and_says_why() -> None:
    site = site_of(cloud)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        planned = plan(someone, {"PAY-1": "growth", "PAY-2": "growth"})
        site.delete("PAY-1")
        gone, done = errors(write(someone, planned))
        assert gone
        assert "deleted, or hidden" in gone
        assert done is None


def test_a_label_that_jira_does_not_take_is_told_in_its_words() -> None:
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll()
        (error,) = errors(write(someone, plan(someone, {"PAY-2": "two words"})))
        assert error
        assert "spaces" in error


def test_a_permission_that_lacks_is_named() -> None:
    site = site_of(cloud)
    site.may_edit = False
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        (error,) = errors(write(someone, plan(someone, {"PAY-2": "growth"})))
        assert error
        assert "Edit Issues" in error


def test_a_write_that_jira_ignores_is_no_success() -> None:
    """Who may not write without notifying is not refused: nothing is done."""
    site = site_of(cloud)
    site.may_be_quiet = False
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        (error,) = errors(write(someone, plan(someone, {"PAY-2": "growth"})))
        assert error
        assert "Administer Projects" in error


def test_a_limit_is_waited_for() -> None:
    limit = rate_limited(retry_after="7", headers={"RateLimit-Reason": "jira-per-issue-on-write"})
    with reader(site_of(cloud), Injection(fault=limit, method="PUT"), projects=["PAY"]) as someone:
        someone.poll()
        assert errors(write(someone, plan(someone, {"PAY-2": "growth"}))) == [None]
        assert sum(someone.clock.slept) >= 7


def test_a_limit_without_end_and_a_site_that_is_down_are_told() -> None:
    for fault in (rate_limited(), Answer(status=500, body="{}")):
        with reader(site_of(cloud), Injection(fault=fault, times=None, method="PUT"), projects=["PAY"]) as someone:
            someone.poll()
            (error,) = errors(write(someone, plan(someone, {"PAY-2": "growth"})))
            assert error


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_issue_that_is_not_to_be_seen_is_left_out_of_the_plan(edition: Callable[..., JiraSite]) -> None:
    site = site_of(edition)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        site.delete("PAY-2")
        assert [one.key for one in plan(someone, {"PAY-2": "growth", "PAY-3": "growth"})] == ["PAY-3"]


def test_without_a_mirror_nothing_is_written() -> None:
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll()
        with pytest.raises(Refused, match="not to be written to"):
            plan(someone, {"PAY-2": "growth"}, None)


def own(someone: Reader, key: str) -> list[tuple[str, bool]]:
    rows = someone.stored.children[someone.items[key].ref, "changes"].rows
    return [(row.field, row.own) for row in rows if isinstance(row, Change)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_our_own_writings_are_known_when_they_come_back(edition: Callable[..., JiraSite]) -> None:
    site = site_of(edition)
    site.me = {"accountId": "fp", "displayName": "Fingerpost"} if edition is cloud else {"name": "fp", "key": "fp"}
    with reader(site, projects=["PAY"]) as someone:
        someone.poll(mirror=LABEL)
        write(someone, plan(someone, {"PAY-1": "growth"}))
        site.relabel("PAY-1", ["checkout", "goal:theirs"], at=NOON, author=DEV)
        site.users["fp"] = site.me
        site.relabel("PAY-1", ["goal:theirs"], at=NOON, author="fp")
        someone.poll(mirror=LABEL)
        assert own(someone, "PAY-1") == [("labels", False), ("labels", True), ("labels", False), ("labels", False)]


def test_a_field_of_our_own_writing_is_known_too() -> None:
    mirror = Mirror(field=TEXT)
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll(mirror=mirror)
        write(someone, plan(someone, {"PAY-2": "growth"}, mirror), mirror)
        someone.poll(mirror=mirror)
        assert [is_own for _, is_own in own(someone, "PAY-2")] == [True]


def test_who_we_are_is_asked_once_a_day_and_only_to_know_our_writings() -> None:
    with reader(site_of(cloud), projects=["PAY"]) as someone:
        someone.poll()
        assert someone.asked("myself") == 0
        someone.poll(mirror=LABEL)
        someone.poll(mirror=LABEL)
        assert someone.asked("myself") == 1


def test_behind_the_gateway_no_address_of_an_answer_is_followed() -> None:
    """`self` leads to the site, which does not take the token (pycontribs/jira#2368)."""
    site = site_of(cloud)
    site.email, site.token = "owner@acme.example", "classic"
    accounts = Accounts(site=site, scoped={"fp@serviceaccount.example": "scoped"})
    with serving({"gateway": gateway_app(accounts)}) as urls, reader(site, projects=["PAY"]) as someone:
        someone.options |= {
            "sign_in": Token(email="fp@serviceaccount.example", token="scoped"),
            "gateway": urls["gateway"],
        }
        someone.poll()
        assert errors(write(someone, plan(someone, {"PAY-2": "growth"}))) == [None]
        assert site.issue("PAY-2").fields["labels"] == ["goal:growth"]
