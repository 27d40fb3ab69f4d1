"""Objectives that the words of titles speak for: learned from what is tagged, tried on what was held out."""

import random

import pytest

from mappings.classifier import FEWEST, Classified, Titled, classified

pytest.importorskip("sklearn", reason="the extra `suggest` is not installed")

CHECKOUT = ("Basket loses its voucher", "Voucher is refused at checkout", "Basket total is wrong")
SEARCH = ("Search finds no synonyms", "Search results are slow", "Synonyms of brands in search")
TAGGED = [
    Titled(f"jira:work_item:{number}", f"PAY-{number}", f"{titles[number % 3]} {number}", objective)
    for objective, titles, first in (("checkout", CHECKOUT, 0), ("growth", SEARCH, 100))
    for number in range(first, first + 40)
]
UNTAGGED = [
    Titled("jira:work_item:900", "LAB-1", "Voucher vanishes from the basket", None),
    Titled("jira:work_item:901", "LAB-2", "Rename the meeting room", None),
    Titled("jira:work_item:902", "LAB-3", "", None),
]


@pytest.fixture(scope="module")
def told() -> Classified:
    found = classified(TAGGED + UNTAGGED, limit=10)
    assert found is not None
    return found


def test_what_has_words_of_an_objective_is_offered_it_with_these_words(told: Classified) -> None:
    (only,) = told.suggestions
    assert (only.key, only.objective, only.words[0] in ("voucher", "basket")) == ("LAB-1", "checkout", True)
    assert only.probability >= 0.6


def test_it_is_told_how_often_that_was_right_for_tagged_items_it_had_not_seen(told: Classified) -> None:
    assert (told.learned, 0 < told.held_out < 40) == (80, True)
    suggested = sum(each.suggested for each in told.tried.values())
    assert suggested == sum(each.right for each in told.tried.values()) == told.held_out


def test_titles_that_are_tagged_at_random_are_not_suggested_rightly_more_often_than_by_chance() -> None:
    lots = random.Random(3)
    mixed = [each._replace(objective=lots.choice(["checkout", "growth"])) for each in TAGGED]
    found = classified(mixed, limit=10)
    assert found is not None
    assert sum(each.right for each in found.tried.values()) < found.held_out * 0.75


def test_order_does_not_matter(told: Classified) -> None:
    mixed = random.Random(7).sample(TAGGED + UNTAGGED, k=len(TAGGED + UNTAGGED))
    assert classified(mixed, limit=10) == told


@pytest.mark.parametrize("few", [TAGGED[:40], TAGGED[: 40 + FEWEST - 1], UNTAGGED, []])
def test_from_less_than_two_objectives_nothing_is_learned(few: list[Titled]) -> None:
    assert classified(few, limit=10) is None
