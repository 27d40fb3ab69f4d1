"""Laws of the flow over random histories, against a slow reading of metrics.md §1.2–1.5 item by item."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.reconcile.runs import Run, debounced
from tests.builders import micros
from tests.sync.reconcile.flows import Told, change, flow_of, told

SECOND = 1_000_000
CREATED = micros("2024-03-01T00:00Z")
AS_OF = CREATED + 3_000 * SECOND
CATEGORY = {"T": "todo", "S": "todo", "A": "active", "X": "active", "W": "waiting", "D": "done"}
PARTS = ("active_us", "queued_us", "blocked_us", "returned_us", "done_gap_us")

Step = tuple[int, str]
steps = st.tuples(st.integers(0, 600).map(lambda second: second * SECOND), st.sampled_from(sorted(CATEGORY)))
histories = st.lists(steps, max_size=12)
flags = st.lists(st.integers(0, 3_000).map(lambda second: CREATED + second * SECOND), max_size=4, unique=True).map(
    sorted
)


def moments(history: list[Step]) -> list[tuple[int, str]]:
    """The moves that fall before `as_of`: instant and status."""
    at_us, moves = CREATED, []
    for pause, status in history:
        at_us += pause
        if at_us <= AS_OF:
            moves.append((at_us, status))
    return moves


def runs_of(stays: list[tuple[int, int, str]]) -> list[list[Any]]:
    merged: list[list[Any]] = []
    for start, end, category in stays:
        if merged and merged[-1][2] == category:
            merged[-1][1] = end
        else:
            merged.append([start, end, category])
    return merged


def settle(runs: list[list[Any]]) -> list[list[Any]]:
    """§1.3 by the letter: again and again the leftmost flicker."""
    for i in range(1, len(runs) - 1):
        if runs[i][1] - runs[i][0] < 300 * SECOND and runs[i - 1][2] == runs[i + 1][2]:
            return settle([*runs[: i - 1], [runs[i - 1][0], runs[i + 1][1], runs[i - 1][2]], *runs[i + 2 :]])
    return runs


def expected(moves: list[tuple[int, str]], toggles: list[int]) -> dict[str, Any]:
    starts = [(CREATED, "T"), *moves]
    ends = [at_us for at_us, _ in moves] + [AS_OF]
    stays = [(a, b, s) for n, ((a, s), b) in enumerate(zip(starts, ends, strict=True)) if a < b or n == len(moves)]
    runs = settle(runs_of([(a, b, CATEGORY[s]) for a, b, s in stays]))
    started = next((a for a, _, category in runs if category in ("active", "waiting")), None)
    finished = runs[-1][0] if runs[-1][2] == "done" else None
    blocked = [(a, b) for a, b, s in stays if s == "X"]
    blocked += [(a, b) for a, b in zip(toggles[::2], [*toggles[1::2], AS_OF], strict=False)]
    row: dict[str, Any] = {"category": runs[-1][2], "finished_us": finished}
    row["started_us"] = finished if started is None else started
    row["reopens"] = sum(earlier[2] == "done" for earlier, _ in pairwise(runs))
    return row | (parts(runs, blocked, started, finished) if finished else dict.fromkeys(PARTS))


def parts(
    runs: list[list[Any]], blocked: list[tuple[int, int]], started: int | None, finished: int
) -> dict[str, int | None]:
    """Stretch by stretch between any two instants at which something changes."""
    names = {"active": "active_us", "waiting": "queued_us", "todo": "returned_us", "done": "done_gap_us"}
    spent: dict[str, int | None] = dict.fromkeys(PARTS, 0)
    cuts = sorted({us for a, b, *_ in [*runs, *blocked] for us in (a, b)})
    for start, end in pairwise(us for us in cuts if (started or finished) <= us <= finished):
        category = next(category for a, b, category in runs if a <= start < b)
        is_blocked = category == "active" and any(a <= start < b for a, b in blocked)
        name = "blocked_us" if is_blocked else names[category]
        spent[name] = (spent[name] or 0) + end - start
    return spent


def written(us: int) -> str:
    return datetime.fromtimestamp(us / SECOND, UTC).isoformat()


def item_of(history: list[Step], toggles: list[int]) -> Told:
    """Its changes in reverse, as their order should not matter."""
    item = told(*(f"{status} {written(us)}" for us, status in moments(history)), created=written(CREATED))
    switches = [("", "F"), ("F", "")]
    flags = [
        change("flagged", *switches[number % 2], at_us, identity=f"{100 + number}")
        for number, at_us in enumerate(toggles)
    ]
    return Told(item.item | {"flagged": len(toggles) % 2 == 1}, [*item.changes, *flags][::-1])


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(histories, flags), min_size=20, max_size=40))
def test_the_flow_is_what_the_definition_says_and_its_parts_add_up(cases: list[tuple[list[Step], list[int]]]) -> None:
    items = {f"PAY-{n}": item_of(history, toggles) for n, (history, toggles) in enumerate(cases)}
    rows = flow_of(items, as_of=written(AS_OF))
    for n, (history, toggles) in enumerate(cases):
        row, wanted = rows[f"PAY-{n}"], expected(moments(history), toggles)
        assert {name: row[name] for name in wanted} == wanted
        if row["finished_us"] is not None:
            assert row["cycle_us"] == sum(row[part] for part in PARTS)
            assert row["waiting_us"] == row["queued_us"] + row["blocked_us"] + row["returned_us"]


lengths = st.integers(1, 700)


@given(st.lists(st.tuples(lengths, st.sampled_from(["todo", "active", "waiting", "done"])), min_size=1, max_size=30))
def test_debouncing_in_one_pass_is_debouncing_leftmost_first(told: list[tuple[int, str]]) -> None:
    at_us, stays = 0, []
    for length, category in told:
        stays.append((at_us, at_us + length * SECOND, category))
        at_us += length * SECOND
    runs = runs_of(stays)
    passed = debounced([Run(1, a, b, c, n == len(runs)) for n, (a, b, c) in enumerate(runs, start=1)], debounce_s=300)
    settled = list(passed)
    assert [[run.start_us, run.end_us, run.category] for run in settled] == settle(runs)
    assert [run.is_last for run in settled] == [False] * (len(settled) - 1) + [True]
    assert (settled[0].start_us, settled[-1].end_us) == (0, at_us)
    assert all(earlier.end_us == later.start_us for earlier, later in pairwise(settled))
