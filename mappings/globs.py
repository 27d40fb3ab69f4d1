"""Names with * and ?, as patterns."""

import re2

SIGNS = {"*": ".*", "?": "."}


def pattern(glob: str) -> str:
    """What the whole of a name must match, in RE2's syntax: * is any text, ? any one character."""
    return "(?s)^" + "".join(SIGNS.get(sign) or re2.escape(sign) for sign in glob) + "$"
