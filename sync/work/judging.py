"""What is known and what it means, made ready to be judged."""

from datetime import timedelta

from mappings.statuses import categories
from sync.reconcile.facts import Facts
from sync.reconcile.reconciliation import judged
from sync.reconcile.thresholds import thresholds_of
from sync.work.reporting import Meaning


def facts_of(known: Meaning, *, lately: bool = False) -> Facts:
    """By the map in force; effort as far back as reports look, or of the last `touched_days` alone."""
    rules = known.map.mappings
    thresholds = thresholds_of(rules.thresholds, known.day)
    return judged(
        known.facts,
        tags=known.tags,
        links=known.links,
        categories=categories(known.facts.tables, rules.statuses, known.day),
        strategy=known.map.strategy,
        zone=known.zone,
        thresholds=thresholds,
        people=known.map.people,
        mappings=rules,
        effort_since=known.day - timedelta(days=thresholds.touched_days) if lately else None,
    )
