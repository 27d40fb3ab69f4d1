"""JSON in which one thing, somewhere, is not what it was."""

from collections.abc import Iterator
from random import Random
from typing import Any

#: What stands there instead: wrong kinds, empty and huge ones, text that is no text, dates that are none.
STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    0.5,
    "",
    "\x00",
    "\ud83d",
    "x" * 70_000,
    "2026-02-30T25:61:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    [],
    [None],
    [[]],
    {},
    {"nodes": None},
    {"nodes": [None, {}]},
)


def broken(value: Any, *, seed: int) -> Any:
    """The document with one node of it replaced, left out, or said twice."""
    random = Random(seed)
    places = list(_places(value))
    if not places:
        return random.choice(STRANGE)
    holder, key = random.choice(places)
    match random.choice(("replace", "replace", "leave out", "repeat")):
        case "leave out":
            del holder[key]
        case "repeat" if isinstance(holder, list):
            holder.append(holder[key])
        case _:
            holder[key] = random.choice(STRANGE)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that is in something."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        yield value, key
        yield from _places(inner)
