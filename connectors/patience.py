"""How often one request may fail, and how long it waits meanwhile."""

from connectors.errors import Retry

MAX_FAILURES = 6
MAX_LIMITS = 15  # answers that say to wait: who is told so for ever is told something else
LONGEST_WAIT_S = 2 * 3600.0  # the longest ordinary quota is an hour; beyond it, the next pass asks
LONGEST_PAUSE_S = 60.0
LONGEST_GUESS_S = 900.0


class Patience:
    """That of one request. Waiting for an ordinary quota is no failure, but has its end too."""

    def __init__(self) -> None:
        self._failures = 0
        self._limits = 0
        self._last: Retry | None = None
        self._waited_s = 0.0  #: as told, before the last answer
        self._waits_s = 0.0  #: as told by the last answer

    def note(self, error: Retry) -> None:
        """One more answer that was none."""
        self._failures += error.counts
        self._limits += error.until is not None
        self._last = error
        self._waited_s, self._waits_s = self._waited_s + self._waits_s, 0.0

    def told(self, wait_s: float) -> float:
        """Seconds to wait where the last answer asks for `wait_s`: never less, and more where that did not help.

        Who goes on asking while limited is banned (github/docs, best-practices-for-using-the-rest-api).
        """
        if self._last and self._last.counts:  # a guess of ours, since the source did not say
            longer_s = min(LONGEST_GUESS_S, wait_s * 2.0 ** (self._failures - 1))
        else:
            longer_s = min(LONGEST_PAUSE_S, 2.0 ** (self._limits - 2)) if self._limits > 1 else 0.0
        self._waits_s = max(wait_s, longer_s)
        return self._waits_s

    @property
    def is_spent(self) -> bool:
        return self._failures >= MAX_FAILURES or self._limits >= MAX_LIMITS or self._waited_s >= LONGEST_WAIT_S

    @property
    def pause_s(self) -> float:
        """Seconds until the next try, 2, 4, 8 … 60; none where the governor knows until when to wait."""
        told = self._last is not None and self._last.until is not None
        return 0.0 if told else min(LONGEST_PAUSE_S, 2.0**self._failures)
