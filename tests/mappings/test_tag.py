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


def link(pull: str, to: str | None, *, link_class: str = "implements", outcome: str = "resolved") -> dict[str, object]:
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


def pull_told(*links: dict, labels: tuple[str, ...] = (), mappings: str = RULES) -> list[str]:
    """What is told of `acme/shop#9` with these links to: PAY-1 cart, PAY-2 grow, PAY-3 both, PAY-4 duty, PAY-5 none."""
    items = [
        {"key": f"PAY-{place}", "labels": [label] if label else []}
        for place, label in enumerate(("cart", "grow", "both", "duty", ""), start=1)
    ]
    child = {"key": "PAY-6", "parent_ref": ref_of("PAY-2")}
    pull = {"key": "acme/shop#9", "labels": list(labels)}
    return told(tags(mappings, links=list(links), work_items=[*items, child], pull_requests=[pull]))["acme/shop#9"]


def test_a_pull_request_serves_what_its_item_serves():
    assert pull_told(link("acme/shop#9", "PAY-1")) == ["checkout 1 linked cart via PAY-1"]
    assert pull_told(link("acme/shop#9", "PAY-6")) == ["growth 1 linked grow via PAY-6"]
    assert pull_told(link("acme/shop#9", "PAY-4")) == ["exempt linked on-call via PAY-4"]
    assert pull_told(link("acme/shop#9", "PAY-5")) == ["untagged"]
    assert pull_told() == ["untagged"]


def test_its_own_rule_comes_before_its_links():
    assert pull_told(link("acme/shop#9", "PAY-2"), labels=("cart",)) == ["checkout 1 rule cart"]


def test_only_the_best_class_of_links_counts():
    closes, mentions = (
        link("acme/shop#9", "PAY-2", link_class="closes"),
        link("acme/shop#9", "PAY-3", link_class="mentions"),
    )
    assert pull_told(link("acme/shop#9", "PAY-1"), closes, mentions) == ["growth 1 linked grow via PAY-2"]
    assert pull_told(mentions) == ["checkout 0.5 linked both via PAY-3", "trust 0.25 linked both via PAY-3"]
    assert pull_told(link("acme/shop#9", "PAY-5"), mentions) == ["untagged"]


def test_several_items_of_the_best_class_share_equally():
    assert pull_told(link("acme/shop#9", "PAY-1"), link("acme/shop#9", "PAY-2")) == [
        "checkout 0.5 linked cart via PAY-1",
        "growth 0.5 linked grow via PAY-2",
    ]
    assert pull_told(link("acme/shop#9", "PAY-1"), link("acme/shop#9", "PAY-3")) == [
        "checkout 0.75 linked cart via PAY-1",
        "trust 0.125 linked both via PAY-3",
    ]
    assert pull_told(link("acme/shop#9", "PAY-1"), link("acme/shop#9", "PAY-5")) == [
        "checkout 0.5 linked cart via PAY-1"
    ]


def test_an_exempt_item_takes_no_share_from_the_others():
    assert pull_told(link("acme/shop#9", "PAY-1"), link("acme/shop#9", "PAY-4")) == ["checkout 1 linked cart via PAY-1"]
    assert pull_told(link("acme/shop#9", "PAY-4"), link("acme/shop#9", "PAY-5")) == ["untagged"]


def test_the_items_that_a_release_mentions_say_nothing_about_it():
    mentions = [link("acme/shop#9", f"PAY-{place}", link_class="mentions") for place in (1, 2, 3)]
    assert pull_told(*mentions, mappings=f"{RULES}links: {{at_most: 2}}") == ["untagged"]


def test_what_is_linked_to_nothing_but_projects_that_are_not_read_is_unknown():
    unread, missing = (link("acme/shop#9", None, outcome=outcome) for outcome in ("unread_project", "no_such_item"))
    assert pull_told(unread) == ["unknown"]
    assert pull_told(missing) == ["untagged"]
    assert pull_told(unread, link("acme/shop#9", "PAY-5")) == ["untagged"]
    assert pull_told(unread, labels=("cart",)) == ["checkout 1 rule cart"]


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
    link_class=st.sampled_from(["closes", "implements", "mentions"]),
    outcome=st.just("resolved"),
)
UNREAD = st.builds(link, st.sampled_from(PULLS), st.none(), outcome=st.sampled_from(["unread_project", "no_such_item"]))


@settings(max_examples=6, deadline=None)
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


@pytest.mark.parametrize("sharers", [1, 3, 6, 7, 49])
def test_equal_shares_add_up_to_one(sharers):
    items = [{"key": f"PAY-{number}", "labels": ["cart"]} for number in range(100, 100 + sharers)]
    links = [link("acme/shop#9", item["key"], link_class="closes") for item in items]
    assert told(tags(links=links, work_items=items, pull_requests=PULL))["acme/shop#9"][0].startswith("checkout 1 ")
