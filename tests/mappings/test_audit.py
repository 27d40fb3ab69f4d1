"""Which tags are drawn for a yes or no."""

from hypothesis import given
from hypothesis import strategies as st

from mappings.audit import Audit, Drawn, allotted, draw
from mappings.load import read


def tag(number: int, origin: str) -> Drawn:
    return Drawn(f"jira:work_item:{number}", f"PAY-{number}", "", "", "checkout", origin, None)


TAGS = [tag(number, "rule") for number in range(100)] + [tag(number, "linked") for number in range(100, 103)]


def test_every_origin_is_drawn_in_proportion_and_one_at_least() -> None:
    found = [each.origin for each in draw(TAGS, period="2026-W46")]
    assert (found.count("linked"), found.count("rule")) == (1, 19)


def test_the_draw_is_the_same_whatever_the_order_and_another_each_period() -> None:
    first = draw(TAGS, period="2026-W46")
    assert draw(reversed(TAGS), period="2026-W46") == first
    assert draw(TAGS, period="2026-W47") != first


def test_a_new_tag_displaces_at_most_one() -> None:
    before, after = draw(TAGS[:100], period="2026-W46"), draw([*TAGS[:100], tag(999, "rule")], period="2026-W46")
    assert len(set(before) - set(after)) <= 1


def test_of_two_answers_about_one_tag_the_later_counts() -> None:
    line = "{period: 2026-W46, item: P-1, ref: r, objective: o, origin: rule, correct: %s, by: lead, on: 2026-11-20}"
    kept = read(f"answers:\n  - {line % 'true'}\n  - {line % 'false'}\n", "audit.yaml", Audit)
    assert [each.correct for each in kept.of("2026-W46").values()] == [False]
    assert kept.of("2026-W45") == {}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50)), st.integers(0, 60))
def test_the_shares_add_up_and_none_is_more_than_there_is(sizes: dict[str, int], total: int) -> None:
    shares = allotted(sizes, total)
    assert sum(shares.values()) == min(total, sum(sizes.values()))
    assert all(0 <= shares[name] <= sizes[name] for name in sizes)
