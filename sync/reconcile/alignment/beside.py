"""What the headlines stand beside: the plan, the last period, the four before (report-and-findings.md §1b)."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.drift import drift, is_plan
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.stretches import earlier
from sync.reconcile.alignment.view import Beside
from sync.reconcile.effort.population import Span

PERIODS = 4


def beside(told: Reckoning, planned: Mapping[str, float]) -> dict[str, Beside]:
    """Of strategic yield and drift; nothing where effort may not be shown. No period that began before effort is
    known counts."""
    if told.hidden:
        return {}
    spans = [span for span in earlier(told.period, count=PERIODS) if span.first_day >= told.daily.span.first_day]
    strategic = [share for scope, share in planned.items() if not told.map.is_sanctioned(scope)]
    return {
        "strategic_yield": _beside(
            spans, lambda span: scores.strategic_yield(told.over(span)), plan=sum(strategic) if strategic else None
        ),
        "drift": _beside(spans, lambda span: _drift(told, span), plan=None),
    }


def _beside(spans: Sequence[Span], score: Callable[[Span], float | None], *, plan: float | None) -> Beside:
    values = [score(span) for span in spans]
    known = [value for value in values if value is not None]
    return Beside(
        plan=plan, last=values[0] if values else None, average=fmean(known) if len(known) == PERIODS else None
    )


def _drift(told: Reckoning, span: Span) -> float | None:
    """By the plan that those days had."""
    planned = told.map.planned(span)
    return drift(told.over(span), planned) if is_plan(planned) else None
