"""Tags as stretches of an item, and days as vectors over roots (metrics.md §4.4, §5.1)."""

from typing import Any

import ibis
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mappings.tag import TAGS
from sync.reconcile.effort.buckets import buckets, in_buckets
from sync.reconcile.effort.habits import _pairs, _parts, _spread, _switched
from sync.reconcile.effort.roster import UNIT
from tests.builders import table

OBJECTIVES = ("checkout", "growth", "search")


def tag(ref: str, objective: str, weight: float, *, origin: str = "rule") -> dict[str, Any]:
    return {
        "ref": ref,
        "kind": "work_item",
        "outcome": "tagged",
        "objective": objective,
        "weight": weight,
        "origin": origin,
    }


def told(tags: list[dict[str, Any]], efforts: dict[str, int]) -> dict[str, dict[str | None, int]]:
    spent = ibis.memtable(
        {"ref": list(efforts), "effort": list(efforts.values())}, schema={"ref": "string", "effort": "int64"}
    )
    rows = in_buckets(spent, buckets(table(TAGS, tags))).to_pyarrow().to_pylist()
    return {ref: {row["bucket"]: row["effort"] for row in rows if row["ref"] == ref} for ref in efforts}


def test_thirds_make_a_whole_and_what_is_left_is_of_no_bucket() -> None:
    tags = [
        *(tag("thirds", name, 1 / 3) for name in OBJECTIVES),
        tag("part", "growth", 0.7),
        {**tag("exempt", "", 0), "objective": None, "weight": None, "outcome": "exempt", "rule": "on-call"},
        {**tag("untagged", "", 0), "objective": None, "weight": None, "outcome": "untagged", "origin": None},
    ]
    found = told(tags, dict.fromkeys(("thirds", "part", "exempt", "untagged", "unheard-of"), UNIT))
    assert list(found["thirds"]) == list(OBJECTIVES) or set(found["thirds"]) == set(OBJECTIVES)
    assert sum(found["thirds"].values()) == UNIT
    assert found["part"] == {"growth": 7 * UNIT // 10, None: 3 * UNIT // 10}
    assert found["exempt"] == {"exempt:on-call": UNIT}
    assert found["untagged"] == found["unheard-of"] == {None: UNIT}


weights = st.lists(st.integers(1, 1_000), min_size=1, max_size=3)
worlds = st.lists(st.tuples(weights, st.integers(0, 50), st.integers(0, 40 * UNIT)), min_size=20, max_size=40)


@settings(max_examples=3, phases=[Phase.generate])
@given(worlds)
def test_no_unit_is_lost_by_any_tags(world: list[tuple[list[int], int, int]]) -> None:
    tags = [
        tag(f"{number}", name, part / (sum(parts) + slack))
        for number, (parts, slack, _) in enumerate(world)
        for name, part in zip(OBJECTIVES, parts, strict=False)
    ]
    efforts = {f"{number}": effort for number, (_, _, effort) in enumerate(world)}
    found = told(tags, efforts)
    assert {ref: sum(parts.values()) for ref, parts in found.items()} == efforts
    assert all(part >= 0 for parts in found.values() for part in parts.values())


def day(person: int, day: int, **roots: float) -> list[dict[str, Any]]:
    numbers = {"A": 1, "B": 2, "C": 3}
    return [
        {"person": person, "day": day, "root": numbers[name], "effort": round(share * UNIT)}
        for name, share in roots.items()
    ]


@pytest.fixture(scope="module")
def parts() -> Any:
    rows = [
        *(*day(1, 10, A=0.5, B=0.5), *day(1, 11, A=1.0), *day(1, 14, B=0.25, C=0.75)),
        *(*day(2, 10, A=0.5), *day(2, 15, A=0.5)),
    ]
    schema = dict.fromkeys(("person", "day", "root", "effort"), "int64")
    return _parts(table(schema, rows)).cache()


def test_switching_is_the_distance_of_days_that_follow_each_other(parts: Any) -> None:
    amount, pairs = _pairs(_switched(parts))[1]
    assert (amount / UNIT / pairs, pairs) == (pytest.approx(0.75), 2)
    assert 2 not in _pairs(_switched(parts))  # five calendar days apart


def test_a_day_is_spread_over_an_effective_number_of_roots(parts: Any) -> None:
    amount, days = _pairs(_spread(parts))[1]
    assert days == 3
    assert amount / UNIT == pytest.approx(2 + 1 + 1.754765, abs=1e-6)  # exp of 0.562335 nats
    assert _pairs(_spread(parts))[2] == (pytest.approx(2 * UNIT, abs=10), 2)
