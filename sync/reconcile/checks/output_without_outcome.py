"""M19 output without outcome: work is delivered, and what it should move stands still.

Definition: a measure of a current strategic objective that has gone less than a tenth of the way from its baseline to
its target, although 80% of the objective's scope, or ten of its items in the two complete months before `as_of`, were
delivered early enough to be seen in the last reading.
Severity: high.
Evidence: how much is delivered, beside the measure's last reading.
Decision: do we still believe that this work moves it?
Suggested action: ask what the work was meant to change, and keep the bet or drop it.
Against false alarms: only what was delivered `lag_days` before the last reading counts, so that a slow measure, or one
that nobody reads (M18), is silent; so is one without baseline or target (M17). It is a question: the measure may be
the wrong one.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.rows import as_table
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.objectives import rolled_up
from sync.reconcile.periods import micros, months_before, start_of
from sync.reconcile.progress import measured
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M19", "output-without-outcome"
OPTIONS = (
    Option(says="Keep the bet, and say by when it should show", cost="a line on the measure's lag"),
    Option(says="Change what is built for it", cost="what was planned so far"),
    Option(says="Measure something else", cost="a new baseline"),
)
DEFAULT = "More of the same is built."
MOVED = 0.10  #: of the way from baseline to target
MOST_OF_IT = 0.80  #: of the scope
MANY = 10  #: items in two months
MONTHS = 2
SEEN = {"scope": "string", "measure": "string", "seen_us": "int64"}


def ask(facts: Facts) -> list[Row]:
    still = list(_still(facts))
    if not still:
        return []
    counts = {(row["scope"], row["measure"]): row for row in rows_of(_delivered(facts, still))}
    told = ((row, counts.get((row["objective"], row["measure"]))) for row in still)
    return [row | count for row, count in told if count and _is_output(count)]


def _is_output(count: Row) -> bool:
    return bool(count["done"] >= MOST_OF_IT * count["items"] or count["lately"] >= MANY)


def _still(facts: Facts) -> Iterator[Row]:
    """The measures that hardly moved; `seen_us` is the end of the days whose deliveries the last reading shows."""
    for objective in facts.strategy.objectives:
        if objective.class_ != "strategic" or objective.state_on(facts.today) != "current":
            continue
        for measure in objective.measures:
            line = measured(measure, today=facts.today)
            if line.read_on is None or line.progress is None or line.progress >= MOVED:
                continue
            name, shows_on = f"{objective.id}/{measure.id}", line.read_on - timedelta(days=measure.lag_days)
            yield facts.subject_of(objective) | {
                "ref": f"strategy:measure:{name}",
                "key": name,
                "title": f"{objective.name}: {line.name}",
                "measure": measure.id,
                "line": line,
                "seen_us": micros(start_of(shows_on, zone=facts.zone)),
            }


def _delivered(facts: Facts, still: Iterable[Row]) -> "ir.Table":
    """scope, measure, items in scope, how many were done early enough, how many of those in the two months."""
    since_us, until_us = (micros(start_of(months_before(facts.today, n), zone=facts.zone)) for n in (MONTHS, 0))
    asked = [{"scope": row["objective"], "measure": row["measure"], "seen_us": row["seen_us"]} for row in still]
    kept = facts.flow.filter(facts.flow.outcome.isnull() | (facts.flow.outcome != "discarded"))
    placed = kept.select("ref", "finished_us").join(rolled_up(facts.tags, facts.strategy), "ref")
    told = placed.join(as_table(asked, SEEN), "scope")
    is_seen = (told.finished_us < told.seen_us).fill_null(False)
    is_late = is_seen & (told.finished_us >= since_us) & (told.finished_us < until_us)
    counted = told.group_by("scope", "measure").aggregate(
        items=told.count(), done=told.count(where=is_seen), lately=told.count(where=is_late)
    )
    return counted.order_by("scope", "measure")


def finding(row: Row, facts: Facts) -> Finding:
    line, read_at = row["line"], start_of(row["line"].read_on, zone=facts.zone)
    way = f"from {line.baseline:g} to {line.target:g}"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says=f"{row['done']:,} of {row['items']:,} items were delivered in time to show"),
            Evidence(says=f"{row['lately']:,} of them in the two complete months before"),
            Evidence(says=f"{line.name} is at {line.current:g}, {line.progress:.0%} of the way {way}", at=read_at),
        ),
        place_to_fix="strategy.yaml, or the plans of its team",
        action="Ask what the work was meant to change, and keep the bet or drop it",
        since=read_at,
    )
