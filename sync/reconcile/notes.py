"""What the data lack, and what that leaves unsaid: sentences for the report's small print."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mappings.ancestry import chain_problems
from sync.reconcile.lost import lost
from sync.reconcile.periods import Period, instant
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

FLAGS = {
    "no_history": "{} no status history: creation and resolution are all that is known, so that no cycle time, flow "
    "efficiency, WIP or age counts them.",
    "unmapped": "{} a status that nobody mapped; it counts as to do.",
    "chain_break": "{} a status history with a gap; where it goes on is believed.",
    "tail_mismatch": "{} another status than the history leads to; the difference is dated by the last update.",
    "resolved_not_done": "{} a resolution without being done: unfinished.",
    "no_commitment": "{} never been in a commitment status: started, but without a flow time.",
}
CHAINS = {
    "missing_parent": "{} a parent that is not read.",
    "cycle": "{} a parent below itself, in a circle.",
    "too_deep": "{} more ancestors than are looked at.",
}


def notes(snapshot: Snapshot, flow: "ir.Table", period: Period) -> tuple[str, ...]:
    """In a fixed order; of what does not occur nothing is said."""
    return tuple(_notes(snapshot, flow, period))


def _notes(snapshot: Snapshot, flow: "ir.Table", period: Period) -> Iterator[str]:
    if period.partial(snapshot.as_of):
        yield f"Period {period.text} was not over: it enters no comparison."
    yield from _lost(snapshot)
    flags = _counts(flow.select(name="flags").unnest("name"))
    yield from _sentences(FLAGS, flags, of="work item")
    problems = chain_problems(snapshot["work_items"])
    yield from _sentences(CHAINS, _counts(problems.select(name="problem")), of="work item")
    undated = snapshot["pull_requests"].created_us.isnull().sum().to_pyarrow().as_py()
    yield from _sentences({"undated": "{} no opening date."}, {"undated": undated or 0}, of="pull request")


def _lost(snapshot: Snapshot) -> Iterator[str]:
    for row in lost(snapshot).to_pyarrow().to_pylist():
        since = f"{instant(row['lost_us']):%Y-%m-%d %H:%M} UTC"
        yield (
            f"{row['scope']} of {row['source']} is not to be seen since {since}: its figures stand still since then, "
            "and nothing is found in it. Give the account its permission back, or leave it out of fingerpost.yaml."
        )


def _counts(named: "ir.Table") -> dict[str, int]:
    rows = named.group_by("name").aggregate(count=named.count()).to_pyarrow().to_pylist()
    return {row["name"]: row["count"] for row in rows}


def _sentences(said: dict[str, str], counts: dict[str, int], *, of: str) -> Iterator[str]:
    for name, sentence in said.items():
        if count := counts.get(name):
            yield sentence.format(f"{count:,} {of} has" if count == 1 else f"{count:,} {of}s have")
