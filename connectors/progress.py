"""Who is told how the reading gets on: told, never asked."""

from datetime import datetime
from typing import Protocol


class Progress(Protocol):
    """Whoever watches."""

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        """Nothing is asked of `what` (the name of a limit, or a host) before `until`. Told once for each wait."""

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        """So many are read; `of` how many, as far as the source tells."""

    def asked(self, source: str, *, bucket: str, left: int | None) -> None:
        """One more request went out; `left`: how many more of this bucket the source says that it bears."""


class Silent:
    """Tells nobody."""

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        pass

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        pass

    def asked(self, source: str, *, bucket: str, left: int | None) -> None:
        pass


SILENT = Silent()
