"""What was asked for lately, kept; each value is made once, however many ask for it meanwhile."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """Keeps values up to a weight of `most`; what was asked for longest ago goes first. None is not kept."""

    def __init__(self, *, most: int, weight: Callable[[V], int] = lambda _: 1) -> None:
        self._most = most
        self._weight = weight
        self._held: OrderedDict[Hashable, V] = OrderedDict()
        self._looking = threading.Lock()
        self._making = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value under the key, made now where there is none. What is there waits for nothing that is made."""
        found = self._found(key)
        if found is not None:
            return found
        with self._making:
            found = self._found(key)
            return found if found is not None else self._kept(key, make())

    def _found(self, key: Hashable) -> V | None:
        with self._looking:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def _kept(self, key: Hashable, value: V) -> V:
        if value is None:
            return value
        with self._looking:
            self._held[key] = value
            while len(self._held) > 1 and sum(map(self._weight, self._held.values())) > self._most:
                self._held.popitem(last=False)
        return value
