"""Why an item is tagged so, and why not otherwise: the trace says what `tag` decided, and on what grounds."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.explain import Explanation, explain
from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.tag import tag
from mappings.trace import Line, Step
from tests.builders import ref_of, tables

DAY = date(2026, 11, 20)
STRATEGY = load_strategy("objectives: [{id: checkout, name: C}, {id: growth, name: G}, {id: trust, name: T}]", "s.yaml")
RULES = """\
exempt:
  - {id: on-call, when: {labels: duty}, reason: Operations duty}
rules:
  - id: early
    when: {project: PAY}
    objective: trust
    from: 2027-01-01
  - id: cart
    when:
      labels: [cart, basket]
      any:
        - title: {contains: checkout}
        - {type: Bug, not: {flagged: true}}
    objective: checkout
  - {id: pay, when: {project: PAY}, objectives: {growth: 0.5, trust: 0.25}}
  - {id: web, when: {project: WEB}, objective: growth}
  - {id: below, when: {ancestor: {type: Epic}, fields: {Team: Web}}, objective: checkout}
overrides:
  - {item: OPS-1, objective: growth, by: map keeper, on: 2026-11-02, reason: Second thought}
  - {item: OLD-9, objective: checkout, by: map keeper, on: 2026-11-01, reason: First thought}
  - {item: OPS-1, objective: checkout, by: map keeper, on: 2027-01-01, reason: Not yet}
cuts:
  - {item: PAY-1, pull_request: acme/shop#8, by: map keeper, on: 2026-11-20, reason: Another PAY-1}
"""
FACTS = {
    "work_items": [
        {"key": "PAY-1", "labels": ["cart"], "title": "Fast checkout"},
        {"key": "PAY-2", "labels": ["cart"], "title": "Slow pages", "type": "Bug", "flagged": True},
        {"key": "PAY-3"},
        {"key": "WEB-1", "title": "The epic", "type": "Epic"},
        {"key": "WEB-2"},
        {"key": "LAB-1", "labels": ["duty"], "parent_ref": ref_of("WEB-1")},
        {"key": "LAB-2", "parent_ref": ref_of("LAB-1"), "fields": '{"f1": "Lab"}'},
        {"key": "LAB-3", "parent_ref": "jira:work_item:77"},
        {"key": "OPS-1", "labels": ["duty"]},
    ],
    "fields": [{"id": "f1", "name": "Team"}],
    "changes": [{"item_ref": ref_of("OPS-1"), "id": "1", "index": 0, "field": "key", "from_text": "OLD-9"}],
    "pull_requests": [
        {"key": "acme/shop#7", "title": "Faster (PAY-3)", "head": "feature/pay-3-basket", "body": "See WEB-2."},
        {"key": "acme/shop#8", "title": "PAY-1 and PAY-3: tidy up", "labels": ["cart"]},
    ],
}


class World:
    """Facts, and what the rules make of them."""

    def __init__(self, rules: str, **rows) -> None:
        self.facts, self.mappings = tables(**rows), load_mappings(rules, "mappings.yaml")
        self.links = links(self.facts, self.mappings).cache()
        given = {"links": self.links, "strategy": STRATEGY, "mappings": self.mappings, "day": DAY}
        self.tags = tag(self.facts, **given).cache()

    def explain(self, key: str) -> Explanation:
        ref = ref_of(key, kind="pull_request" if "#" in key else "work_item")
        given = {"tags": self.tags, "links": self.links, "mappings": self.mappings, "day": DAY}
        return explain(self.facts, ref, **given)


@pytest.fixture(scope="module")
def explained():
    """The explanation of an item by its key."""
    return cache(World(RULES, **FACTS).explain)


def judged(found: Explanation) -> dict[str, str]:
    return {step.id: step.judgement for step in found.steps}


def step(found: Explanation, name: str) -> Step:
    return next(each for each in found.steps if each.id == name)


def told(line: Line) -> tuple:
    """at, whether it holds, what it says, what was found; and the lines within."""
    return (line.at, line.holds, line.says, line.found, *map(told, line.lines))


def test_each_exemption_and_rule_is_asked_in_order_until_one_matches(explained):
    found = explained("PAY-1")
    assert judged(found) == {
        "on-call": "failed",
        "early": "not_begun",
        "cart": "matched",
        "pay": "shadowed",
        "web": "not_asked",
        "below": "not_asked",
    }
    assert [(each.objective, each.weight, each.rule) for each in found.tags] == [("checkout", 1.0, "cart")]


def test_every_line_says_where_it_stands_whether_it_held_and_what_the_item_has_there(explained):
    assert [told(line) for line in step(explained("PAY-2"), "cart").when.lines] == [
        (10, True, "labels: [cart, basket]", ["cart"]),
        (
            12,
            False,
            "any: [{title: {contains: checkout}}, {type: Bug, not: {flagged: true}}]",
            None,
            (12, False, "title: {contains: checkout}", "Slow pages"),
            (
                13,
                False,
                "type: Bug, not: {flagged: true}",
                None,
                (13, True, "type: Bug", "Bug"),
                (13, False, "not: {flagged: true}", None, (13, True, "flagged: true", True)),
            ),
        ),
    ]


def test_what_a_pull_request_cannot_have_is_neither_held_nor_failed(explained):
    found = explained("acme/shop#8")
    assert step(found, "pay").when.holds is None
    assert step(found, "on-call").when.holds is False


def test_a_custom_field_and_a_relation_say_what_was_found(explained):
    assert [told(line) for line in step(explained("LAB-2"), "below").when.lines] == [
        (17, True, "ancestor: {type: Epic}", ["LAB-1", "WEB-1"]),
        (17, False, "field Team: Web", ["Lab"]),
    ]


def test_the_ancestors_stand_in_order_each_with_its_own_tags_and_the_nearest_decides(explained):
    found = explained("LAB-2")
    chain = [(each.thing.key, each.distance, each.decides, each.tags[0].outcome) for each in found.ancestors]
    assert chain == [("LAB-1", 1, True, "exempt"), ("WEB-1", 2, False, "tagged")]
    assert (found.tags[0].origin, found.tags[0].via) == ("inherited", "LAB-1")


def test_a_parent_that_is_not_read_is_named_by_its_ref(explained):
    assert [(each.thing.key, each.tags) for each in explained("LAB-3").ancestors] == [("jira:work_item:77", ())]


def test_an_override_says_who_when_and_why_and_decides_before_every_rule(explained):
    found = explained("OPS-1")
    assert [(each.on.isoformat(), each.by, each.reason, each.at, each.counts) for each in found.overrides] == [
        ("2026-11-01", "map keeper", "First thought", 20, False),
        ("2026-11-02", "map keeper", "Second thought", 19, True),
        ("2027-01-01", "map keeper", "Not yet", 21, False),
    ]
    assert judged(found)["on-call"] == "shadowed"
    assert [(each.origin, each.objective) for each in found.tags] == [("override", "growth")]


def test_a_link_shows_all_its_evidence_with_class_place_and_text(explained):
    found = explained("acme/shop#7")
    evidence = {
        link.thing.key: [(each.place, each.link_class, each.text) for each in link.evidence] for link in found.links
    }
    assert evidence == {
        "PAY-3": [("branch", "implements", "feature/pay-3-basket"), ("title", "implements", "Faster (PAY-3)")],
        "WEB-2": [("body", "mentions", "See WEB-2.")],
    }
    assert {link.thing.key: link.counts for link in found.links} == {"PAY-3": True, "WEB-2": False}
    assert {each.objective: (each.weight, each.via) for each in found.tags} == {
        "growth": (0.5, "PAY-3"),
        "trust": (0.25, "PAY-3"),
    }


def test_of_a_work_item_the_pull_requests_that_name_it(explained):
    assert [(link.thing.key, link.counts) for link in explained("WEB-2").links] == [("acme/shop#7", False)]


def test_a_link_that_was_cut_says_who_cut_it_and_why(explained):
    cut, kept = explained("acme/shop#8").links
    assert {(each.cut.by, each.cut.reason) for each in cut.evidence if each.cut} == {("map keeper", "Another PAY-1")}
    assert (cut.counts, kept.counts) == (False, True)
    assert [each.cut for each in kept.evidence] == [None]


def test_an_item_that_is_not_there_is_no_item(explained):
    with pytest.raises(KeyError):
        explained("PAY-99")


WORDS = st.sampled_from(["cart", "grow", "duty"])
TEXT = st.one_of(
    WORDS,
    st.lists(WORDS, min_size=1, max_size=2),
    WORDS.map(lambda word: {"contains": word[:2]}),
    WORDS.map(lambda word: {"not": word}),
)
WHEN = st.recursive(
    st.fixed_dictionaries({}, optional={"labels": TEXT, "title": TEXT, "type": TEXT}).filter(bool),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "all": st.lists(inner, min_size=1, max_size=2),
            "any": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ).filter(bool),
    max_leaves=4,
)
ITEM = st.fixed_dictionaries({"labels": st.lists(WORDS, max_size=2), "title": WORDS, "type": st.none() | WORDS})


@settings(max_examples=5, deadline=None)
@given(whens=st.lists(WHEN, min_size=1, max_size=4), item=ITEM)
def test_the_first_step_that_matched_is_the_rule_of_the_tag(whens, item):
    rules = [{"id": f"r{place}", "when": when, "objective": "growth"} for place, when in enumerate(whens)]
    world = World(str({"rules": rules}), work_items=[{"key": "LAB-1", **item}])
    found = world.explain("LAB-1")
    assert [each.id for each in found.steps if each.judgement == "matched"] == [
        row.rule for row in found.tags if row.rule
    ]
    assert all(agrees(each.when) for each in found.steps)


def agrees(line: Line) -> bool:
    """A condition of several lines holds where every one of them does; `any` and `not` are lines of their own."""
    if not line.lines or line.says.startswith(("any: ", "not: ")):
        return all(map(agrees, line.lines))
    return line.holds == all(each.holds for each in line.lines) and all(map(agrees, line.lines))
