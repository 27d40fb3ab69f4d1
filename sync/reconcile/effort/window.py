"""How far back effort is reckoned: as far as anything that is shown looks, so that its cost has a bound."""

from datetime import date, timedelta

from sync.reconcile.periods import Period, months_before

MONTHS = 12  #: complete ones that a trend shows
PERIODS_BEFORE = 2  #: that are compared with the period of the report
#: What is carried over days off, is presumed absence, or lasts as presence, begins before the day it counts for.
MARGIN = timedelta(weeks=8)


def told_since(today: date, period: Period | None = None) -> date:
    """The first day that effort is known of: twelve months back, and of the periods before that of a report."""
    first_on = months_before(today, MONTHS)
    if period is None:
        return first_on
    length = period.until_on - period.first_on
    return min(first_on, period.first_on - PERIODS_BEFORE * length)


def reckoned_since(first_on: date) -> date:
    """The day from which signals are read for that."""
    return first_on - MARGIN
