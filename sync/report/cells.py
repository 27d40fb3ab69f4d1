"""The small drawings in the cells of a report's tables, each with its words."""

from collections.abc import Sequence

from sync.reconcile.alignment.view import Spending
from sync.reconcile.dora.view import DoraWeek
from sync.reconcile.series import Week
from sync.report import words
from sync.report.charts import marks

SHOWN_WEEKS, YEAR_WEEKS, MONTH_WEEKS = 6, 52, 4


def six_weeks(weeks: Sequence[Week]) -> str:
    """The latest weeks, a bar each."""
    shown = weeks[-SHOWN_WEEKS:]
    return marks.sparkline([week.value for week in shown], label=f"Delivered a week, oldest first: {_said(shown)}")


def twelve_months(weeks: Sequence[Week]) -> str:
    """The latest year, a bar for every four weeks; none for those that begin before the data."""
    year = weeks[-YEAR_WEEKS:]
    starts = range(len(year) % MONTH_WEEKS, len(year), MONTH_WEEKS)
    blocks = [_together(year[start : start + MONTH_WEEKS]) for start in starts]
    label = f"Delivered in four weeks, oldest first: {_said(blocks)}"
    return marks.sparkline([block.value for block in blocks], label=label)


def share_bar(spending: Spending) -> str:
    """What it got as a bar, what it was planned to get as a stroke."""
    planned = "no plan" if spending.planned is None else f"plan {words.amount(spending.planned, unit='ratio')}"
    label = f"Share of effort {words.figure(spending.share)}, {planned}"
    return marks.share(spending.share.value, spending.planned, label=label)


def deployments(weeks: Sequence[DoraWeek]) -> str:
    """A bar a week."""
    values = [None if week.deployments is None else float(week.deployments) for week in weeks[-YEAR_WEEKS:]]
    said = ", ".join("no data" if value is None else f"{value:.0f}" for value in values)
    return marks.sparkline(values, label=f"Deployments a week, oldest first: {said}")


def _together(weeks: Sequence[Week]) -> Week:
    values = [week.value for week in weeks if week.value is not None]
    return Week(starts_on=weeks[0].starts_on, value=sum(values) if len(values) == len(weeks) else None)


def _said(weeks: Sequence[Week]) -> str:
    return ", ".join("no data" if week.value is None else words.amount(week.value, unit="items") for week in weeks)
