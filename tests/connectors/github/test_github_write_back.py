"""Mirrors of tags at a GitHub stand-in: one label, or one field of a planning project, and nothing else."""

import gzip
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import pytest
from graphql import build_schema, parse, validate
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Refused
from connectors.github import GitHub, board_field
from connectors.github.mirror import label_writings, mirrors, still_lacking
from connectors.github.write_back import LABELS as LABELS_ASKED
from connectors.own import marked
from connectors.records import Batch, Change, ChildSet
from connectors.source import Memory, Mirror, Writing, Written
from connectors.twin import github_edits as edits
from connectors.twin.faults import Answer, Faults, Injection
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving
from tests.clocks import NOON, FakeClock
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import DEV, NOW, host_of, issue, pull, repository, use
from tests.shared import shared

T = TypeVar("T")

LABELS = Mirror(label_prefix="strategy:")
ISSUE, PULL = "github:issue:I_1", "github:pull_request:PR_2"


@dataclass
class Stage:
    host: GitHubHost
    faults: Faults
    url: str
    clock: FakeClock
    mirror: Mirror | None

    def labels(self, number: int) -> list[str]:
        return [label["name"] for label in self.host.numbered["R_shop", number].get("labels", ())]

    def use(self, act: Callable[[GitHub], Awaitable[T]]) -> T:
        return use(self, act, mirror=self.mirror)

    def plan(self, tags: dict[str, str | None]) -> list[Writing]:
        return self.use(lambda source: source.plan(tags, Memory()))

    def write(self, *writings: Writing) -> list[Written]:
        return self.use(lambda source: source.write(writings, Memory()))

    def mirrored(self, tags: dict[str, str | None]) -> list[Written]:
        return self.write(*self.plan(tags))

    def asked(self, method: str) -> list[str]:
        return [
            f"{one.path}" for one in self.faults.requests.seen if one.method == method and "graphql" not in one.path
        ]

    def poll(self, stored: Stored) -> None:
        async def read(source: GitHub) -> None:
            async for batch in source.poll(stored.memory):
                stored.apply(batch)

        self.use(read)


@contextmanager
def staged(*plan: Injection, mirror: Mirror | None = LABELS, **shop: Any) -> Iterator[Stage]:
    items = {"issues": [issue(1, labels=[{"name": "bug"}])], "pullRequests": [pull(2)]}
    host = host_of(repository(**{**items, **shop}))
    faults = Faults(github_app(host), plan)
    with serving({"github": faults}) as urls:
        yield Stage(host=host, faults=faults, url=urls["github"], clock=FakeClock(NOW), mirror=mirror)


class TestLabels:
    def test_the_label_is_put_on_beside_the_others(self) -> None:
        with staged() as stage:
            assert stage.plan({ISSUE: "checkout", PULL: None}) == [
                Writing(ref=ISSUE, key="acme/shop#1", remove=None, add="strategy:checkout")
            ]
            done = stage.mirrored({ISSUE: "checkout"})
            assert [written.error for written in done] == [None]
            assert stage.labels(1) == ["bug", "strategy:checkout"]

    def test_the_plan_of_a_written_mirror_is_empty(self) -> None:
        with staged() as stage:
            tags: dict[str, str | None] = {ISSUE: "checkout", PULL: "growth"}
            stage.mirrored(tags)
            assert stage.plan(tags) == []

    def test_another_objective_takes_the_place_of_the_first(self) -> None:
        with staged() as stage:
            stage.mirrored({ISSUE: "checkout"})
            stage.mirrored({ISSUE: "growth"})
            assert stage.labels(1) == ["bug", "strategy:growth"]

    def test_an_item_that_serves_nothing_loses_its_mirror_and_nothing_else(self) -> None:
        with staged(
            issues=[issue(1, labels=[{"name": n} for n in ("bug", "strategy:a", "strategy:b", "strategyx")])]
        ) as stage:
            stage.mirrored({ISSUE: None})
            assert stage.labels(1) == ["bug", "strategyx"]

    def test_the_set_of_labels_is_never_written_whole(self) -> None:
        """Only one label at a time comes or goes: no PUT, no PATCH."""
        with staged() as stage:
            stage.mirrored({ISSUE: "checkout"})
            stage.mirrored({ISSUE: "growth"})
            assert (stage.asked("PUT"), stage.asked("PATCH")) == ([], [])
            assert stage.asked("DELETE") == ["/repos/acme/shop/issues/1/labels/strategy:checkout"]

    def test_what_is_written_already_is_not_written_again(self) -> None:
        with staged() as stage:
            writing = Writing(ref=ISSUE, key="acme/shop#1", remove="strategy:old", add="bug")
            assert stage.write(writing) == [Written(writing=writing)]
            assert (stage.asked("POST"), stage.asked("DELETE")) == ([], [])

    def test_a_label_that_the_repository_has_in_another_case_is_the_same(self) -> None:
        with staged(issues=[issue(1, labels=[{"name": "Strategy:Checkout"}])]) as stage:
            assert stage.plan({ISSUE: "checkout"}) == []

    def test_a_name_with_signs_is_taken_off_by_that_name(self) -> None:
        with staged(issues=[issue(1, labels=[{"name": "strategy:a/b? c#d%"}])]) as stage:
            done = stage.mirrored({ISSUE: None})
            assert (done[0].error, stage.labels(1)) == (None, [])

    def test_one_write_a_second(self) -> None:
        with staged() as stage:
            stage.mirrored({ISSUE: "checkout", PULL: "checkout"})
            writes = len(stage.asked("POST"))
            assert writes == 3  # the label is made once
            assert sum(stage.clock.slept) >= writes

    def test_a_hundred_items_are_looked_at_in_one_question(self) -> None:
        with staged(issues=[issue(n) for n in range(1, 100)], pullRequests=[]) as stage:
            stage.plan({f"github:issue:I_{n}": None for n in range(1, 100)})
            assert len(stage.faults.requests) == 1

    def test_an_item_that_is_not_to_be_seen_is_left_out(self) -> None:
        with staged() as stage:
            assert stage.plan({"github:issue:I_gone": "checkout"}) == []
            gone = Writing(ref="github:issue:I_gone", key="acme/shop#9", remove=None, add="strategy:checkout")
            (written,) = stage.write(gone)
            assert "not to be seen" in (written.error or "")

    def test_a_refusal_says_which_permission_it_takes(self) -> None:
        """The header names what would do: nobody should have to guess."""
        refusal = Answer(
            status=403,
            body='{"message": "Resource not accessible by personal access token"}',
            headers={"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"},
        )
        with staged(Injection(fault=refusal, path="/labels", times=None)) as stage:
            done = stage.mirrored({ISSUE: "checkout", PULL: "checkout"})
            assert all("issues=write" in (written.error or "") for written in done)
            assert (
                len(stage.asked("POST")) == 2
            )  # to make the label, and to put it on once: then no more of that repository
            assert stage.labels(1) == ["bug"]

    def test_a_limit_is_waited_for(self) -> None:
        limit = Answer(status=403, headers={"Retry-After": "30"}, body='{"message": "secondary rate limit"}')
        with staged(Injection(fault=limit, path="/labels", nth=1)) as stage:
            done = stage.mirrored({ISSUE: "checkout"})
            assert (done[0].error, stage.labels(1)) == (None, ["bug", "strategy:checkout"])
            assert sum(stage.clock.slept) >= 30

    def test_a_label_that_somebody_else_took_off_is_off(self) -> None:
        nowhere = Answer(status=404, body='{"message": "Label does not exist"}')
        with (
            staged(
                Injection(fault=nowhere, path="/labels/"), issues=[issue(1, labels=[{"name": "strategy:old"}])]
            ) as stage,
        ):
            assert [written.error for written in stage.mirrored({ISSUE: None})] == [None]

    def test_a_refusal_to_take_it_off_is_no_success(self) -> None:
        """A 404 is also how GitHub refuses what it does not show."""
        nowhere = Answer(status=404, body='{"message": "Not Found"}')
        mirrored = [issue(1, labels=[{"name": "strategy:old"}])]
        with staged(Injection(fault=nowhere, path="/labels/"), issues=mirrored) as stage:
            (written,) = stage.mirrored({ISSUE: None})
            assert "Not Found" in (written.error or "")

    def test_a_name_that_github_cannot_take_stops_no_other(self) -> None:
        wrong = Answer(status=422, body='{"message": "Validation Failed: name is too long (maximum is 50 characters)"}')
        with staged(Injection(fault=wrong, path="/issues/1/labels")) as stage:
            first, second = stage.mirrored({ISSUE: "x" * 60, PULL: "growth"})
            assert "too long" in (first.error or "")
            assert (second.error, stage.labels(2)) == (None, ["cart", "strategy:growth"])

    def test_where_nothing_is_configured_nothing_is_written(self) -> None:
        with staged(mirror=None) as stage, pytest.raises(Refused, match="not to be written to"):
            stage.plan({ISSUE: "checkout"})


class TestKnownAgain:
    def test_our_own_writing_comes_back_as_ours(self) -> None:
        with staged() as stage:
            stage.mirrored({ISSUE: "checkout"})
            stored = Stored()
            stage.poll(stored)
            rows = stored.children[ISSUE, "changes"].rows
            assert [(row.to_text, row.own) for row in rows if row.field == "labels"] == [("strategy:checkout", True)]
            assert [row.own for row in rows if row.field != "labels"] == [False]

    def test_the_same_label_by_somebody_else_is_a_change(self) -> None:
        with staged() as stage:
            edits.label(
                stage.host, stage.host.numbered["R_shop", 1], "strategy:checkout", at="2026-11-20T18:00:00Z", by=DEV
            )
            stored = Stored()
            stage.poll(stored)
            assert not any(row.own for row in stored.children[ISSUE, "changes"].rows)

    def test_who_we_are_is_asked_once_a_day(self) -> None:
        with staged() as stage:
            stored = Stored()
            stage.poll(stored)
            stage.poll(stored)
            assert stage.faults.requests.count(operation="viewer") == 1

    def test_without_a_mirror_nobody_asks(self) -> None:
        with staged(mirror=None) as stage:
            stage.poll(Stored())
            assert stage.faults.requests.count(operation="viewer") == 0


def change(**fields: Any) -> Change:
    silent = dict.fromkeys(("field_id", "from_id", "from_text", "to_id", "to_text"))
    told = {"item_ref": ISSUE, "id": "c", "index": 0, "at": NOON, "author": "github:account:ME", "field": "labels"}
    return Change(**{**silent, **told, **fields})


@pytest.mark.parametrize(
    ("told", "mirror", "own"),
    [
        (change(to_text="strategy:a"), LABELS, True),
        (change(from_text="strategy:a"), LABELS, True),
        (change(to_text="bug"), LABELS, False),
        (change(), LABELS, False),
        (change(to_text="bug"), Mirror(), False),
        (change(to_text="strategy:a", author="github:account:U_dev"), LABELS, False),
        (change(to_text="strategy:a", author=None), LABELS, False),
        (change(field="title", to_text="strategy:a"), LABELS, False),
        (change(field="Objective", field_id="F_1", to_text="a"), Mirror(field="PVT_1/F_1"), True),
        (change(field="Size", field_id="F_2", to_text="a"), Mirror(field="PVT_1/F_1"), False),
    ],
)
def test_own_is_what_our_account_did_to_the_mirror(told: Change, mirror: Mirror, own: bool) -> None:
    rows = ChildSet(item_ref=ISSUE, kind="changes", version_at=NOON, complete=False, rows=(told,))
    batch = Batch(source="github", read_at=NOON, children=(rows,))
    batch = marked(batch, accounts=["github:account:ME"], mirrors=partial(mirrors, mirror))
    assert [change.own for rows in batch.children for change in rows.rows] == [own]


NAMES = st.sampled_from(["bug", "Strategy:a", "strategy:a", "strategy:b", "STRATEGY:B", "strategy", "strategy:"])


@given(labels=st.lists(NAMES, unique_by=str.casefold), objective=st.none() | st.sampled_from(["a", "b"]))
def test_what_is_written_shows_the_tag_and_touches_nothing_else(labels: list[str], objective: str | None) -> None:
    writings = list(label_writings(ref="r", key="k", labels=labels, objective=objective, prefix="strategy:"))
    after = list(labels)
    for writing in writings:
        lacking = still_lacking(writing, after)
        assert lacking == writing
        after = [label for label in after if label != writing.remove] + ([writing.add] if writing.add else [])
    assert [one for one in labels if not one.startswith("strategy:")] == [
        one for one in after if not one.startswith("strategy:")
    ]
    assert list(label_writings(ref="r", key="k", labels=after, objective=objective, prefix="strategy:")) == []
    if objective:
        assert any(label.casefold() == f"strategy:{objective}" for label in after)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "query", [LABELS_ASKED, board_field.FIELD, board_field.ITEMS, board_field.SET, board_field.CLEAR]
)
def test_what_is_asked_and_written_is_githubs_own_language(query: str) -> None:
    """The published schema breaks a rule of the language here and there."""
    text = gzip.decompress(shared("contracts/github/graphql-schema.graphql.gz").read_bytes()).decode()
    assert validate(build_schema(text, assume_valid=True), parse(query)) == []


FIELD = Mirror(field="PVT_1/F_objective")
OPTIONS = [{"id": "o1", "name": "checkout"}, {"id": "o2", "name": "growth"}]


def board(**field: Any) -> dict[str, Any]:
    """A planning project with the issue on it, and a field of objectives."""
    at = "2026-10-01T09:00:00Z"
    objective = {"id": "F_objective", "name": "Objective", "createdAt": at, **field}
    made = {"id": "PVT_1", "number": 1, "title": "Plan", "createdAt": at, "fields": [objective]}
    item = {"id": "PVTI_1", "content": "I_1", "createdAt": at, "updatedAt": at, "fieldValues": []}
    return {**made, "items": [item, {**item, "id": "PVTI_2", "content": "PR_2", "isArchived": True}]}


def single_select() -> dict[str, Any]:
    return board(__typename="ProjectV2SingleSelectField", dataType="SINGLE_SELECT", options=OPTIONS)


def text() -> dict[str, Any]:
    return board(__typename="ProjectV2Field", dataType="TEXT")


@contextmanager
def planned(made: dict[str, Any], *plan: Injection, mirror: Mirror = FIELD) -> Iterator[Stage]:
    owner = {"__typename": "Organization", "login": "acme", "projectsV2": [made]}
    host = host_of(repository(issues=[issue(1), issue(3)], pullRequests=[pull(2)]), organizations=[owner])
    faults = Faults(github_app(host), plan)
    with serving({"github": faults}) as urls:
        yield Stage(host=host, faults=faults, url=urls["github"], clock=FakeClock(NOW), mirror=mirror)


class TestBoardField:
    @pytest.mark.parametrize("made", [single_select, text], ids=["single select", "text"])
    def test_the_field_shows_the_objective_until_there_is_none(self, made: Callable[[], dict[str, Any]]) -> None:
        with planned(made()) as stage:
            shown = {"ref": ISSUE, "key": "acme/shop#1"}
            assert stage.plan({ISSUE: "checkout"}) == [Writing(**shown, remove=None, add="checkout")]
            assert [written.error for written in stage.mirrored({ISSUE: "checkout"})] == [None]
            assert stage.plan({ISSUE: "checkout"}) == []
            assert stage.plan({ISSUE: "growth"}) == [Writing(**shown, remove="checkout", add="growth")]
            stage.mirrored({ISSUE: None})
            assert stage.plan({ISSUE: None}) == []

    def test_what_is_not_on_the_board_or_archived_stays_as_it_is(self) -> None:
        with planned(single_select()) as stage:
            assert stage.plan({"github:issue:I_3": "checkout", PULL: "checkout"}) == []

    def test_an_objective_without_an_option_says_what_to_do(self) -> None:
        with planned(single_select()) as stage:
            (written,) = stage.mirrored({ISSUE: "trust"})
            assert written.error == ("the field Objective has no option trust. Add it in the project's settings")

    def test_a_field_that_holds_no_objective_is_refused(self) -> None:
        for mirror in (Mirror(field="PVT_1/F_gone"), Mirror(field="PVT_1")):
            with planned(text(), mirror=mirror) as stage, pytest.raises(Refused) as refused:
                stage.plan({ISSUE: "checkout"})
            assert "PROJECT_ID/FIELD_ID" in refused.value.hint

    def test_a_refusal_says_which_permission_it_takes(self) -> None:
        denied = '{"data": {"written": null}, "errors": [{"type": "FORBIDDEN", "path": ["written"], "message": "no"}]}'
        with planned(text(), Injection(fault=Answer(status=200, body=denied), operation="mirror")) as stage:
            (written,) = stage.mirrored({ISSUE: "checkout"})
            assert "write access to the organisation's projects" in (written.error or "")
