"""Names with * and ?, as patterns."""

from collections.abc import Iterable

import re2

SIGNS = {"*": ".*", "?": "."}


def pattern(glob: str) -> str:
    """What the whole of a name must match, in RE2's syntax: * is any text, ? any one character."""
    return one_of([glob])


def one_of(globs: Iterable[str]) -> str:
    """What the whole of a name must match to be meant by one of several, of which there is at least one."""
    written = ("".join(SIGNS.get(sign) or re2.escape(sign) for sign in glob) for glob in globs)
    return f"(?s)^({'|'.join(written)})$"
