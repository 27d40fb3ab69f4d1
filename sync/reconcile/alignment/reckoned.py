"""Where the effort of a period went, beside where it should have gone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from mappings.audit import Precision
from sync.reconcile.alignment import scores
from sync.reconcile.alignment.beside import beside
from sync.reconcile.alignment.drift import is_plan, movers
from sync.reconcile.alignment.overall import of_teams, overall
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.spending import spending
from sync.reconcile.alignment.unplanned_weeks import unplanned_weeks
from sync.reconcile.alignment.view import Account, AlignmentView, Spending
from sync.reconcile.effort.population import CURRENT, SANCTIONED, UNSEEN, days
from sync.reconcile.effort.split import TIERS
from sync.reconcile.facts import Facts
from sync.reconcile.figures import Figure
from sync.reconcile.periods import Period
from sync.reconcile.ranks import spearman

LEAST_RANKED, LEAST_AGREEMENT = 5, 0.5


def aligned(facts: Facts, period: Period, *, precision: Precision | None, config_version: str) -> AlignmentView:
    """The whole view. Where a group is too small for its effort to be shown, delivered items stand in (§10.2)."""
    told = Reckoning(facts=facts, period=period, config_version=config_version)
    planned = told.map.planned(told.span) if told.span.first_day < told.span.until_day else {}
    figures = overall(told, planned=planned, precision=precision)
    spent = tuple(spending(told, planned=planned))
    return AlignmentView(
        basis="items" if told.hidden else "effort",
        reason=told.hidden,
        gates=told.gates,
        flags=tuple(_flags(told, figures)),
        figures=figures,
        beside=beside(told, planned if is_plan(planned) else {}),
        unplanned_weeks=unplanned_weeks(told),
        spending=spent,
        movers=movers(told.total, planned) if is_plan(planned) and not told.hidden else (),
        misaligned=() if told.hidden else told.items.misaligned,
        misaligned_more=0 if told.hidden else told.items.more,
        account=None if told.hidden else _account(told),
        teams=of_teams(told),
        notes=tuple(_notes(told, spent, planned, precision)),
    )


def _flags(told: Reckoning, figures: Sequence[Figure]) -> Iterator[str]:
    least = told.facts.thresholds.drift
    for figure in figures:
        is_wide = figure.id == "drift" and figure.value is not None and figure.value >= least
        if is_wide and figure.low is not None and figure.low > least:
            yield "drift"


def _account(told: Reckoning) -> Account:
    total = told.total
    whole = scores.observed(total) + total.get(UNSEEN, 0)
    by_tier = Counter[int | None]()
    for piece in told.population.pieces:
        by_tier[piece.tier] += piece.effort
    return Account(
        observed_days=days(scores.observed(total)),
        current_days=days(total.get(CURRENT, 0)),
        sanctioned_days=days(total.get(SANCTIONED, 0)),
        reasons={reason: days(total.get(state, 0)) for state, reason in scores.REASONS.items()},
        unobserved_days=days(total.get(UNSEEN, 0)),
        tiers={name: by_tier[tier] / whole for name, tier in (*TIERS.items(), ("none", None))},
    )


def _notes(
    told: Reckoning, spent: Sequence[Spending], planned: dict[str, float], precision: Precision | None
) -> Iterator[str]:
    if planned and not is_plan(planned):
        yield "The planned shares add up to more than 1: drift is not reckoned."
    if told.hidden == "suppressed_privacy":
        least = told.facts.thresholds.least_group
        yield (
            f"Effort is shown of {least} people at least, none of whom did more than half of it. "
            "Delivered items stand in for it here, each counting as one."
        )
    if told.hidden:
        return
    if "observability" in told.gates:
        yield "Most days unseen: shares of effort rest on the few of which something tells."
    if precision:
        yield (
            f"An audit of {precision.n} drawn tags ({precision.period}) found {precision.right} right: the lower ends "
            "of coverage and strategic yield allow for the rest."
        )
    if away := told.presumed_absences:
        yield (
            f"{away:,} working days without any sign of somebody, {told.facts.thresholds.absence_days} or more in a "
            "row, count as absence."
        )
    if _flips(told):
        yield "Which objective took more depends on the weights of the signals: order not robust."
    if _disagrees(spent):
        yield "Delivered items rank the objectives otherwise than effort does."


def _flips(told: Reckoning) -> bool:
    """Whether two objectives stand in another order by other weights."""
    tops = [[each.get(f"all:{scope}", 0) for scope in told.map.objectives] for each in told.by_weights]
    signs = (
        {(each[one] > each[other]) - (each[one] < each[other]) for each in tops}
        for one, other in combinations(range(len(told.map.objectives)), 2)
    )
    return any({1, -1} <= found for found in signs)


def _disagrees(spent: Sequence[Spending]) -> bool:
    """Whether items and effort rank at least five objectives differently (§4.1)."""
    pairs = [
        (each.share.value, each.by_items.value)
        for each in spent
        if each.class_ == "strategic" and each.share.value is not None and each.by_items.value is not None
    ]
    if len(pairs) < LEAST_RANKED:
        return False
    agreement = spearman([one for one, _ in pairs], [other for _, other in pairs])
    return agreement is not None and agreement < LEAST_AGREEMENT
