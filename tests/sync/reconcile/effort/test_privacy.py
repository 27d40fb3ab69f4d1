"""Which groups may be shown (metrics.md §10.2)."""

import pytest

from sync.reconcile.effort.privacy import is_large_enough, shown


def team(first: int, *efforts: int) -> dict[int, int]:
    return dict(enumerate(efforts, start=first))


@pytest.mark.parametrize(
    ("efforts", "is_shown"),
    [
        ((1, 1, 1, 1, 1), True),
        ((1, 1, 1, 1), False),
        ((1, 1, 1, 1, 0), False),  # one of them did not contribute
        ((4, 1, 1, 1, 1), True),  # half, and not more
        ((5, 1, 1, 1, 1), False),
        ((), False),
    ],
)
def test_five_contribute_and_none_of_them_more_than_half(efforts: tuple[int, ...], is_shown: bool) -> None:
    assert is_large_enough(team(0, *efforts), least=5) is is_shown


def test_a_team_is_not_shown_where_the_rest_would_be_told_by_subtraction() -> None:
    large, small = team(0, 1, 1, 1, 1, 1, 1), team(6, 1, 1)
    assert shown({"large": large, "small": small}, [*large, *small], least=5) == []


def test_all_teams_together_leave_nobody_or_enough() -> None:
    one, two, three = team(0, *[1] * 6), team(6, *[1] * 5), team(11, *[1] * 5)
    everybody = [*one, *two, *three]
    assert shown({"one": one, "two": two, "three": three}, everybody, least=5) == ["one", "three", "two"]
    alone = 16
    assert shown({"one": one, "two": two, "three": three}, [*everybody, alone], least=5) == ["one", "three"]


def test_a_whole_company_in_one_team_is_shown() -> None:
    one = team(0, *[1] * 5)
    assert shown({"one": one}, list(one), least=5) == ["one"]
