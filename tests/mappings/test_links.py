"""Which work item a pull request serves, told from whole snapshots."""

from collections import Counter
from itertools import product
from random import Random

from mappings.confidence import CONFIDENCE
from mappings.links import links
from mappings.load import load_mappings
from tests.builders import ref_of, tables

PULL = ref_of("acme/shop#9", kind="pull_request")
PAGE = {"key": "acme/shop#9", "url": "https://example.test/acme/shop/pull/9"}


def linked(mappings: str = "{}", **rows) -> list[tuple[str | None, str, str, str, str]]:
    """The links of `acme/shop#9`: to_ref, to_key, class, place, outcome. Each is as sure as the table says."""
    found = links(tables(**rows), load_mappings(mappings, "mappings.yaml")).to_pyarrow().to_pylist()
    assert {row.pop("item_ref") for row in found} <= {PULL}
    assert all(row.pop("confidence") == CONFIDENCE[row["class"], row["place"]] for row in found)
    return [tuple(row.values()) for row in found]


def test_every_place_is_evidence_of_its_own():
    assert linked(
        work_items=[{"key": "PAY-1"}],
        pull_requests=[{"key": "acme/shop#9", "head": "pay-1-basket", "title": "PAY-1: Basket", "body": "Fixes PAY-1"}],
        commits=[{"item_ref": PULL, "sha": "a", "message": "Basket, for PAY-1"}],
        stated_links=[{"item_ref": PULL, "id": "1", "kind": "closes", "to_ref": ref_of("PAY-1"), "to_key": "PAY-1"}],
    ) == [
        (ref_of("PAY-1"), "PAY-1", "closes", "body", "resolved"),
        (ref_of("PAY-1"), "PAY-1", "closes", "closing_reference", "resolved"),
        (ref_of("PAY-1"), "PAY-1", "implements", "branch", "resolved"),
        (ref_of("PAY-1"), "PAY-1", "implements", "title", "resolved"),
        (ref_of("PAY-1"), "PAY-1", "mentions", "commit", "resolved"),
    ]


def test_a_key_without_its_item_is_one_thing_and_a_project_that_is_not_read_another():
    rows = {"work_items": [{"key": "PAY-1"}], "pull_requests": [{"key": "acme/shop#9", "title": "PAY-2, PARQUET-3: x"}]}
    assert linked(**rows) == [
        (None, "PARQUET-3", "implements", "title", "unread_project"),
        (None, "PAY-2", "implements", "title", "no_such_item"),
    ]


def test_a_moved_item_is_found_by_its_old_key_and_told_by_its_new_one():
    assert linked(
        work_items=[{"key": "WEB-7"}],
        changes=[{"item_ref": ref_of("WEB-7"), "id": "1", "index": 0, "field": "key", "from_text": "OLD-3"}],
        pull_requests=[{"key": "acme/shop#9", "title": "OLD-3 and OLD-4"}],
    ) == [
        (ref_of("WEB-7"), "WEB-7", "implements", "title", "resolved"),
        (None, "OLD-4", "implements", "title", "unread_project"),
    ]


def test_an_item_that_moved_twice_is_found_by_each_of_its_keys():
    moves = [("1", "OLD-3", "PAY-8"), ("2", "PAY-8", "WEB-7")]
    changes = [
        {"item_ref": ref_of("WEB-7"), "id": i, "index": 0, "field": "key", "from_text": old, "to_text": new}
        for i, old, new in moves
    ]
    keys = {"title": "OLD-3", "head": "pay-8-basket", "body": "WEB-7"}
    found = linked(work_items=[{"key": "WEB-7"}], changes=changes, pull_requests=[{"key": "acme/shop#9", **keys}])
    assert {(ref, place, outcome) for ref, _, _, place, outcome in found} == {
        (ref_of("WEB-7"), place, "resolved") for place in ("title", "branch", "body")
    }


def test_a_key_that_is_in_use_again_is_its_new_owners():
    assert linked(
        work_items=[{"key": "WEB-7"}, {"key": "PAY-3"}],
        changes=[{"item_ref": ref_of("WEB-7"), "id": "1", "index": 0, "field": "key", "from_text": "PAY-3"}],
        pull_requests=[{"key": "acme/shop#9", "title": "PAY-3"}],
    ) == [(ref_of("PAY-3"), "PAY-3", "implements", "title", "resolved")]


def test_a_closing_reference_is_looked_up_like_any_other():
    outcomes = {"acme/secret#1": "unread_project", "acme/shop#7": "resolved", "acme/shop#8": "no_such_item"}
    stated = [{"item_ref": PULL, "id": key, "kind": "closes", "to_ref": ref_of(key), "to_key": key} for key in outcomes]
    found = linked(work_items=[{"key": "acme/shop#7"}], pull_requests=[{"key": "acme/shop#9"}], stated_links=stated)
    assert {key: (ref, link_class, place, outcome) for ref, key, link_class, place, outcome in found} == {
        key: (ref_of(key) if outcome == "resolved" else None, "closes", "closing_reference", outcome)
        for key, outcome in outcomes.items()
    }


def test_a_trailer_says_how_it_means_the_items_that_it_names():
    message = "Basket\n\nIt forgot things.\n\nRefs: PAY-1\nCloses: PAY-2, acme/shop#7\n\nCo-authored-by: A <a@b.test>"
    found = linked(
        work_items=[{"key": "PAY-1"}, {"key": "PAY-2"}, {"key": "acme/shop#7"}],
        pull_requests=[{"key": "acme/shop#9", "body": "Basket.\n\nTicket: PAY-1"}],
        commits=[{"item_ref": PULL, "sha": "a", "message": message}],
    )
    assert [(key, link_class, place) for _, key, link_class, place, _ in found if place == "trailer"] == [
        ("acme/shop#7", "closes", "trailer"),
        ("PAY-1", "implements", "trailer"),
        ("PAY-2", "closes", "trailer"),
    ]


#: What a work item can state of a pull request: kind, and what it is evidence of (github.md §6).
STATED = {
    "closed_by": ("closes", "closing_event"),
    "development": ("implements", "development_panel"),
    "mentioned_by": ("mentions", "cross_reference"),
}
#: The ways to name a pull request.
NAMES = {
    "its ref": {"to_ref": PULL},
    "its key": {"to_key": "acme/shop#9"},
    "its address": {"to_key": "https://example.test/acme/shop/pull/9"},
    "the address of a tab": {"to_key": "https://example.test/Acme/Shop/pull/9/files?w=1#diff"},
}


def test_what_a_work_item_states_of_a_pull_request_by_whatever_name():
    """All in one snapshot, each of a work item of its own."""
    cases = {f"PAY-{number}": each for number, each in enumerate(product(STATED, NAMES.values()), start=10)}
    stated = [{"item_ref": ref_of(key), "id": "1", "kind": kind, **to} for key, (kind, to) in cases.items()]
    found = linked(work_items=[{"key": key} for key in cases], pull_requests=[PAGE], stated_links=stated)
    assert sorted(found) == [(ref_of(key), key, *STATED[kind], "resolved") for key, (kind, _) in sorted(cases.items())]


def test_what_a_work_item_states_of_a_pull_request_that_is_not_read_is_no_link():
    stated = {
        "item_ref": ref_of("PAY-1"),
        "id": "1",
        "kind": "development",
        "to_key": "https://example.test/x/y/pull/9",
    }
    assert linked(work_items=[{"key": "PAY-1"}], pull_requests=[PAGE], stated_links=[stated]) == []


#: Where a work item's link to a page can lead, and what it then says.
PAGES = [
    ("https://example.test/acme/shop/pull/9", None, "implements"),
    ("https://example.test/acme/shop/pull/9/commits", "mentioned in", "mentions"),
    ("https://example.test/acme/shop/commit/0123456789abcdef0123456789abcdef01234567", None, "implements"),
    ("https://example.test/acme/shop/commit/0123456", "links to", "implements"),
    ("https://example.test/acme/shop/commit/fedcba9", None, "implements"),  # what the merge made
]
OTHER_PAGES = [
    "https://example.test/acme/shop/pull/90",
    "https://elsewhere.test/acme/shop/pull/9",
    "https://example.test/acme/tools/commit/0123456",
    "https://example.test/acme/shop/commit/0123457",
    "https://example.test/acme/shop/issues/9",
    "wiki",
]


def test_a_work_items_link_to_a_page_leads_to_the_pull_request_and_other_pages_lead_nowhere():
    """All in one snapshot, each of a work item of its own."""
    cases = {f"PAY-{n}": each for n, each in enumerate([*PAGES, *((url, None, None) for url in OTHER_PAGES)], start=10)}
    found = linked(
        work_items=[{"key": key} for key in cases],
        pull_requests=[{**PAGE, "merge_sha": "fedcba9876543210fedcba9876543210fedcba98"}],
        commits=[{"item_ref": PULL, "sha": "0123456789abcdef0123456789abcdef01234567", "message": "Basket"}],
        remote_links=[
            {"item_ref": ref_of(key), "id": "1", "url": url, "kind": kind} for key, (url, kind, _) in cases.items()
        ],
    )
    told = {key: (link_class, place, outcome) for _, key, link_class, place, outcome in found}
    expected = {key: link_class for key, (_, _, link_class) in cases.items() if link_class}
    assert told == {key: (link_class, "remote_link", "resolved") for key, link_class in expected.items()}


def test_a_cut_takes_what_the_sources_state_too():
    cut = "{item: PAY-1, pull_request: acme/shop#9, by: map keeper, on: 2026-01-01, reason: Another}"
    stated = {"item_ref": ref_of("PAY-1"), "id": "1", "kind": "development", "to_key": "acme/shop#9"}
    rows = {"work_items": [{"key": "PAY-1"}], "pull_requests": [PAGE], "stated_links": [stated]}
    assert linked(f"cuts: [{cut}]", **rows) == []


def test_that_pull_requests_speak_of_each_other_is_no_link():
    stated = {"item_ref": PULL, "id": "1", "kind": "mentioned_by", "to_key": "acme/shop#10"}
    stated["to_ref"] = ref_of("acme/shop#10", kind="pull_request")
    assert linked(pull_requests=[PAGE, {"key": "acme/shop#10"}], stated_links=[stated]) == []


def test_numbers_of_pull_requests_are_no_links():
    assert (
        linked(
            work_items=[{"key": "acme/shop#7"}],
            pull_requests=[
                {"key": "acme/shop#9", "body": "Closes #9 from a branch, after #10"},
                {"key": "acme/shop#10"},
            ],
        )
        == []
    )


def test_a_bots_description_counts_for_nothing_but_its_title_does():
    pull = {"key": "acme/shop#9", "title": "PAY-1: Update", "body": "Fixes PAY-2", "author": "github:account:1"}
    found = linked(
        work_items=[{"key": "PAY-1"}, {"key": "PAY-2"}],
        pull_requests=[pull],
        accounts=[{"ref": "github:account:1", "kind": "bot"}],
    )
    assert [to_key for _, to_key, *_ in found] == ["PAY-1"]


def test_prose_that_names_many_items_only_mentions_them():
    items = [{"key": f"PAY-{number}"} for number in range(1, 5)]
    body = "\n".join(f"Fixes {item['key']}" for item in items)
    pull = {"key": "acme/shop#9", "title": "PAY-1: Release", "body": body}
    classes = Counter(
        (each[2], each[3]) for each in linked("links: {at_most: 3}", work_items=items, pull_requests=[pull])
    )
    assert classes == {("mentions", "body"): 4, ("implements", "title"): 1}
    classes = Counter(
        (each[2], each[3]) for each in linked("links: {at_most: 4}", work_items=items, pull_requests=[pull])
    )
    assert classes == {("closes", "body"): 4, ("implements", "title"): 1}


def test_a_cut_link_stays_cut_by_whatever_key_it_comes_back():
    cut = "{item: OLD-3, pull_request: acme/shop#9, by: map keeper, on: 2026-01-01, reason: Another}"
    found = linked(
        f"cuts: [{cut}]",
        work_items=[{"key": "WEB-7"}, {"key": "PAY-1"}],
        changes=[{"item_ref": ref_of("WEB-7"), "id": "1", "index": 0, "field": "key", "from_text": "OLD-3"}],
        pull_requests=[{"key": "acme/shop#9", "title": "WEB-7, PAY-1: x", "body": "OLD-3"}],
    )
    assert [to_key for _, to_key, *_ in found] == ["PAY-1"]


def test_a_standards_name_is_a_project_only_where_the_mappings_say_so():
    rows = {"work_items": [{"key": "RFC-7231"}], "pull_requests": [{"key": "acme/shop#9", "title": "RFC-7231"}]}
    assert linked(**rows) == []
    assert len(linked("links: {accept: [RFC]}", **rows)) == 1


def test_nothing_read_gives_no_links():
    assert linked() == []


def test_the_order_of_the_facts_does_not_matter():
    items = [{"key": "PAY-1"}, {"key": "PAY-2"}, {"key": "acme/shop#7"}]
    titles, bodies = ["PAY-1: a", "PAY-1/2 b", "ABC-1: c", "e"], [None, "Fixes #7", "Closes PAY-1, other/repo#1"]
    pulls = [
        {"key": f"acme/shop#{number}", "title": title, "body": body}
        for number, (title, body) in enumerate(product(titles, bodies), start=100)
    ]
    mappings = load_mappings("{}", "mappings.yaml")
    one = links(tables(work_items=items, pull_requests=pulls), mappings).to_pyarrow()
    shuffled = tables(work_items=items[::-1], pull_requests=Random(1).sample(pulls, len(pulls)))
    assert links(shuffled, mappings).to_pyarrow().equals(one)
