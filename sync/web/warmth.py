"""Writes the page of the latest report before anybody asks for it, and keeps it ready."""

import threading

from sync.web.pages.forms import whole
from sync.web.shelf import Shelf
from sync.work.desk import Desk
from sync.work.edge import failed

LOOKS_EVERY_S = 15.0
_STOP_S = 0.5


class Warmth:
    """Open it as a context: a thread that looks for a new report now and then until its end."""

    def __init__(self, desk: Desk, shelf: Shelf, *, every_s: float = LOOKS_EVERY_S) -> None:
        self._desk = desk
        self._shelf = shelf
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="warmth", daemon=True)

    def __enter__(self) -> "Warmth":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(_STOP_S)

    def look(self) -> None:
        """Writes the latest report's page where that is not done yet."""
        digest = self._desk.latest()
        if digest:
            self._shelf.ready(digest, whole())

    def _look_on(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the outer edge: whoever asks is told what is wrong
                failed(error)
