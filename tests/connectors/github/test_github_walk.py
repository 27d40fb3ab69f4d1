"""Where reading stands: passes that lose nothing, pages that shrink and grow."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.github.walk import OVERLAP, PageSize, Walk

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
instants = st.datetimes(timezones=st.just(UTC), min_value=datetime(2010, 1, 1), max_value=datetime(2030, 1, 1))  # noqa: DTZ001
ids = st.lists(st.text("abc", min_size=1, max_size=3), max_size=5).map(tuple)
walks = st.builds(
    Walk,
    name=st.just("acme/shop"),
    since=st.none() | instants,
    began_at=st.none() | instants,
    cursor=st.none() | st.text(max_size=5),
    head=st.text("abc", max_size=3),
    again=ids,
    missed=ids,
)


@given(walks)
def test_what_is_written_is_recalled(walk: Walk) -> None:
    assert Walk.recall(walk.written(), name="acme/shop", since=None) == walk


@given(st.text())
def test_what_makes_no_sense_begins_anew(written: str) -> None:
    since = BEGAN - timedelta(days=30)
    assert Walk.recall("x" + written, name="acme/shop", since=since) == Walk(name="acme/shop", since=since)


def test_the_next_pass_goes_back_to_a_little_before_this_one_began() -> None:
    walk = Walk().begun(at=BEGAN, head="new").onward("c1")
    assert not walk.rests_at("new")
    assert walk.begun(at=BEGAN + timedelta(hours=1), head="newer") == walk, "a pass that stands still goes on"
    done = walk.onward(None, newest_at=BEGAN)
    assert done.rests_at("new")
    assert not done.rests_at("newer")
    assert (done.since, done.cursor) == (BEGAN - OVERLAP, None)


def test_the_next_pass_goes_back_to_the_latest_item_where_the_clocks_differ() -> None:
    newest_at = BEGAN - timedelta(days=600)
    done = Walk().begun(at=BEGAN, head="new").onward("c1", newest_at=newest_at).onward(None)
    assert done.since == newest_at - OVERLAP
    again = done.begun(at=BEGAN + timedelta(hours=1), head="newer").onward(None)
    assert again.since == newest_at - OVERLAP, "nothing was met that is later"


def test_where_nothing_was_ever_met_the_next_pass_goes_back_as_far_as_this_one() -> None:
    since = BEGAN - timedelta(days=30)
    assert Walk(since=since).begun(at=BEGAN, head="new").onward(None).since == since


def test_what_is_owed_is_read_at_the_end_or_as_soon_as_there_is_enough() -> None:
    under_way = Walk().begun(at=BEGAN, head="new").owing(("a", "b"))
    assert not under_way.owes_at("new")
    assert under_way.onward(None).owes_at("new")
    assert under_way.owing(tuple(map(str, range(18)))).owes_at("new")


@given(walks, ids, ids)
def test_what_was_asked_is_owed_no_more_and_is_missed_only_if_it_failed(
    walk: Walk, asked: tuple[str, ...], more: tuple[str, ...]
) -> None:
    failed = asked[::2]
    paid = walk.owing(asked).paid(asked, missed=failed)
    assert not set(paid.again) & set(asked)
    assert set(paid.missed) == (set(walk.missed) - set(asked)) | set(failed)
    assert set(paid.owing(more).again) == set(paid.again) | set(more)


@given(st.integers(1, 100), st.lists(st.none() | st.floats(0, 1000), max_size=200))
def test_a_page_is_never_empty_and_never_more_than_allowed(most: int, pages: list[float | None]) -> None:
    """`pages`: how long each took, or None for one that was too much."""
    size = PageSize(most)
    for took_s in pages:
        size = size.smaller() if took_s is None else size.after_clean(took_s, most=most)
        assert 1 <= size.size <= most


def test_pages_grow_to_what_comes_soon_and_no_further() -> None:
    """github.md §2a: 20 pull requests in 2.6 seconds."""
    size = PageSize(25)
    sizes = [(size := size.after_clean(0.13 * size.size, most=100)).size for _ in range(3)]
    assert sizes == [38, 38, 38]
    assert PageSize(25).after_clean(0.1, most=100).size == 50
    assert PageSize(25).after_clean(9.0, most=100).size == 25


def test_from_the_first_that_was_too_much_pages_grow_slowly() -> None:
    size = PageSize(100).smaller()
    sizes = [(size := size.after_clean(0.1, most=100)).size for _ in range(10)]
    assert sizes == [50] * 9 + [62]
