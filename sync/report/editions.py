"""The editions of the same facts: which questions each asks, and which details it lays open for them."""

from dataclasses import dataclass

from sync.report.model import Masthead

WEEK_DAYS, MONTH_DAYS = 10, 45  #: the most that each still covers


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Layout and numbers are the same in all of them, so that a changed layout hides no changed number."""

    name: str
    asks: str
    opens: frozenset[str]  #: details that are not folded away, on the screen and on paper


WEEKLY = Edition(
    name="weekly",
    asks="What changed, what is stuck or contradicts itself, and whose turn is it?",
    opens=frozenset({"flow"}),
)
MONTHLY = Edition(
    name="monthly",
    asks="Is effort spent as planned, which promise will slip, which measures do not move?",
    opens=frozenset({"map", "effort", "forecasts", "flow"}),
)
QUARTERLY = Edition(
    name="quarterly",
    asks="Did the work move the measures, did the forecasts hold, what is to be retired or funded?",
    opens=frozenset({"map", "effort", "forecasts", "flow", "delivery", "rules"}),
)


def edition(masthead: Masthead) -> Edition:
    """By the length of the period."""
    days = (masthead.until_on - masthead.first_on).days
    if days <= WEEK_DAYS:
        return WEEKLY
    return MONTHLY if days <= MONTH_DAYS else QUARTERLY
