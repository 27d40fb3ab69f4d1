"""Links that are offered, and never assumed."""

from mappings.identities import Account
from mappings.links import links
from mappings.load import load_mappings
from mappings.suggestions import suggested_links
from tests.builders import ref_of, tables

ITEM = {"key": "PAY-1", "title": "Basket forgets its coupon", "assignees": ["jira:account:1"]}
PULL = {"key": "acme/shop#9", "title": "Keep coupon when the basket forgets it", "author": "github:account:2"}


def offered(mappings: str = "{}", *, people=(), items=(ITEM,), **pull) -> list[tuple[str, list[str], bool]]:
    """What is offered for `acme/shop#9`: key, words, same_person."""
    facts = tables(work_items=list(items), pull_requests=[{**PULL, **pull}], accounts=[{"ref": PULL["author"]}])
    rules = load_mappings(mappings, "mappings.yaml")
    found = suggested_links(facts, links=links(facts, rules), mappings=rules, people=people).to_pyarrow().to_pylist()
    assert {row["item_ref"] for row in found} <= {ref_of("acme/shop#9", kind="pull_request")}
    return [(row["to_key"], row["words"], row["same_person"]) for row in found]


def test_an_item_whose_title_says_the_same_is_offered():
    assert offered() == [("PAY-1", ["basket", "coupon", "forgets"], False)]


def test_the_branch_counts_too():
    assert offered(title="Fix it", head="basket-forgets-coupon") == [("PAY-1", ["basket", "coupon", "forgets"], False)]


def test_of_two_words_alone_it_takes_the_same_person():
    one = [
        Account(ref=ref, source=ref.split(":")[0], name="octo", person="octo", basis="declared")
        for ref in ("jira:account:1", "github:account:2")
    ]
    assert offered(title="The basket and its coupon") == []
    assert offered(title="The basket and its coupon", people=one) == [("PAY-1", ["basket", "coupon"], True)]


def test_what_is_linked_needs_no_suggestion():
    assert offered(title="PAY-1: Keep coupon when the basket forgets it") == []


def test_only_an_item_that_was_open_around_that_time_is_offered():
    item = {**ITEM, "created_us": "2026-02-01T00:00Z", "resolved_us": "2026-03-01T00:00Z"}
    opened = ["2026-01-30T00:00Z", "2026-01-31T12:00Z", "2026-03-14T00:00Z", "2026-03-16T00:00Z"]
    pulls = [{**PULL, "key": f"acme/shop#{number}", "created_us": at} for number, at in enumerate(opened)]
    facts, rules = tables(work_items=[item], pull_requests=pulls), load_mappings("{}", "mappings.yaml")
    found = suggested_links(facts, links=links(facts, rules), mappings=rules, people=()).to_pyarrow()["item_ref"]
    assert found.to_pylist() == [ref_of(f"acme/shop#{number}", kind="pull_request") for number in (1, 2)]


def test_what_a_person_cut_is_not_offered_again():
    cut = "{item: PAY-1, pull_request: acme/shop#9, by: map keeper, on: 2026-01-01, reason: Another basket}"
    assert offered(f"cuts: [{cut}]") == []


def test_words_that_many_items_have_tell_nothing():
    items = [ITEM, *({"key": f"PAY-{number}", "title": "Basket forgets coupon"} for number in range(2, 60))]
    assert offered(items=items) == []


def test_three_at_most_are_offered_the_most_alike_first():
    titles = [
        "Basket forgets coupon",
        "Basket forgets coupon",
        "Basket forgets coupon",
        "Keep coupon when basket forgets",
    ]
    items = [{"key": f"PAY-{number}", "title": title} for number, title in enumerate(titles, start=1)]
    assert [key for key, *_ in offered(items=items)] == ["PAY-4", "PAY-1", "PAY-2"]
