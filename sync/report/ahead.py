"""What lies ahead of an objective, in words: its forecast, how past ones held, how far its measures came."""

from sync.reconcile.backtest import BackTest
from sync.reconcile.forecast import Forecast, When
from sync.reconcile.outlook import Outlook
from sync.reconcile.progress import MeasureLine
from sync.report import words

HIDDEN = "hidden: forecasts like this one were no better than “as many as last time”"


def forecast(outlook: Outlook) -> str:
    """Two days and never one: 50 %: 2027-01-04 · 85 %: 2027-02-01 (metrics.md §6.2)."""
    ahead = outlook.forecast
    if ahead.reason:
        return words.why(ahead.reason)
    if ahead.hidden:
        return HIDDEN
    if ahead.growing.p50_on is None:
        return words.why(ahead.growing.reason or "no_data")
    return f"50 %: {_day(ahead.growing, 50)} · 85 %: {_day(ahead.growing, 85)}"


def dates(outlook: Outlook) -> str:
    """The two days alone, where the head of a column says which is which; else why there is none."""
    ahead = outlook.forecast
    if ahead.reason or ahead.hidden or ahead.growing.p50_on is None:
        return forecast(outlook)
    return f"{_day(ahead.growing, 50)} · {_day(ahead.growing, 85)}"


def fixed(ahead: Forecast) -> str:
    """The same if nothing were added any more; empty where there is no forecast."""
    if ahead.reason or ahead.hidden:
        return ""
    return f"If nothing were added: 50 %: {_day(ahead.fixed, 50)} · 85 %: {_day(ahead.fixed, 85)}."


def back_test(past: BackTest) -> str:
    """How many past forecasts held, and whether that is what their 85 % promised (metrics.md §6.4)."""
    if not past.trials:
        return "No past forecast can be tested yet."
    held = f"{past.covered} of {words.count(len(past.trials), 'past forecast')} held"
    within = (
        ""
        if past.low is None or past.high is None
        else f" (90 % interval {_percent(past.low)} – {_percent(past.high)})"
    )
    skill = "" if past.skill is None else f"; their loss is {_percent(1 - past.skill)} of a naive forecast's"
    return f"{held}{within}: {past.verdict}{skill}."


def way(measure: MeasureLine) -> str:
    """From where, how far, where to: 2.1 → 2.4 → 3 %, 33.3 % of the way."""
    ends = (measure.baseline, measure.current, measure.target)
    told = " → ".join("?" if end is None else f"{end:g}" for end in ends)
    unit = f" {words.line(measure.unit, most=12)}" if measure.unit else ""
    share = (
        words.why(measure.reason or "no_data")
        if measure.progress is None
        else f"{_percent(measure.progress)} of the way"
    )
    return f"{told}{unit}, {share}"


def _day(when: When, percent: int) -> str:
    on = when.p50_on if percent == 50 else when.p85_on
    return words.why(when.reason or "no_data") if on is None else on.isoformat()


def _percent(share: float) -> str:
    return words.amount(share, unit="ratio")
