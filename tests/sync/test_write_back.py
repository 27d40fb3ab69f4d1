"""A mirror shows its tag, and is never read as one."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.source import Memory, Mirror, Writing, Written
from connectors.twin.github import github_app
from connectors.twin.serve import serving
from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.tag import TAGS, tag
from sync.mirrors import unmirrored
from sync.store.load import snapshot
from sync.write_back import Plan, carry_out, planned
from tests.builders import ref_of, table, tables
from tests.clocks import FakeClock
from tests.connectors.github.hosts import NOW, host_of, issue, pull, repository
from tests.stores import new_store
from tests.sync.deliveries import Site

LABELS = Mirror(label_prefix="strategy:")
DAY = date(2026, 11, 20)
STRATEGY = load_strategy("objectives: [{id: checkout, name: C}, {id: growth, name: G}]", "strategy.yaml")
RULES = load_mappings(
    """
rules:
  - {id: mirrored, when: {labels: [strategy:checkout, strategy:growth]}, objective: growth}
  - {id: cart, when: {labels: cart}, objective: checkout}
""",
    "mappings.yaml",
)


class Shown:
    """A place to write to that shows what was written."""

    def __init__(self, shows: Mapping[str, str | None] | None = None) -> None:
        self.shows = dict(shows or {})
        self.asked: dict[str, str | None] = {}

    async def plan(self, tags: Mapping[str, str | None], memory: Memory) -> list[Writing]:
        self.asked = dict(tags)
        return [
            Writing(ref=ref, key=ref.split(":")[-1], remove=self.shows.get(ref), add=objective)
            for ref, objective in tags.items()
            if self.shows.get(ref) != objective
        ]

    async def write(self, writings: Sequence[Writing], memory: Memory) -> list[Written]:
        self.shows |= {writing.ref: writing.add for writing in writings}
        return [Written(writing=writing) for writing in writings]


def tagged(key: str, objective: str | None = None, *, outcome: str = "tagged", weight: float = 1.0) -> dict[str, Any]:
    return {"ref": ref_of(key), "kind": "work_item", "outcome": outcome, "objective": objective, "weight": weight}


def plan(tmp_path: Path, writer: Shown, tags: list[dict[str, Any]], items: list[dict[str, Any]], **rest: Any) -> Plan:
    engine = new_store(tmp_path)
    options = {"source": "jira", "mirror": LABELS, **rest}
    made = asyncio.run(
        planned(writer, engine=engine, tables=tables(work_items=items), tags=table(TAGS, tags), **options)
    )
    engine.dispose()
    return made


class TestPlan:
    def test_it_holds_what_differs_and_nothing_else(self, tmp_path: Path) -> None:
        items = [
            {"key": "PAY-1"},
            {"key": "PAY-2", "labels": ["cart", "strategy:checkout"]},
            {"key": "PAY-3", "labels": ["strategy:growth"]},
            {"key": "PAY-4", "labels": ["cart"]},
        ]
        writer = Shown()
        tags = [tagged("PAY-1", "checkout"), tagged("PAY-2", "checkout"), tagged("PAY-3", outcome="untagged")]
        plan(tmp_path, writer, [*tags, tagged("PAY-4", outcome="exempt")], items)
        assert writer.asked == {ref_of("PAY-1"): "checkout", ref_of("PAY-3"): None}

    def test_of_several_objectives_the_weightiest_shows_then_the_first_by_name(self, tmp_path: Path) -> None:
        writer = Shown()
        tags = [
            tagged("PAY-1", "checkout", weight=0.25),
            tagged("PAY-1", "growth", weight=0.5),
            tagged("PAY-2", "growth", weight=0.5),
            tagged("PAY-2", "checkout", weight=0.5),
        ]
        plan(tmp_path, writer, tags, [{"key": "PAY-1"}, {"key": "PAY-2"}])
        assert writer.asked == {ref_of("PAY-1"): "growth", ref_of("PAY-2"): "checkout"}

    def test_what_is_not_known_stays_as_it_is(self, tmp_path: Path) -> None:
        writer = Shown()
        items = [{"key": "PAY-1", "labels": ["strategy:checkout"]}]
        plan(tmp_path, writer, [tagged("PAY-1", outcome="unknown")], items)
        assert writer.asked == {}

    def test_only_items_of_the_source_are_written_to(self, tmp_path: Path) -> None:
        writer = Shown()
        plan(tmp_path, writer, [tagged("acme/shop#1", "checkout")], [{"key": "acme/shop#1"}])
        assert writer.asked == {}

    def test_what_a_field_shows_the_source_is_asked(self, tmp_path: Path) -> None:
        writer = Shown({ref_of("PAY-1"): "checkout"})
        items = [{"key": "PAY-1"}, {"key": "PAY-2"}]
        tags = [tagged("PAY-1", "checkout"), tagged("PAY-2", outcome="untagged")]
        made = plan(tmp_path, writer, tags, items, mirror=Mirror(field="customfield_1"))
        assert len(writer.asked) == 2
        assert made.writings == ()

    def test_what_moved_last_comes_first_and_the_rest_waits(self, tmp_path: Path) -> None:
        items = [{"key": f"PAY-{n}", "updated_us": f"2026-11-0{n}T09:00Z"} for n in range(1, 6)]
        made = plan(tmp_path, Shown(), [tagged(f"PAY-{n}", "checkout") for n in range(1, 6)], items, most=2)
        assert [writing.key for writing in made.writings] == ["PAY-5", "PAY-4"]
        assert made.left == 3

    def test_it_is_printed_before_anything_is_written(self) -> None:
        writings = (
            Writing(ref="r", key="PAY-1", remove=None, add="strategy:checkout"),
            Writing(ref="r", key="PAY-2", remove="strategy:growth", add="strategy:checkout"),
            Writing(ref="r", key="PAY-3", remove="strategy:growth", add=None),
        )
        assert str(Plan(source="jira", writings=writings, left=1_200)).splitlines() == [
            "PAY-1: add strategy:checkout",
            "PAY-2: remove strategy:growth, add strategy:checkout",
            "PAY-3: remove strategy:growth",
            "1,200 more wait for the next run",
        ]
        assert str(Plan(source="jira", writings=())) == "jira: every mirror shows its tag"


class TestUnmirrored:
    def labels(self, mirrors: dict[str, Mirror]) -> dict[str, list[str]]:
        items = [
            {"key": "PAY-1", "labels": ["cart", "strategy:checkout", "strategyx"]},
            {"key": "PAY-2", "labels": ["strategy:growth"]},
            {"key": "PAY-3"},
            {"key": "acme/shop#1", "labels": ["strategy:mine"]},
        ]
        seen = unmirrored(tables(work_items=items), mirrors)["work_items"]
        return {row["key"]: sorted(row["labels"]) for row in seen.select("key", "labels").to_pyarrow().to_pylist()}

    def test_labels_with_the_prefix_are_not_seen(self) -> None:
        assert self.labels({"jira": LABELS}) == {
            "PAY-1": ["cart", "strategyx"],
            "PAY-2": [],
            "PAY-3": [],
            "acme/shop#1": ["strategy:mine"],
        }

    def test_without_a_mirror_everything_is_seen(self) -> None:
        assert self.labels({})["PAY-2"] == ["strategy:growth"]

    @pytest.mark.parametrize(("mirrors", "outcome"), [({}, "tagged"), ({"jira": Mirror(field="c_1")}, "untagged")])
    def test_no_rule_can_ask_about_a_mirrored_field(self, mirrors: dict[str, Mirror], outcome: str) -> None:
        rules = load_mappings("rules: [{id: f, when: {fields: {Objective: growth}}, objective: growth}]", "m.yaml")
        facts = tables(
            work_items=[{"key": "PAY-1", "fields": '{"c_1": "growth"}'}],
            fields=[{"id": "c_1", "name": "Objective"}],
        )
        seen = unmirrored(facts, mirrors)
        tags = tag(seen, links=links(seen, rules), strategy=STRATEGY, mappings=rules, day=DAY)
        assert tags.outcome.to_pyarrow().to_pylist() == [outcome]


def test_there_is_no_loop(tmp_path: Path) -> None:
    """Written, polled and tagged again, the tags are the same and nothing is left to write: though a rule asks for
    the very labels."""
    clock = FakeClock(NOW)
    labelled, untagged = issue(1, labels=[{"name": "cart"}]), issue(2)
    host = host_of(repository(issues=[labelled, untagged], pullRequests=[pull(3)]))
    host.now = clock.now
    engine = new_store(tmp_path)
    with serving({"github": github_app(host)}) as urls:
        site = Site(url=urls["github"], engine=engine, clock=clock, mirror=LABELS)

        def read() -> tuple[list[dict[str, Any]], Any, Any]:
            clock.wind(600)
            site.poll()
            facts = snapshot(engine, datetime(2026, 12, 1, tzinfo=UTC)).tables
            seen = unmirrored(facts, {"github": LABELS})
            tags = tag(seen, links=links(seen, RULES), strategy=STRATEGY, mappings=RULES, day=DAY).cache()
            return tags.to_pyarrow().to_pylist(), facts, tags

        def planned_now(facts: Any, tags: Any) -> Plan:
            return site.with_source(
                lambda source: planned(source, source="github", mirror=LABELS, engine=engine, tables=facts, tags=tags)
            )

        before, facts, tags = read()
        made = planned_now(facts, tags)
        done = site.with_source(lambda source: carry_out(source, made, engine=engine))
        after, facts, tags = read()
        own = facts["changes"].filter(facts["changes"].own).to_text.to_pyarrow().to_pylist()

        assert [(one.writing.key, one.writing.add, one.error) for one in done] == [
            ("acme/shop#3", "strategy:checkout", None),
            ("acme/shop#1", "strategy:checkout", None),
        ]
        assert after == before
        assert planned_now(facts, tags).writings == ()
        assert own == ["strategy:checkout", "strategy:checkout"]
    engine.dispose()
