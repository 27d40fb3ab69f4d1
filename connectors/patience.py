"""How often one request may fail, and how long it waits meanwhile."""

from connectors.errors import Retry

MAX_FAILURES = 6
MAX_LIMITS = 15  # answers in a row that say to wait: who is told so for ever is told something else
LONGEST_PAUSE_S = 60.0
LONGEST_GUESS_S = 900.0


class Patience:
    """That of one request. Waiting for an ordinary quota is no failure, but has its end too."""

    def __init__(self) -> None:
        self._failures = 0
        self._limits = 0
        self._last: Retry | None = None

    def note(self, error: Retry) -> None:
        """One more answer that was none."""
        self._failures += error.counts
        self._limits += error.until is not None
        self._last = error

    @property
    def is_spent(self) -> bool:
        return self._failures >= MAX_FAILURES or self._limits >= MAX_LIMITS

    @property
    def pause_s(self) -> float:
        """Seconds until the next try, 2, 4, 8 … 60; none where the governor knows until when to wait."""
        told = self._last is not None and self._last.until is not None
        return 0.0 if told else min(LONGEST_PAUSE_S, 2.0**self._failures)

    def stretched_s(self, told_s: float) -> float:
        """Seconds to wait where the last answer asks for `told_s`: never less, and more where that did not help.

        Who goes on asking while limited is banned (github/docs, best-practices-for-using-the-rest-api).
        """
        if self._last and self._last.counts:  # a guess of ours, since the source did not say
            return max(told_s, min(LONGEST_GUESS_S, told_s * 2.0 ** (self._failures - 1)))
        return max(told_s, min(LONGEST_PAUSE_S, 2.0 ** (self._limits - 2)) if self._limits > 1 else 0.0)
