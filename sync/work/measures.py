"""What every measure of the report means as one document, from the definitions that the report carries."""

from sync.report.definitions import DEFINITIONS

HEAD = """\
# Measures

What the words of the report mean, as `fingerpost schema measures` prints it and as every report carries it. A name in
brackets is the one that the JSON report uses. A measure that cannot be told gives its reason, and is never shown as
zero.
"""


def measures() -> str:
    """The document, as Markdown."""
    return "\n".join([HEAD, *(f"**{each.term}** (`{each.id}`)\n: {each.text}\n" for each in DEFINITIONS)]).rstrip()
