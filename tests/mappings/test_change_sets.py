"""Which commits each deployment brought, on small histories drawn as commit → parents."""

from hypothesis import given
from hypothesis import strategies as st

from mappings.change_sets import change_sets

#: a ─ b ─ c ─ e ─ f, and d, a branch from b that e merges
HISTORY = {"a": [], "b": ["a"], "c": ["b"], "d": ["b"], "e": ["c", "d"], "f": ["e"]}


def deployed(*shas: str, **other: str) -> list[dict]:
    place = {"service": "shop", "repository": "acme/shop", "environment": "production"} | other
    return [{**place, "ref": f"{place['repository']}:{n}", "sha": sha, "finished_us": n} for n, sha in enumerate(shas)]


def told(rows: list[dict], parents=HISTORY) -> list[tuple[str | None, bool]]:
    """The commits of each, as one word, and whether it is a rollback."""
    found = change_sets(rows, parents)
    return [(None if each.shas is None else "".join(sorted(each.shas)), each.rollback) for each in found]


def test_a_deployment_brings_what_the_one_before_did_not_have():
    assert told(deployed("b", "c", "f")) == [(None, False), ("c", False), ("def", False)]


def test_an_older_commit_is_a_rollback_and_brings_nothing():
    assert told(deployed("a", "c", "b")) == [(None, False), ("bc", False), ("", True)]


def test_what_comes_again_after_a_rollback_is_not_new():
    assert told(deployed("a", "c", "b", "c", "e")) == [
        (None, False),
        ("bc", False),
        ("", True),
        ("", False),
        ("de", False),
    ]


def test_the_same_commit_again_is_no_rollback():
    assert told(deployed("c", "c")) == [(None, False), ("", False)]


def test_a_branch_beside_is_no_rollback():
    assert told(deployed("b", "c", "d")) == [(None, False), ("c", False), ("d", False)]


def test_a_commit_that_is_not_held_leaves_its_change_set_unknown():
    assert told(deployed("b", "z", "c")) == [(None, False), (None, False), ("c", False)]


def test_repositories_and_environments_are_lines_of_their_own():
    rows = deployed("b", "c") + deployed("b", "f", repository="acme/pay")
    assert told(rows) == [(None, False), ("cdef", False), (None, False), ("c", False)]


def test_no_deployment_no_change_set():
    assert told([]) == []


@st.composite
def histories(draw) -> tuple[dict[str, list[str]], list[str]]:
    size = draw(st.integers(1, 12))
    names = [f"c{n}" for n in range(size)]
    parents = {
        name: draw(st.lists(st.sampled_from(names[:n]), max_size=2, unique=True)) if n else []
        for n, name in enumerate(names)
    }
    return parents, draw(st.lists(st.sampled_from(names), min_size=1, max_size=8))


@given(histories())
def test_each_commit_is_brought_at_most_once(drawn):
    parents, shas = drawn
    brought = [commit for each in change_sets(deployed(*shas), parents) for commit in each.shas or ()]
    assert len(brought) == len(set(brought))


@given(histories())
def test_a_rollback_brings_nothing(drawn):
    parents, shas = drawn
    assert all(not each.shas for each in change_sets(deployed(*shas), parents) if each.rollback)
