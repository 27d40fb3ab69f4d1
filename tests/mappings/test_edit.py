"""One more entry in a list of a user's file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mappings.document import parse
from mappings.edit import appended, one_line
from mappings.problems import Problems

ENTRY = {"id": "new", "when": {"labels": "cart"}}
LINE = "- {id: new, when: {labels: cart}}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"rules:\n  {LINE}"),
        ("# the map\nfrom: 2026-01-01", f"# the map\nfrom: 2026-01-01\nrules:\n  {LINE}"),
        ("rules: []\n", "rules: [{id: new, when: {labels: cart}}]\n"),
        ("rules: [{id: a}]  # short\n", "rules: [{id: a}, {id: new, when: {labels: cart}}]  # short\n"),
        ("rules: [{id: a}, ]\n", "rules: [{id: a},{id: new, when: {labels: cart}}]\n"),
        ("rules:\n- id: a  # first\nexempt: []\n", f"rules:\n- id: a  # first\n{LINE}exempt: []\n"),
        ("rules:\n    - {id: a}", f"rules:\n    - {{id: a}}\n    {LINE}"),
        (
            "rules:\n  - id: a\n    cases:\n      - {item: {},\n         expect: x}\n\n# what is left\nexempt: []\n",
            f"rules:\n  - id: a\n    cases:\n      - {{item: {{}},\n         expect: x}}\n  {LINE}\n"
            "# what is left\nexempt: []\n",
        ),
        (
            "rules:\n  - id: a\n    why: |\n      one\n      two\nx: 1\n",
            "rules:\n  - id: a\n    why: |\n      one\n      two\n  " + LINE + "x: 1\n",
        ),
    ],
)
def test_it_becomes_the_last_and_the_rest_stays_byte_for_byte(before: str, after: str) -> None:
    assert appended(before, "mappings.yaml", "rules", ENTRY) == after
    entries = parse(after, "mappings.yaml").data["rules"]
    assert entries[-1] == ENTRY


@pytest.mark.parametrize(("text", "said"), [("{rules: []}", "no place"), ("rules: 3\n", "is no list")])
def test_where_there_is_no_place_for_it_the_file_is_named(text: str, said: str) -> None:
    with pytest.raises(Problems, match=f"mappings.yaml:1:.*{said}"):
        appended(text, "mappings.yaml", "rules", ENTRY)


WORDS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.dictionaries(WORDS, st.one_of(WORDS, st.booleans(), st.none(), st.integers(-9, 9), st.lists(WORDS))))
def test_what_is_written_reads_as_what_was_meant(value: dict) -> None:
    assert YAML(typ="safe", pure=True).load(one_line(value)) == value
