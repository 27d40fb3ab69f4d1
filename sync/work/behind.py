"""What stands behind a finding or a figure of a report."""

from typing import Any

import msgspec
from sqlalchemy import Engine

from sync.reconcile.checks import Check, discover, limits_of
from sync.reconcile.findings import Finding
from sync.reconcile.objectives import ALL
from sync.reconcile.thresholds import Thresholds
from sync.report import gather
from sync.report.explanation import FigureBehind, FindingBehind, Origin
from sync.report.model import Report
from sync.report.words import measure
from sync.store.held import by_ref
from sync.store.rows import at_of


def figures_behind(made: Report, name: str) -> tuple[FigureBehind, ...]:
    """The figures of this name, `cycle_time` or `cycle_time_p85`; of all work, or of the scope after a colon.

    A scope is an objective, a service, or `team:payments`, as the report names it.
    """
    identity, _, scope = name.partition(":")
    every = {(each.scope, each.id): each for each in gather.figures(made)}
    items = {item.ref: item for item in made.items}
    definitions = {definition.id: definition for definition in made.definitions}
    return tuple(
        FigureBehind(
            figure=figure,
            definition=definitions.get(measure(figure.id)),
            items=tuple(items[ref] for ref in figure.items if ref in items),
        )
        for figure in every.values()
        if figure.scope == (scope or ALL) and identity in (figure.id, measure(figure.id))
    )


def finding_behind(engine: Engine, made: Report, found: Finding) -> FindingBehind:
    """What the finding of a report rests on."""
    check = discover()[found.slug]
    keys = {item.ref: item.key for item in made.items}
    keys |= {found.subject_ref: found.subject_key}
    refs = [found.subject_ref, found.counterpart_ref, *(evidence.ref for evidence in found.evidence)]
    held = by_ref(engine, wanted := [ref for ref in dict.fromkeys(refs) if ref])
    return FindingBehind(
        finding=found,
        definition=check.__doc__ or "",
        thresholds=_thresholds(check, made.thresholds),
        origins=tuple(
            Origin(
                ref=ref,
                key=keys.get(ref),
                source=ref.split(":", 1)[0],
                read_at=at_of(held[ref].read_us) if ref in held else None,
            )
            for ref in wanted
        ),
    )


def _thresholds(check: Check, thresholds: Thresholds) -> dict[str, Any]:
    """Those that the check's own code asks for."""
    asked = limits_of(check)
    return {name: value for name, value in msgspec.structs.asdict(thresholds).items() if name in asked}
