"""Plain text of what Jira shows as rich text."""

from collections.abc import Iterator
from typing import Any

from connectors.errors import Malformed
from connectors.jira import wiki
from connectors.jira.dates import instant

Node = dict[str, Any]

#: Nodes that stand on lines of their own.
BLOCKS = frozenset(
    {
        "blockCard",
        "blockTaskItem",
        "blockquote",
        "bodiedExtension",
        "bulletList",
        "caption",
        "codeBlock",
        "decisionItem",
        "decisionList",
        "embedCard",
        "expand",
        "extension",
        "extensionFrame",
        "heading",
        "layoutColumn",
        "layoutSection",
        "listItem",
        "media",
        "mediaGroup",
        "mediaSingle",
        "nestedExpand",
        "orderedList",
        "panel",
        "paragraph",
        "rule",
        "table",
        "tableRow",
        "taskItem",
        "taskList",
    }
)
#: Nodes that say something by an attribute; which, by the document format's reference: the first that is set.
SAYING = {
    "blockCard": ("url",),
    "embedCard": ("url",),
    "emoji": ("text", "shortName"),
    "expand": ("title",),
    "extension": ("text",),
    "inlineCard": ("url",),
    "inlineExtension": ("text",),
    "media": ("alt",),
    "mediaInline": ("alt",),
    "mention": ("text", "id"),
    "nestedExpand": ("title",),
    "placeholder": ("text",),
    "status": ("text",),
}
CARDS = frozenset({"blockCard", "embedCard", "inlineCard"})  #: may hold what they lead to in place of its address
MARKS = {"DONE": "[x] ", "TODO": "[ ] "}


def plain(value: object) -> str | None:
    """The text of a rich-text value: wiki text and Atlassian documents (ADF) flattened; None if empty.

    A node of an unknown type gives the text of what it holds.
    """
    if value is None:
        return None
    return clean(wiki.flat(value) if isinstance(value, str) else _flat(value)) or None


def clean(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses (apache/devlake#3564)."""
    return text.replace("\x00", "")


def _flat(document: object) -> str:
    lines = "".join(_said(document)).split("\n")
    return "\n".join(line.rstrip() for line in _single_blanks(lines)).strip("\n")


def _single_blanks(lines: list[str]) -> Iterator[str]:
    """The lines, never two empty ones in a row: nested blocks each end their line."""
    before = ""
    for line in lines:
        if line.strip() or before.strip():
            yield line
        before = line


def _said(node: object) -> Iterator[str]:
    """What a node says, depth first; without recursion, since documents may nest deeper than Python's stack."""
    waiting: list[object] = [node]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as found:
                waiting.extend(reversed(_parts(found)))


def _parts(node: Node) -> list[object]:
    """A node's own words, then what it holds, then what ends it."""
    kind = node.get("type")
    if kind == "text":
        return [str(node.get("text", "")), *_addresses(node)]
    if kind == "hardBreak":
        return ["\n"]
    attributes = node.get("attrs")
    own = _saying(kind, attributes) if isinstance(attributes, dict) else None
    held = node.get("content")
    return [*_own(kind, own), *(held if isinstance(held, list) else []), *_ending(kind)]


def _saying(kind: object, attributes: Node) -> str | None:
    """What the node says beside what it holds."""
    if kind == "taskItem":
        return MARKS.get(str(attributes.get("state")))
    if kind == "date":
        return _day(attributes.get("timestamp"))
    told = [attributes.get(name) for name in SAYING.get(str(kind), ())]
    data = attributes.get("data")
    if kind in CARDS and isinstance(data, dict):
        told.append(data.get("url"))
    return next((str(text) for text in told if text), None)


def _day(timestamp: object) -> str | None:
    """The day of a date node, which tells it in UTC epoch milliseconds."""
    try:
        return instant(int(str(timestamp))).date().isoformat()
    except (ValueError, Malformed):
        return None


def _own(kind: object, said: str | None) -> list[str]:
    if said is None:
        return []
    return [f"{said}\n"] if kind in BLOCKS and kind != "taskItem" else [said]


def _ending(kind: object) -> list[str]:
    if kind in ("tableCell", "tableHeader"):
        return ["\t"]
    return ["\n"] if kind in BLOCKS else []


def _addresses(node: Node) -> list[str]:
    """Where a linked text leads, unless the text is the address: a link to a pull request is evidence."""
    marks = node.get("marks")
    links = [mark for mark in marks if isinstance(mark, dict)] if isinstance(marks, list) else []
    hrefs = [mark["attrs"].get("href") for mark in links if isinstance(mark.get("attrs"), dict)]
    return [f" ({href})" for href in hrefs if href and href != node.get("text")]
