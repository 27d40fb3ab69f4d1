"""What untagged work shares, and what one rule would clear."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.edit import appended
from mappings.links import links
from mappings.load import load_mappings, load_people, load_strategy
from mappings.tag import tag
from mappings.traits import Trait
from mappings.triage import Cluster, Triage, rule_of, triage
from tests.builders import ref_of, table, tables

DAY = date(2026, 11, 20)
STRATEGY = load_strategy("objectives: [{id: checkout, name: C}, {id: growth, name: G}]", "s")
RULES = "rules:\n  - {id: wallets, when: {components: wallets}, objective: checkout}\n"
TOUCHED = {"ref": "string", "touched_us": "int64"}
SPENT = {"ref": "string", "spent": "decimal(38, 12)"}
#: Nine tenths of PAY has a rule, so that no rule may take the whole of it.
MAPPED = [{"key": f"PAY-{number}", "components": ["wallets"]} for number in range(100, 120)]


def tagged(facts: dict[str, Any], text: str = RULES) -> Any:
    rules = load_mappings(text, "m")
    return tag(facts, links=links(facts, rules).cache(), strategy=STRATEGY, mappings=rules, day=DAY).cache()


def triaged(
    text: str = RULES,
    *,
    touched: tuple[str, ...] = (),
    spent: dict[str, str] | None = None,
    limit: int = 10,
    people: str = "",
    **rows: Any,
) -> Triage:
    facts, rules = tables(**rows), load_mappings(text, "m")
    linked = links(facts, rules).cache()
    return triage(
        facts,
        links=linked,
        tags=tag(facts, links=linked, strategy=STRATEGY, mappings=rules, day=DAY).cache(),
        touched=table(TOUCHED, [{"ref": ref_of(key), "touched_us": 1} for key in touched]),
        spent=table(SPENT, [{"ref": ref_of(key), "spent": Decimal(days)} for key, days in (spent or {}).items()]),
        mappings=rules,
        day=DAY,
        people=load_people(people, "p"),
        limit=limit,
    )


def shared(found: Triage) -> list[dict[str, Any]]:
    return [cluster.trait.asks for cluster in found.clusters]


def first(found: Triage) -> Cluster:
    return found.clusters[0]


def test_a_place_without_any_rule_is_one_decision() -> None:
    items = [{"key": "LAB-1", "labels": ["a"]}, {"key": "LAB-2"}, {"key": "LAB-3"}]
    found = triaged(work_items=[*items, *MAPPED])
    assert shared(found) == [{"project": "LAB"}]
    assert (first(found).clears, first(found).matches, found.untagged, found.rest) == (3, 3, 3, 0)


def test_a_place_with_rules_is_told_by_something_narrower() -> None:
    """Names that repeat are asked for within their place, words of titles as whole words whatever their case."""
    cart = [{"key": f"PAY-{number}", "labels": ["cart"], "title": "x"} for number in (1, 2)]
    search = [{"key": f"PAY-{number}", "components": ["search"]} for number in (3, 4)]
    titles = [{"key": "PAY-5", "title": "Refund twice"}, {"key": "PAY-6", "title": "A REFUND is late"}]
    found = shared(triaged(work_items=[*cart, *search, *titles, *MAPPED]))
    assert sorted(found, key=str) == [
        {"labels": "cart"},
        {"project": "PAY", "components": "search"},
        {"title": {"regex": r"(?i)\brefund\b"}},
    ]


def test_paths_are_asked_for_by_their_folder() -> None:
    pulls = [{"key": f"acme/shop#{number}", "title": "x"} for number in range(1, 5)]
    files = [{"item_ref": ref_of(f"acme/shop#{n}", kind="pull_request"), "id": f"web/cart/{n}.ts"} for n in (1, 2)]
    rules = 'rules: [{id: rest, when: {key: {in: ["acme/shop#3", "acme/shop#4"]}}, objective: growth}]'
    found = triaged(rules, pull_requests=pulls, changed_files=files)
    assert shared(found) == [{"repository": "acme/shop", "paths": {"glob": "web/*"}}]
    assert first(found).matches == 2


def test_people_share_a_team() -> None:
    people = "{teams: [{id: ops}], people: [{id: a, teams: [{ops: 2026-01-01}], accounts: {jira: a}}]}"
    items = [{"key": f"PAY-{number}", "assignees": ["jira:account:a"]} for number in (1, 2)]
    found = triaged(people=people, accounts=[{"ref": "jira:account:a"}], work_items=[*items, *MAPPED])
    assert shared(found) == [{"assignee_teams": "ops"}]


def test_what_clears_most_effort_comes_before_all_else() -> None:
    """Whole person-days are told; where one decision has cleared something, another does not clear it again."""
    places = {"LAB": 4, "OPS": 2, "WEB": 3}
    items = [{"key": f"{name}-{number}"} for name, size in places.items() for number in range(1, size + 1)]
    spent = {"OPS-1": "2.25", "OPS-2": "1.5", "LAB-1": "0.25", "PAY-100": "30"}
    found = triaged(work_items=[*items, *MAPPED], touched=("WEB-1", "WEB-2"), spent=spent)
    assert shared(found) == [{"project": "OPS"}, {"project": "LAB"}, {"project": "WEB"}]
    assert [each.effort_days for each in found.clusters] == [4, 0, 0]


def test_what_was_touched_lately_comes_before_what_is_many() -> None:
    many = [{"key": f"LAB-{number}"} for number in range(1, 9)]
    few = [{"key": "OPS-1"}, {"key": "OPS-2"}]
    found = triaged(work_items=[*many, *few], touched=("OPS-1",))
    assert shared(found) == [{"project": "OPS"}, {"project": "LAB"}]
    assert [(each.touched, each.clears) for each in found.clusters] == [(1, 2), (0, 8)]


def test_what_one_decision_clears_counts_for_no_other() -> None:
    items = [{"key": f"LAB-{number}", "labels": ["idea"]} for number in range(1, 4)]
    more = [{"key": f"PAY-{number}", "labels": ["idea"]} for number in (1, 2)]
    found = triaged(work_items=[*items, *more, *MAPPED])
    assert shared(found) == [{"labels": "idea"}]
    assert first(found).clears == 5


def test_children_and_pull_requests_follow_what_a_rule_takes() -> None:
    epic = [{"key": "PAY-1", "labels": ["cart"]}, {"key": "PAY-2", "labels": ["cart"]}]
    child = {"key": "PAY-3", "parent_ref": ref_of("PAY-1")}
    pull = {"key": "acme/shop#1", "title": "PAY-3: faster"}
    found = triaged(work_items=[*epic, child, *MAPPED], pull_requests=[pull], projects=[{"key": "PAY"}])
    assert shared(found)[0] == {"labels": "cart"}
    assert (first(found).matches, first(found).clears) == (2, 4)


def test_it_says_what_the_rule_would_take_from_others_and_what_it_leaves_to_them() -> None:
    inherits = {"key": "PAY-9", "labels": ["cart"], "parent_ref": ref_of("PAY-100")}
    owns = {"key": "PAY-8", "labels": ["cart"], "components": ["wallets"]}
    cart = [{"key": f"PAY-{number}", "labels": ["cart"]} for number in (1, 2, 3)]
    found = first(triaged(work_items=[*cart, inherits, owns, *MAPPED]))
    assert (found.matches, found.takes, found.overlaps) == (3, {"checkout": 1}, {"wallets": 1})
    assert found.objective == "checkout"


def test_what_shares_nothing_is_said_to_be_left() -> None:
    found = triaged(work_items=[{"key": "PAY-1", "title": "Alone"}, *MAPPED])
    assert (found.clusters, found.untagged, found.rest) == ((), 1, 1)


def test_a_rule_has_an_id_of_its_own() -> None:
    trait = Trait("labels", "On call!")
    assert rule_of(trait, "growth", ids=["on-call", "on-call-2"]) == {
        "id": "on-call-3",
        "when": {"labels": "On call!"},
        "objective": "growth",
    }


VALUES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"project": st.sampled_from(["PAY", "WEB"]), "labels": VALUES, "components": VALUES, "parent": st.booleans()}
    ),
    max_size=8,
)


@given(ITEMS)
@settings(max_examples=2)  # each takes five seconds
def test_accepting_the_first_clears_what_it_said_and_nothing_else(drawn: list[dict[str, Any]]) -> None:
    items = []
    for number, each in enumerate(drawn):
        above = {"parent_ref": items[-1]["ref"]} if each["parent"] and items else {}
        key = f"{each['project']}-{number}"
        told = {"labels": each["labels"], "components": each["components"]}
        items.append({"key": key, "ref": ref_of(key), **told, **above})
    rules = "rules:\n  - {id: a, when: {components: a}, objective: checkout}\n"
    found = triaged(rules, work_items=items)
    if not found.clusters:
        return
    cluster = first(found)
    facts = tables(work_items=items)
    after = tagged(facts, appended(rules, "m", "rules", rule_of(cluster.trait, "growth", ids=["a"])))
    untagged = after.filter(after.outcome == "untagged").count().to_pyarrow().as_py()
    moved = after.filter(after.objective == "growth").ref.nunique().to_pyarrow().as_py()
    assert untagged == found.untagged - cluster.clears
    assert moved >= cluster.clears
