"""M20 watermelon: an objective is green outside and red inside.

Definition: a current objective that is declared on track, although its chance to keep its promised date is below 50%,
or nothing that serves it gave a sign of life for 14 days, or more than a third of what is in progress for it is
blocked.
Severity: high.
Evidence: what was declared and when, beside each of these that holds.
Decision: how is it, really?
Suggested action: say anew how it is, and what it needs.
Against false alarms: a chance counts only where forecasts of this objective have been worth something; a third of fewer
than five items is no share; an objective that nothing was ever begun for is another finding (M08).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.light import Light
from sync.reconcile.manual import Option
from sync.reconcile.objectives import rolled_up
from sync.reconcile.periods import instant, micros, start_of
from sync.reconcile.rows import Row, rows_of
from sync.reconcile.stats import SMALLEST_DENOMINATOR

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M20", "watermelon"
OPTIONS = (
    Option(says="Declare it at risk or off track", cost="an awkward minute"),
    Option(says="Free what is blocked, or cut its scope", cost="effort, or a part of the promise"),
    Option(says="Leave it declared on track, with the reason", cost="trust, if it comes otherwise"),
)
DEFAULT = "Whoever relies on it learns it late."
SILENT_DAYS = 14
BLOCKED_SHARE = 1 / 3


def ask(facts: Facts) -> list[Row]:
    current = [each for each in facts.strategy.objectives if each.state_on(facts.today) == "current"]
    said = [(each, line) for each in current if (line := each.declared_on(facts.today))]
    green = [(each, line) for each, line in said if line.status == "on_track"]
    seen = {row["scope"]: row for row in rows_of(_signs(facts))} if green else {}
    return [
        facts.subject_of(objective) | {"declared_on": line.on, "reasons": reasons}
        for objective, line in green
        if (reasons := tuple(_reasons(facts.prospects.light(objective), seen.get(objective.id), facts)))
    ]


def _signs(facts: Facts) -> "ir.Table":
    """scope, sign_us (the last one), running, blocked: of what is begun and not finished for each objective."""
    import ibis

    flow, blocks = facts.flow, facts.flowed.blocks
    stuck = blocks.filter(blocks.end_us >= micros(facts.as_of)).select("ref").distinct().mutate(stuck=1)
    placed = flow.join(rolled_up(facts.tags, facts.strategy), "ref").select("ref", "scope", "started_us", "finished_us")
    told = placed.left_join(facts.relations.signs, "ref").drop("ref_right").left_join(stuck, "ref").drop("ref_right")
    running = told.started_us.notnull() & told.finished_us.isnull()
    counted = told.group_by("scope").aggregate(
        sign_us=ibis.greatest(told.sign_us.max(), told.finished_us.max()),
        running=told.count(where=running),
        blocked=told.count(where=running & told.stuck.notnull()),
    )
    return counted.order_by("scope")


def _reasons(light: Light, seen: Row | None, facts: Facts) -> Iterator[Evidence]:
    """Why it is not on track."""
    if light.computed == "off":
        yield Evidence(says=f"The chance to keep the promised date is {100 * (light.chance or 0):.1f} %")
    if seen is None:
        return
    if seen["sign_us"] is None:
        yield Evidence(says="Nothing that serves it gave a sign of life for three months")
    elif seen["sign_us"] < facts.days_ago(SILENT_DAYS):
        yield Evidence(says="The last sign of life of anything that serves it", at=instant(seen["sign_us"]))
    if seen["running"] >= SMALLEST_DENOMINATOR and seen["blocked"] > BLOCKED_SHARE * seen["running"]:
        yield Evidence(says=f"{seen['blocked']:,} of {seen['running']:,} items in progress are blocked")


def finding(row: Row, facts: Facts) -> Finding:
    declared_at = start_of(row["declared_on"], zone=facts.zone)
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(Evidence(says="Declared on track", at=declared_at), *row["reasons"]),
        place_to_fix="`declared` in strategy.yaml",
        action="Say anew how it is, and what it needs",
        since=declared_at,
        of_silence=True,
    )
