"""Effort in words: the account that adds up, and how long it took to follow a change of the map."""

from sync.reconcile.alignment.view import Account, Lag, Spending
from sync.report import words

REASONS = {
    "closed_objective": "its objective is closed",
    "paused_objective": "its objective is paused",
    "early": "its objective has not begun",
    "dark": "a change that names no item",
    "untagged": "nothing says what it is for",
}  #: metrics.md §5.3


def account(told: Account) -> str:
    """observed = strategic and current + sanctioned + every reason."""
    parts = [
        f"{_days(told.current_days)} on current objectives",
        f"{_days(told.sanctioned_days)} sanctioned",
        *(f"{_days(days)} {REASONS[reason]}" for reason, days in told.reasons.items() if days),
    ]
    observed = f"{_days(told.observed_days)} of effort seen = {' + '.join(parts)}"
    return f"{observed}. {_days(told.unobserved_days)} were not seen."


def lags(spending: Spending) -> str:
    """How long the team took to let go, or to begin; empty where nothing changed."""
    told = (
        _lag(spending.shift_lag, "let go of after {}"),
        _lag(spending.pick_up_lag, "picked up after {}"),
        words.count(len(spending.stale_items), "open item") if spending.stale_items else "",
    )
    return ", ".join(filter(None, told))


def _lag(lag: Lag | None, says: str) -> str:
    if lag is None or lag.working_days is None:
        return ""
    return says.format(f"{'at least ' if lag.censored else ''}{words.count(lag.working_days, 'working day')}")


def _days(days: float) -> str:
    return f"{words.number(days, unit='days')} person-days"
