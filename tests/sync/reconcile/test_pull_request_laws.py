"""What holds of every pull request (metrics.md §2.2–2.4): phases add up; neither order nor the future counts."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.snapshot import SCHEMAS, Snapshot
from sync.store.known import as_known
from tests.builders import micros, table
from tests.sync.reconcile.pulls import AS_OF, Story, account, facts, phases

BEGIN = datetime.fromisoformat("2024-05-01T00:00+00:00")
LAST_HOUR, CUT_HOUR = 240, 100
CUT = f"{BEGIN + timedelta(hours=CUT_HOUR):%Y-%m-%dT%H:%MZ}"
PHASES = ("coding_us", "pickup_us", "review_us", "merge_wait_us")
ACTS = (
    *("ann committed", "bob approved", "bob requested", "cat commented", "cat dismissed", "bob said", "ann said"),
    *("ann pushed", "ghost approved", "ci approved", "ci committed", "ann commented"),
)
ACCOUNTS = [*({"ref": account(name)} for name in ("ann", "bob", "cat")), {"ref": account("ci"), "name": "ci[bot]"}]
OBSERVED = {
    **dict.fromkeys(("ref", "kind", "digest", "content"), "string"),
    **dict.fromkeys(("first_us", "last_us"), "int64"),
}

#: The tables that a pull request is read from, and those that the store makes them of.
READ = (
    *("accounts", "repositories", "work_items", "statuses", "pull_requests"),
    *("changes", "reviews", "comments", "commits", "changed_files"),
)

hours = st.integers(0, LAST_HOUR)


@st.composite
def stories(draw: st.DrawFn) -> list[str]:
    """The lines of one pull request: drafted and made ready in turn, ended or not, with acts before and after."""
    opened, is_draft = draw(st.integers(0, 120)), draw(st.booleans())
    lines = [(opened, f"ann opened{' draft' if is_draft else ''}")]
    flips = sorted(draw(st.lists(st.integers(opened + 1, LAST_HOUR), max_size=4, unique=True)))
    ended = draw(st.none() | st.tuples(st.integers(opened, LAST_HOUR), st.sampled_from(["ann merged", "bob closed"])))
    for number, hour in enumerate(each for each in flips if ended is None or each <= ended[0]):
        lines.append((hour, "ann ready" if (number % 2 == 0) == is_draft else "ann redrafted"))
    lines += [] if ended is None else [ended]
    lines += draw(st.lists(st.tuples(hours, st.sampled_from(ACTS)), max_size=10))
    return [f"{BEGIN + timedelta(hours=hour):%m-%dT%H:%M} {act}" for hour, act in sorted(lines)]


def rows(known: Snapshot, told: Iterable[Story]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phases(known, told).to_pyarrow().to_pylist()
    return found


def shuffled(known: Snapshot) -> Snapshot:
    """The same facts, every table in another order."""
    mixed = {}
    for name, each in known.tables.items():
        listed = each.to_pyarrow().to_pylist()
        random.Random(7).shuffle(listed)
        mixed[name] = table(SCHEMAS[name], listed)
    return Snapshot(as_of=known.as_of, digest="", tables=mixed)


def cut(known: Snapshot) -> Snapshot:
    """The facts as the store knows them at the cut, from all that came later too."""
    held = {
        name: each.mutate(read_us=ibis.literal(0)) if "ref" in each.columns else each
        for name, each in known.tables.items()
    }
    beside = {"tombstones": table({"ref": "string", "at_us": "int64"}, []), "observations": table(OBSERVED, [])}
    tables = as_known({**held, **beside}, micros(CUT), keep=lambda _, each: each.cache())
    return Snapshot(as_of=datetime.fromisoformat(CUT), digest="", tables={**known.tables, **tables})


@settings(max_examples=2)
@given(st.lists(stories(), min_size=25, max_size=40))
def test_every_history_has_phases_that_add_up_whatever_the_order_and_whatever_comes(cases: list[list[str]]) -> None:
    told = [Story(number, lines) for number, lines in enumerate(cases, start=1)]
    known = facts(told, as_of=AS_OF, accounts=ACCOUNTS)
    found = rows(known, told)
    for row in found:
        parts = [row[name] for name in PHASES if row[name] is not None]
        assert all(part >= 0 for part in parts)
        assert (len(parts) == 4) == (row["merged_us"] is not None and not row["unreviewed"])
        if len(parts) == 4:
            assert sum(parts) == row["merged_us"] - row["first_commit_us"]
        assert row["redraft_us"] >= 0
        assert row["iterations"] == 0 or row["reviewed_us"] is not None
    assert rows(shuffled(known), told) == found

    begun = [[line for line in lines if f"2024-{line.split()[0]}Z" <= CUT] for lines in cases]
    then = [Story(number, lines) for number, lines in enumerate(begun, start=1)]
    then = [story for story in then if story.pull["created_us"] is not None]
    assert rows(cut(known), told) == rows(facts(then, as_of=CUT, accounts=ACCOUNTS), then)


def test_without_any_there_are_no_rows() -> None:
    assert rows(facts([]), []) == []
