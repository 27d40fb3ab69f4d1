"""Deliveries taken into a store, from a GitHub stand-in over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.delivery import Delivery
from connectors.errors import SourceError
from connectors.twin import github_edits as edits
from connectors.twin.faults import Answer, Faults, Injection
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving
from sync.inbox import LAG_S
from sync.store.tables import CHANGES, PULL_REQUESTS, TOMBSTONES, WORK_ITEMS
from tests.clocks import FakeClock
from tests.connectors.github.hosts import DEV, NOW, host_of, issue, pull, repository, rewriting
from tests.stores import new_store
from tests.sync.deliveries import Site, delivered, of_item, standing

LATER = "2026-11-20T18:00:00Z"
OLDER_ID = "MDU6SXNzdWU0NDQ1MDAwNDE="


@dataclass
class Stage:
    """The stand-in with two issues and a pull request, all of them read once."""

    host: GitHubHost
    faults: Faults
    site: Site

    @property
    def asked(self) -> int:
        return len(self.faults.requests)

    @property
    def clock(self) -> FakeClock:
        return self.site.clock

    def titles(self) -> dict[str, str]:
        """Of the items that stand, by key."""
        place = [WORK_ITEMS.c.keys().index(name) for name in ("key", "title")]
        items = [(row[place[0]], row[place[1]]) for row in standing(self.site.engine)["work_items"]]
        place = [PULL_REQUESTS.c.keys().index(name) for name in ("key", "title")]
        return dict(items + [(row[place[0]], row[place[1]]) for row in standing(self.site.engine)["pull_requests"]])

    def item(self, number: int) -> dict[str, Any]:
        return self.host.numbered["R_shop", number]

    def retitled(self, number: int, title: str) -> Delivery:
        edits.edit(self.host, self.item(number), at=LATER, by=DEV, title=title)
        return of_item(self.host, self.item(number), "edited", clock=self.clock)


@contextmanager
def staged(folder: Path, *, wrap: Callable[[Any], Any] = lambda app: app) -> Iterator[Stage]:
    host = host_of(repository(issues=[issue(1), issue(2)], pullRequests=[pull(3)]), repository("web"))
    faults = Faults(wrap(github_app(host)))
    engine = new_store(folder)
    with serving({"github": faults}) as urls:
        stage = Stage(host, faults, Site(url=urls["github"], engine=engine, clock=FakeClock(NOW)))
        assert stage.site.poll() == []
        faults.requests.seen.clear()
        stage.clock.slept.clear()
        yield stage
    engine.dispose()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def test_an_item_that_is_told_of_is_looked_at(stage: Stage) -> None:
    taken = stage.site.take(stage.retitled(1, "Faster"))
    assert stage.titles()["acme/shop#1"] == "Faster"
    assert [outcome.word for outcome in taken.outcomes] == ["handled"]
    assert taken.gaps == ()


def test_a_burst_on_one_item_is_one_question(stage: Stage) -> None:
    """A pull request opened with labels, assignees and reviewers fires a handful of deliveries in a second."""
    stage.site.take(*(stage.retitled(3, f"Title {n}") for n in range(8)))
    assert stage.titles()["acme/shop#3"] == "Title 7"
    assert stage.asked == 1


def test_a_burst_on_20_items_is_one_question(stage: Stage) -> None:
    shop = stage.host.repositories[0]
    opened = [edits.open_issue(stage.host, shop, title=f"Wish {n}", at=LATER, by=DEV) for n in range(20)]
    stage.site.take(*(of_item(stage.host, item, "opened", clock=stage.clock) for item in opened))
    assert len(stage.titles()) == 23
    assert stage.asked == 1


def test_a_burst_on_issues_and_pull_requests_is_one_question(stage: Stage) -> None:
    stage.site.take(*(stage.retitled(number, f"Title {number}") for number in (1, 2, 3)))
    assert stage.titles() == {f"acme/shop#{number}": f"Title {number}" for number in (1, 2, 3)}
    assert stage.asked == 1


def test_a_delivery_that_comes_twice_is_taken_once(stage: Stage) -> None:
    """github.md §8: and no second item. # canonical/gh-jira-sync-bot#57"""
    told = stage.retitled(1, "Faster")
    first = stage.site.take(told, told)
    again = stage.site.take(told, done=sorted(first.done))
    assert [outcome.word for outcome in first.outcomes] == ["handled", "repeated"]
    assert [outcome.word for outcome in again.outcomes] == ["repeated"]
    assert stage.asked == 1


def test_deliveries_in_reverse_come_to_the_same(stage: Stage) -> None:
    """getsentry/sentry#121084: closed and reopened, applied in reverse."""
    item = stage.item(1)
    edits.close(stage.host, item, at="2026-11-20T17:00:00Z", by=DEV)
    closed = of_item(stage.host, item, "closed", clock=stage.clock)
    edits.reopen(stage.host, item, at=LATER, by=DEV)
    stage.site.take(of_item(stage.host, item, "reopened", clock=stage.clock), closed)
    with stage.site.engine.begin() as connection:
        status = connection.execute(select(WORK_ITEMS.c.status).where(WORK_ITEMS.c.key == "acme/shop#1")).scalar()
    assert status == "open"


def test_a_failed_delivery_is_accepted_again(stage: Stage) -> None:
    """github.md §8: redelivered, it has the same GUID."""
    told = stage.retitled(1, "Faster")
    stage.faults.plan = [Injection(fault=Answer(status=401, body="{}"), nth=1)]
    with pytest.raises(SourceError):
        stage.site.take(told)
    assert stage.titles()["acme/shop#1"] == "Wish 1"
    stage.faults.plan = []
    stage.site.take(told)
    assert stage.titles()["acme/shop#1"] == "Faster"


def test_what_nobody_signed_changes_nothing(stage: Stage) -> None:
    told = stage.retitled(1, "Faster")
    taken = stage.site.take(Delivery(headers={}, body=told.body, received_at=NOW))
    assert [(outcome.word, outcome.id) for outcome in taken.outcomes] == [("refused", None)]
    assert stage.asked == 0


def test_what_is_no_payload_stops_no_other(stage: Stage) -> None:
    broken = delivered("issues", "edited", clock=stage.clock, raw=b"[]")
    taken = stage.site.take(broken, stage.retitled(1, "Faster"))
    assert [outcome.word for outcome in taken.outcomes] == ["malformed", "handled"]
    assert stage.titles()["acme/shop#1"] == "Faster"


def test_what_is_ignored_or_unknown_asks_nothing(stage: Stage) -> None:
    taken = stage.site.take(*(delivered(event, "created", clock=stage.clock) for event in ("star", "telepathy")))
    assert [outcome.word for outcome in taken.outcomes] == ["ignored", "unknown"]
    assert len(taken.done) == 2
    assert stage.asked == 0


class TestDepartures:
    def test_a_deleted_issue_is_gone_at_once(self, stage: Stage) -> None:
        item = stage.item(1)
        told = of_item(stage.host, item, "deleted", clock=stage.clock)
        edits.delete(stage.host, item)
        stage.site.take(told)
        assert "acme/shop#1" not in stage.titles()
        assert stage.asked == 0

    def test_an_edit_that_comes_after_the_deletion_does_not_ask_for_it(self, stage: Stage) -> None:
        edited, item = stage.retitled(1, "Faster"), stage.item(1)
        deleted = of_item(stage.host, item, "deleted", clock=stage.clock)
        edits.delete(stage.host, item)
        taken = stage.site.take(deleted, edited)
        assert (stage.asked, taken.gaps) == (0, ())

    def test_a_transferred_issue_is_found_where_it_went(self, stage: Stage) -> None:
        item, web = stage.item(1), stage.host.repositories[1]
        before = {"node_id": item["id"], "number": item["number"], "updated_at": item["updatedAt"]}
        moved = edits.transfer(stage.host, item, web, at=LATER, by=DEV)
        changes = {"new_issue": {"node_id": moved["id"]}, "new_repository": {"full_name": "acme/web"}}
        told = {"issue": before, "repository": {"full_name": "acme/shop"}, "changes": changes}
        stage.site.take(delivered("issues", "transferred", clock=stage.clock, **told))
        assert set(stage.titles()) == {"acme/shop#2", "acme/shop#3", "acme/web#1"}

    def test_an_older_id_is_known_by_its_key(self, stage: Stage) -> None:
        told = {"issue": {"node_id": OLDER_ID, "number": 1}, "repository": {"full_name": "acme/shop"}}
        stage.site.take(delivered("issues", "deleted", clock=stage.clock, **told))
        assert "acme/shop#1" not in stage.titles()

    def test_what_was_read_after_it_left_was_a_replica_that_did_not_know(self, stage: Stage) -> None:
        told = of_item(stage.host, stage.item(1), "deleted", clock=stage.clock)
        early = Delivery(headers=told.headers, body=told.body, received_at=NOW - timedelta(hours=1))
        stage.site.take(early)
        assert "acme/shop#1" not in stage.titles()

    def test_its_tombstone_tells_how_it_is_known(self, stage: Stage) -> None:
        stage.site.take(of_item(stage.host, stage.item(1), "deleted", clock=stage.clock, guid="guid-of-the-deletion"))
        with stage.site.engine.begin() as connection:
            (evidence,) = connection.execute(select(TOMBSTONES.c.evidence)).scalars()
        assert evidence == "GitHub's delivery guid-of-the-deletion: issues.deleted by @dev-1"


class TestReplicas:
    def test_an_answer_older_than_what_is_told_is_asked_for_once_more(self, tmp_path: Path) -> None:
        """Replicas may lag behind the webhook."""
        lagging = Lagging()
        with staged(tmp_path, wrap=lambda app: rewriting(app, lagging)) as stage:
            stage.site.take(of_item(stage.host, stage.item(1), "edited", clock=stage.clock))
            lagging.behind = 1
            taken = stage.site.take(stage.retitled(1, "Faster"))
            assert stage.titles()["acme/shop#1"] == "Faster"
            assert (stage.clock.slept, taken.gaps) == ([LAG_S], ())

    def test_one_that_lags_for_long_is_left_to_the_next_poll(self, tmp_path: Path) -> None:
        lagging = Lagging()
        with staged(tmp_path, wrap=lambda app: rewriting(app, lagging)) as stage:
            stage.site.take(of_item(stage.host, stage.item(1), "edited", clock=stage.clock))
            lagging.behind, asked = 100, stage.asked
            stage.site.take(stage.retitled(1, "Faster"))
            assert (stage.titles()["acme/shop#1"], stage.asked - asked) == ("Wish 1", 2)
            stage.site.poll()
            assert stage.titles()["acme/shop#1"] == "Faster"

    def test_an_item_that_answers_by_its_newer_id_is_not_missing(self, tmp_path: Path) -> None:
        """Payloads may hold the older form of an id (`X-Github-Next-Global-ID`)."""
        with staged(tmp_path, wrap=known_by_an_older_id) as stage:
            told = {"issue": {"node_id": OLDER_ID, "number": 1}, "repository": {"full_name": "acme/shop"}}
            edits.edit(stage.host, stage.item(1), at=LATER, by=DEV, title="Faster")
            taken = stage.site.take(delivered("issues", "edited", clock=stage.clock, **told))
            assert stage.titles()["acme/shop#1"] == "Faster"
            assert (stage.clock.slept, taken.gaps) == ([], ())

    def test_an_item_that_is_not_there_yet_is_asked_for_once_more(self, stage: Stage) -> None:
        told = {"issue": {"node_id": "I_unseen", "number": 9}, "repository": {"full_name": "acme/shop"}}
        taken = stage.site.take(delivered("issues", "opened", clock=stage.clock, **told))
        assert (stage.asked, stage.clock.slept) == (2, [LAG_S])
        assert [gap.ref for gap in taken.gaps] == ["github:issue:I_unseen"]


class Lagging:
    """Answers what it answered to the first question about items, for so many questions."""

    behind = 0
    first: Any = None

    def __call__(self, operation: str, answer: Any) -> Any:
        if operation != "items":
            return answer
        self.first = self.first or answer
        self.behind -= 1
        return self.first if self.behind >= 0 else answer


def known_by_an_older_id(app: Any) -> Any:
    """Questions may name the issue by its older id, and are answered with the newer one."""

    async def knowing(scope: Any, receive: Any, send: Any) -> None:
        async def translated() -> Any:
            asked = await receive()
            return asked | {"body": asked.get("body", b"").replace(OLDER_ID.encode(), b"I_1")}

        await app(scope, translated, send)

    return knowing


def test_what_the_source_defines_is_read_anew_by_the_next_poll(stage: Stage) -> None:
    stage.site.take(delivered("label", "edited", clock=stage.clock, repository={"full_name": "acme/shop"}))
    assert stage.asked == 0
    stage.site.poll()
    assert stage.faults.requests.count(operation="repositories") == 1
    stage.site.poll()
    assert stage.faults.requests.count(operation="repositories") == 1


def test_what_a_field_held_is_kept(stage: Stage) -> None:
    """No answer tells what a field of a planning project held before."""
    item = {"node_id": "PVTI_1", "updated_at": LATER}
    value = {"field_node_id": "PVTSSF_1", "field_name": "Size", "from": {"id": "o1", "name": "S"}, "to": None}
    stage.site.take(
        delivered(
            "projects_v2_item", "edited", clock=stage.clock, projects_v2_item=item, changes={"field_value": value}
        )
    )
    with stage.site.engine.begin() as connection:
        row = connection.execute(select(CHANGES).where(CHANGES.c.item_ref == "github:board_item:PVTI_1")).one()
    assert (row.field, row.from_text, row.to_text) == ("Size", "S", None)


@pytest.mark.parametrize(("content", "is_asked"), [("I_1", True), ("I_of_another_repository", False)])
def test_what_stands_on_a_board_is_looked_at_where_it_is_known(stage: Stage, content: str, is_asked: bool) -> None:
    """Boards hold items of repositories that are not read, too."""
    item = {"node_id": "PVTI_1", "updated_at": LATER, "content_node_id": content, "content_type": "Issue"}
    stage.site.take(delivered("projects_v2_item", "edited", clock=stage.clock, projects_v2_item=item))
    assert any(content.encode() in request.body for request in stage.faults.requests.seen) is is_asked
