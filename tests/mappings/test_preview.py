"""What an edit of the map would move."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as some

from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.preview import moves
from mappings.tag import TAGS, tag
from tests.builders import table, tables

STRATEGY = load_strategy("objectives: [{id: checkout, name: C}, {id: growth, name: G}]", "s")
FACTS = tables(
    work_items=[
        {"key": "PAY-1", "labels": ["cart"]},
        {"key": "PAY-2", "labels": ["duty"]},
        {"key": "PAY-3"},
        {"key": "PAY-4", "labels": ["cart", "duty"]},
        {"key": "WEB-1", "labels": ["other"]},
    ],
    pull_requests=[{"key": "acme/shop#7", "title": "PAY-1 Basket", "author": None}],
)
LINKS = links(FACTS, load_mappings("{}", "m")).cache()


def tags(rules: str):
    mappings = load_mappings(rules, "m")
    return tag(FACTS, links=LINKS, strategy=STRATEGY, mappings=mappings, day=date(2026, 1, 1)).cache()


def moved(before: str, after: str) -> list[tuple[str, str, str, str]]:
    rows = moves(tags(before), tags(after)).to_pyarrow().to_pylist()
    return [(row["ref"].split(":")[-1], row["before"], row["after"], row["change"]) for row in rows]


CART = "rules: [{id: cart, when: {labels: [cart]}, objective: checkout}]"


def test_a_pull_request_moves_with_its_work_item():
    assert moved(CART, CART.replace("checkout", "growth")) == [
        ("acme/shop#7", "checkout", "growth", "moved"),
        ("PAY-1", "checkout", "growth", "moved"),
        ("PAY-4", "checkout", "growth", "moved"),
    ]


def test_weights_move_too():
    shared = CART.replace("objective: checkout", "objectives: {checkout: 0.7, growth: 0.3}")
    assert moved(CART, shared)[1] == ("PAY-1", "checkout", "checkout 0.7 + growth 0.3", "moved")


def test_what_becomes_exempt_tagged_or_untagged_says_so():
    duty = CART + "\nexempt: [{id: on-call, when: {labels: [duty]}, reason: Duty}]"
    assert moved(CART, duty) == [
        ("PAY-2", "untagged", "exempt: on-call", "exempt"),
        ("PAY-4", "checkout", "exempt: on-call", "exempt"),
    ]
    assert moved(duty, CART) == [
        ("PAY-2", "exempt: on-call", "untagged", "untagged"),
        ("PAY-4", "exempt: on-call", "checkout", "tagged"),
    ]


def test_another_rule_that_says_the_same_moves_nothing():
    assert moved(CART, CART.replace("id: cart", "id: basket")) == []


OBJECTIVES = some.dictionaries(some.sampled_from(["checkout", "growth"]), some.sampled_from([0.25, 0.5]), min_size=1)
VERDICTS = some.one_of(OBJECTIVES, some.sampled_from(["exempt", "untagged", "unknown"]))
TAGGED = some.fixed_dictionaries(dict.fromkeys("abc", VERDICTS))


def rows(tagged: dict[str, str | dict[str, float]]) -> list[dict]:
    return [
        {"ref": ref, "kind": "work_item", "outcome": verdict, "rule": "duty" if verdict == "exempt" else None}
        for ref, verdict in tagged.items()
        if isinstance(verdict, str)
    ] + [
        {"ref": ref, "kind": "work_item", "outcome": "tagged", "objective": objective, "weight": weight, "rule": "r"}
        for ref, verdict in tagged.items()
        if isinstance(verdict, dict)
        for objective, weight in verdict.items()
    ]


@settings(max_examples=20, deadline=None)
@given(before=TAGGED, after=TAGGED)
def test_what_moves_is_the_difference_of_both_tables_of_tags(before, after):
    moved = moves(table(TAGS, rows(before)), table(TAGS, rows(after))).to_pyarrow().to_pylist()
    assert [row["ref"] for row in moved] == sorted(ref for ref in before if before[ref] != after[ref])


@settings(max_examples=5, deadline=None)
@given(tagged=TAGGED)
def test_a_file_that_nobody_edited_moves_nothing(tagged):
    assert moves(table(TAGS, rows(tagged)), table(TAGS, rows(tagged)[::-1])).to_pyarrow().to_pylist() == []
