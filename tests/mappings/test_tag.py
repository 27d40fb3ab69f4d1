"""What an item is for, and why: the order of precedence, inheritance, links, and the balance."""

from collections import Counter
from datetime import date
from random import Random

import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.ancestry import DEPTH, chain_problems
from mappings.links import LINKS
from mappings.load import load_mappings, load_strategy
from mappings.tag import TAGS, tag
from tests.builders import ref_of, table, tables

DAY = date(2026, 11, 20)
STRATEGY = load_strategy("objectives: [{id: checkout, name: C}, {id: growth, name: G}, {id: trust, name: T}]", "s.yaml")
RULES = """
rules:
  - {id: cart, when: {labels: cart}, objective: checkout}
  - {id: grow, when: {labels: grow}, objective: growth}
  - {id: both, when: {labels: both}, objectives: {checkout: 0.5, trust: 0.25}}
exempt:
  - {id: on-call, when: {labels: duty}, reason: Operations duty}
overrides:
  - {item: PAY-12, objective: growth, by: map keeper, on: 2026-11-20, reason: Agreed}
"""


def link(pull: str, to: str | None, link_class: str = "implements", *, outcome: str = "resolved") -> dict[str, object]:
    stated = {"item_ref": ref_of(pull, kind="pull_request"), "to_ref": to and ref_of(to), "to_key": to or "ABC-1"}
    return {**stated, "class": link_class, "place": "title", "outcome": outcome}


def tags(mappings: str = RULES, *, links: list[dict] | None = None, day: date = DAY, **rows) -> ir.Table:
    return tag(
        tables(**rows),
        links=table(LINKS, links or []),
        strategy=STRATEGY,
        mappings=load_mappings(mappings, "mappings.yaml"),
        day=day,
    )


def told(found: ir.Table) -> dict[str, list[str]]:
    """key → each objective with its weight, or the outcome; and the origin, and what it came through."""
    told: dict[str, list[str]] = {}
    for row in found.to_pyarrow().to_pylist():
        aim = f"{row['objective']} {row['weight']:g}" if row["outcome"] == "tagged" else row["outcome"]
        via = row["via_ref"] and row["via_ref"].split(":")[-1]
        words = [aim, row["origin"], row["rule"], via and f"via {via}"]
        told.setdefault(row["ref"].split(":")[-1], []).append(" ".join(word for word in words if word))
    return told


def test_an_override_beats_an_exemption_beats_a_rule():
    items = [
        {"key": "PAY-12", "labels": ["duty", "cart"]},
        {"key": "PAY-2", "labels": ["duty", "cart"]},
        {"key": "PAY-3", "labels": ["cart", "grow"]},
        {"key": "PAY-4"},
    ]
    assert told(tags(work_items=items)) == {
        "PAY-12": ["growth 1 override"],
        "PAY-2": ["exempt exemption on-call"],
        "PAY-3": ["checkout 1 rule cart"],
        "PAY-4": ["untagged"],
    }


def test_the_row_names_the_rule_and_the_clause_that_held():
    rules = "rules: [{id: shop, when: {any: [{labels: cart}, {title: {contains: basket}}]}, objective: checkout}]"
    found = tags(rules, work_items=[{"key": "PAY-1", "title": "Fast basket"}]).to_pyarrow().to_pylist()
    assert found == [
        {
            "ref": ref_of("PAY-1"),
            "kind": "work_item",
            "outcome": "tagged",
            "objective": "checkout",
            "weight": 1.0,
            "origin": "rule",
            "rule": "shop",
            "clause": "title: {contains: basket}",
            "via_ref": None,
            "distance": 0,
        }
    ]


def test_an_override_names_who_and_why_and_counts_from_its_day():
    (row,) = tags(work_items=[{"key": "PAY-12"}]).to_pyarrow().to_pylist()
    assert row["clause"] == "map keeper, 2026-11-20: Agreed"
    assert told(tags(day=date(2026, 11, 19), work_items=[{"key": "PAY-12"}])) == {"PAY-12": ["untagged"]}


def test_the_latest_override_counts_by_whatever_key_it_names_the_item():
    overrides = """
overrides:
  - {item: PAY-1, objective: growth, by: map keeper, on: 2026-11-02, reason: Second thought}
  - {item: OLD-9, objective: trust, by: map keeper, on: 2026-11-01, reason: First thought}
  - {item: acme/shop#7, objective: checkout, by: map keeper, on: 2026-11-01, reason: A pull request}
"""
    moved = [{"item_ref": ref_of("PAY-1"), "id": "1", "index": 0, "field": "key", "from_text": "OLD-9"}]
    facts = {"work_items": [{"key": "PAY-1"}], "changes": moved, "pull_requests": [{"key": "acme/shop#7"}]}
    assert told(tags(overrides, **facts)) == {"PAY-1": ["growth 1 override"], "acme/shop#7": ["checkout 1 override"]}
    assert told(tags(overrides, day=date(2026, 11, 1), **facts))["PAY-1"] == ["trust 1 override"]


def test_a_rule_counts_from_its_day():
    rules = "rules: [{id: a, when: {project: PAY}, objective: growth, from: 2026-11-20}]"
    item = [{"key": "PAY-1"}]
    assert told(tags(rules, work_items=item)) == {"PAY-1": ["growth 1 rule a"]}
    assert told(tags(rules, day=date(2026, 11, 19), work_items=item)) == {"PAY-1": ["untagged"]}


def test_weights_stand_as_written_and_the_rest_is_nobodys():
    assert told(tags(work_items=[{"key": "PAY-1", "labels": ["both"]}])) == {
        "PAY-1": ["checkout 0.5 rule both", "trust 0.25 rule both"]
    }


def test_an_objective_that_the_strategy_lacks_counts_as_none():
    rules = """
rules:
  - {id: a, when: {project: PAY}, objectives: {gone: 0.5, trust: 0.5}}
  - {id: b, when: {project: WEB}, objective: gone}
"""
    assert told(tags(rules, work_items=[{"key": "PAY-1"}, {"key": "WEB-1"}])) == {
        "PAY-1": ["trust 0.5 rule a"],
        "WEB-1": ["untagged"],
    }


def family(*labels: str) -> list[dict[str, object]]:
    """PAY-1, its child PAY-2, its child PAY-3 …, each with its label; none where it is empty."""
    parents = [None, *(ref_of(f"PAY-{place}") for place in range(1, len(labels)))]
    return [
        {"key": f"PAY-{place}", "labels": [label] if label else [], "parent_ref": parent}
        for place, (label, parent) in enumerate(zip(labels, parents, strict=True), start=1)
    ]


def test_a_child_takes_after_its_nearest_tagged_ancestor():
    assert told(tags(work_items=family("grow", "cart", "", "", "both"))) == {
        "PAY-1": ["growth 1 rule grow"],
        "PAY-2": ["checkout 1 rule cart"],
        "PAY-3": ["checkout 1 inherited cart via PAY-2"],
        "PAY-4": ["checkout 1 inherited cart via PAY-2"],
        "PAY-5": ["checkout 0.5 rule both", "trust 0.25 rule both"],
    }


def test_an_exemption_is_inherited_too():
    assert told(tags(work_items=family("duty", "")))["PAY-2"] == ["exempt inherited on-call via PAY-1"]


def test_parents_are_followed_eight_deep_and_a_longer_chain_is_told():
    found = told(tags(work_items=family("cart", *[""] * (DEPTH + 1))))
    assert found[f"PAY-{DEPTH + 1}"] == ["checkout 1 inherited cart via PAY-1"]
    assert found[f"PAY-{DEPTH + 2}"] == ["untagged"]
    facts = tables(work_items=family("cart", *[""] * (DEPTH + 1)))
    problems = chain_problems(facts["work_items"]).to_pyarrow().to_pylist()
    assert problems == [{"ref": ref_of(f"PAY-{DEPTH + 2}"), "problem": "too_deep"}]


def test_a_circle_of_parents_ends_and_is_told():
    items = [
        {"key": "PAY-1", "parent_ref": ref_of("PAY-2")},
        {"key": "PAY-2", "parent_ref": ref_of("PAY-1"), "labels": ["cart"]},
        {"key": "PAY-3", "parent_ref": ref_of("PAY-1")},
        {"key": "PAY-4", "parent_ref": ref_of("PAY-99")},
    ]
    found = told(tags(work_items=items))
    assert found["PAY-1"] == found["PAY-3"] == ["checkout 1 inherited cart via PAY-2"]
    problems = chain_problems(tables(work_items=items)["work_items"]).to_pyarrow().to_pylist()
    assert [(row["ref"].split(":")[-1], row["problem"]) for row in problems] == [
        ("PAY-1", "cycle"),
        ("PAY-2", "cycle"),
        ("PAY-3", "too_deep"),
        ("PAY-4", "missing_parent"),
    ]


PULL = [{"key": "acme/shop#9"}]
ITEMS = [
    {"key": "PAY-1", "labels": ["cart"]},
    {"key": "PAY-2", "labels": ["grow"]},
    {"key": "PAY-3", "labels": ["both"]},
    {"key": "PAY-4", "labels": ["duty"]},
    {"key": "PAY-5"},
    {"key": "PAY-6", "parent_ref": ref_of("PAY-2")},
]
CASES = {
    "a pull request serves what its item serves": (["PAY-1 implements"], ["checkout 1 linked cart via PAY-1"]),
    "be it inherited": (["PAY-6 implements"], ["growth 1 linked grow via PAY-6"]),
    "or exempt": (["PAY-4 implements"], ["exempt linked on-call via PAY-4"]),
    "or nothing": (["PAY-5 implements"], ["untagged"]),
    "no link, no tag": ([], ["untagged"]),
    "its own rule comes before its links": (["label cart", "PAY-2 implements"], ["checkout 1 rule cart"]),
    "only the best class of links counts": (
        ["PAY-1 implements", "PAY-2 closes", "PAY-3 mentions"],
        ["growth 1 linked grow via PAY-2"],
    ),
    "a mention counts where there is nothing better": (
        ["PAY-3 mentions"],
        ["checkout 0.5 linked both via PAY-3", "trust 0.25 linked both via PAY-3"],
    ),
    "a better link to an untagged item hides a mention": (["PAY-5 implements", "PAY-3 mentions"], ["untagged"]),
    "several items share equally": (
        ["PAY-1 implements", "PAY-2 implements"],
        ["checkout 0.5 linked cart via PAY-1", "growth 0.5 linked grow via PAY-2"],
    ),
    "each by its own weights": (
        ["PAY-1 implements", "PAY-3 implements"],
        ["checkout 0.75 linked cart via PAY-1", "trust 0.125 linked both via PAY-3"],
    ),
    "the share of an untagged item is untagged": (
        ["PAY-1 implements", "PAY-5 implements"],
        ["checkout 0.5 linked cart via PAY-1"],
    ),
    "an exempt item takes no share": (["PAY-1 implements", "PAY-4 implements"], ["checkout 1 linked cart via PAY-1"]),
    "and does not exempt what else is untagged": (["PAY-4 implements", "PAY-5 implements"], ["untagged"]),
    "the items that a release mentions say nothing": (
        ["PAY-1 mentions", "PAY-2 mentions", "PAY-3 mentions"],
        ["untagged"],
    ),
    "only projects that are not read": (["unread_project"], ["unknown"]),
    "only an item that does not exist": (["no_such_item"], ["untagged"]),
    "a project that is not read, and an untagged item": (["unread_project", "PAY-5 implements"], ["untagged"]),
    "a project that is not read, and a rule": (["unread_project", "label cart"], ["checkout 1 rule cart"]),
}


@pytest.fixture(scope="module")
def pulls_told() -> dict[str, list[str]]:
    """What is told of each case's pull request, all in one snapshot."""
    pulls, links = [], []
    for number, (stated, _) in enumerate(CASES.values()):
        key = f"acme/shop#{number}"
        pulls.append({"key": key, "labels": [each.split()[1] for each in stated if each.startswith("label")]})
        links += [link(key, *each.split()) for each in stated if each.startswith("PAY")]
        links += [link(key, None, outcome=each) for each in stated if each in {"unread_project", "no_such_item"}]
    return told(tags(f"{RULES}links: {{at_most: 2}}", links=links, work_items=ITEMS, pull_requests=pulls))


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=list(CASES))
def test_a_pull_request_by_its_links(pulls_told, number, case):
    assert pulls_told[f"acme/shop#{number}"] == CASES[case][1]


def test_an_empty_map_leaves_everything_untagged():
    assert told(tags("{}", work_items=[{"key": "PAY-1"}], pull_requests=PULL)) == {
        "PAY-1": ["untagged"],
        "acme/shop#9": ["untagged"],
    }
    assert tags("{}").to_pyarrow().num_rows == 0


LABELS = st.lists(st.sampled_from(["cart", "grow", "both", "duty", "other"]), max_size=2)
KEYS = [f"PAY-{number}" for number in range(1, 9)]
PULLS = [f"acme/shop#{number}" for number in range(1, 5)]
ITEM = st.fixed_dictionaries({"labels": LABELS, "parent_ref": st.sampled_from([None, *map(ref_of, KEYS)])})
LINK = st.builds(
    link,
    st.sampled_from(PULLS),
    st.sampled_from(KEYS),
    st.sampled_from(["closes", "implements", "mentions"]),
)
UNREAD = st.builds(link, st.sampled_from(PULLS), st.none(), outcome=st.sampled_from(["unread_project", "no_such_item"]))


@settings(max_examples=4, deadline=None)
@given(
    items=st.lists(ITEM, max_size=8),
    pulls=st.lists(LABELS, max_size=4),
    links=st.lists(LINK | UNREAD, max_size=8),
    seed=st.integers(),
)
def test_laws(items, pulls, links, seed):
    """Every ref has one outcome and weights of at most 1; neither order nor repetition changes a tag."""
    work_items = [{"key": key, **item} for key, item in zip(KEYS, items, strict=False)]
    pull_requests = [{"key": key, "labels": labels} for key, labels in zip(PULLS, pulls, strict=False)]
    rows = tags(links=links, work_items=work_items, pull_requests=pull_requests).to_pyarrow()
    outcomes = {(row["ref"], row["outcome"]) for row in rows.to_pylist()}
    seen = {ref_of(row["key"]) for row in work_items} | {
        ref_of(row["key"], kind="pull_request") for row in pull_requests
    }
    assert {ref for ref, _ in outcomes} == seen
    assert len(outcomes) == len(seen)
    assert len({(row["ref"], row["objective"]) for row in rows.to_pylist()}) == rows.num_rows
    weights = Counter()
    for row in rows.to_pylist():
        assert (row["outcome"] == "tagged") == (row["objective"] is not None) == (row["weight"] is not None)
        weights[row["ref"]] += row["weight"] or 0
    assert all(weight <= 1 + 1e-9 for weight in weights.values())
    shuffle = Random(seed).shuffle
    for each in (links, work_items, pull_requests):
        shuffle(each)
    again = tags(links=[*links, *links], work_items=work_items, pull_requests=pull_requests)
    assert again.to_pyarrow().equals(rows)


def test_the_table_is_what_its_schema_says():
    assert {name: str(kind) for name, kind in tags().schema().items()} == TAGS


@pytest.mark.parametrize("sharers", [3, 49])
def test_equal_shares_add_up_to_one(sharers):
    items = [{"key": f"PAY-{number}", "labels": ["cart"]} for number in range(100, 100 + sharers)]
    links = [link("acme/shop#9", item["key"], "closes") for item in items]
    assert told(tags(links=links, work_items=items, pull_requests=PULL))["acme/shop#9"][0].startswith("checkout 1 ")
