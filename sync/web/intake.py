"""Deliveries into the inbox by group commit: one thread, one transaction and one fsync for all that came meanwhile.

DeWitt and others, Implementation Techniques for Main Memory Database Systems, SIGMOD 1984, §5.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import Engine

from sync.store import deliveries
from sync.store.database import UNAVAILABLE, why
from sync.store.deliveries import Arrival

Told = Callable[[Collection[str]], None]  #: hears the sources of which something new is kept, in the intake's thread

MOST_AT_ONCE = 500
MOST_BYTES = 32 * 1024 * 1024  # of bodies in one transaction


class _Waiting(NamedTuple):
    arrival: Arrival
    kept: "asyncio.Future[None]"


class Intake:
    """Keeps deliveries. Open it as a context; what was handed in before its end is kept or refused by then."""

    def __init__(self, engine: Engine, *, told: Told) -> None:
        self._engine = engine
        self._told = told
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="intake", daemon=True)

    def __enter__(self) -> "Intake":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.put(None)
        self._thread.join()

    async def keep(self, arrival: Arrival) -> None:
        """Returns once the delivery is on the disk; raises what kept it from getting there."""
        kept = asyncio.get_running_loop().create_future()
        self._line.put(_Waiting(arrival, kept))
        await kept

    def _work(self) -> None:
        is_open = True
        while is_open:
            first = self._line.get()
            group, is_open = ([first], True) if first else ([], False)
            is_open &= self._fill(group)
            if group:
                self._commit(group)

    def _fill(self, group: list[_Waiting]) -> bool:
        """Adds all that waits by now, up to a limit; False where the end was among it."""
        size = sum(len(each.arrival.delivery.body) for each in group)
        while len(group) < MOST_AT_ONCE and size < MOST_BYTES:
            try:
                each = self._line.get_nowait()
            except queue.Empty:
                return True
            if each is None:
                return False
            group.append(each)
            size += len(each.arrival.delivery.body)
        return True

    def _commit(self, group: Sequence[_Waiting]) -> None:
        failed: Exception | None = None
        try:
            deliveries.keep(self._engine, [each.arrival for each in group])
        except UNAVAILABLE as error:
            structlog.get_logger().error("not kept", deliveries=len(group), why=why(error))
            failed = error
        except Exception as error:  # noqa: BLE001 - the outer edge of one commit: who waits for it is told
            structlog.get_logger().exception("not kept", deliveries=len(group))
            failed = error
        if failed is None:
            self._told({each.arrival.source for each in group if each.arrival.state == "waiting"})
        loop = group[0].kept.get_loop()
        loop.call_soon_threadsafe(_answer, [each.kept for each in group], failed)


def _answer(waiting: Sequence["asyncio.Future[None]"], failed: Exception | None) -> None:
    for kept in waiting:
        if kept.done():  # whoever waited has gone
            continue
        if failed is None:
            kept.set_result(None)
        else:
            kept.set_exception(failed)
