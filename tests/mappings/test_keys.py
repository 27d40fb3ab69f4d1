"""The grammar of keys: which items a text names (keys.yml)."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mappings.keys import Grammar, Naming, spoken
from mappings.trailers import trailers

CASES = YAML(typ="safe").load(Path(__file__).with_name("keys.yml").read_text())
GRAMMAR = Grammar(
    read=frozenset({"PAY", "WEB", "MY_PAY", "RFC", "SHA"}),
    former=frozenset({"OLD"}),
    accepted=frozenset({"RFC"}),
    repositories=frozenset({"acme/shop"}),
    code_only=frozenset({"acme/tools"}),
    browse=("https://tracker.test/browse/",),
)


def named(place: str, text: str) -> list[Naming]:
    match place:
        case "branch":
            return list(GRAMMAR.in_branch(text))
        case "title":
            return list(GRAMMAR.in_title(text, repository="acme/shop"))
        case "trailer":
            said = trailers(spoken(text))
            return [one for how, value in said for one in GRAMMAR.in_trailer(value, how, repository="acme/shop")]
        case _:
            return list(GRAMMAR.in_prose(text, repository="acme/shop"))


@pytest.mark.parametrize(
    ("place", "case"),
    [(place, case) for place, cases in CASES.items() for case in cases],
    ids=lambda part: str(part)[:60],
)
def test_a_text_names_these_items_and_no_others(place, case):
    expected, told = [name for name in case["names"] if not name.startswith("else")], named(place, case["text"])
    assert [f"{naming.key} {naming.link_class}" for naming in told] == expected
    otherwise = {"else unread": "unread_project", "else nothing": None}.get(case["names"][-1] if case["names"] else "")
    if case["names"] and case["names"][-1].startswith("else"):
        assert told[-1].missing == otherwise
    else:
        assert {naming.missing for naming in told} <= {"no_such_item"}


@settings(deadline=None)
@given(st.text(alphabet="PAYOLD-_/#179.:[]()<>!` \nfixescloses"))
def test_no_text_is_too_odd_and_every_key_names_a_number(text):
    for place in ("branch", "title", "prose", "trailer"):
        for naming in named(place, text):
            assert naming.key.replace("#", "-").rsplit("-", 1)[1].isdigit()


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 15_000,
        "a/" * 30_000 + "#1",
        "#1" * 30_000,
        "A1_" * 20_000,
        "```" * 20_000,
        "PAY-1/1/" * 8_000,
        "fix " * 15_000,
        "Refs: a\n " * 8_000,
        "Refs: " + "PAY-1," * 12_000,
        "---\n\n" * 15_000,
        "a\n\n \t" * 15_000,
    ],
    ids=lambda text: text[:4],
)
def test_no_text_takes_long(text):
    started = time.process_time()
    for place in ("branch", "title", "prose", "trailer"):
        named(place, text)
    assert time.process_time() - started < 5
