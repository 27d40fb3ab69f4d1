"""What is known and what it means, made ready to be judged."""

from datetime import date

from mappings.statuses import categories
from sync.reconcile.facts import Facts
from sync.reconcile.reconciliation import judged
from sync.reconcile.thresholds import thresholds_of
from sync.work.reporting import Meaning


def facts_of(known: Meaning, *, effort_since: date | None = None) -> Facts:
    """By the map in force; effort from that day on, else as far back as reports look."""
    rules = known.map.mappings
    return judged(
        known.facts,
        tags=known.tags,
        links=known.links,
        categories=categories(known.facts.tables, rules.statuses, known.day),
        strategy=known.map.strategy,
        zone=known.zone,
        thresholds=thresholds_of(rules.thresholds, known.day),
        people=known.map.people,
        mappings=rules,
        effort_since=effort_since,
    )
