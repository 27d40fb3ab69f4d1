"""Plain text of what Jira shows as rich text."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

#: Nodes that stand on lines of their own.
BLOCKS = frozenset(
    {
        "blockquote",
        "bulletList",
        "codeBlock",
        "decisionItem",
        "decisionList",
        "expand",
        "heading",
        "listItem",
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
#: Nodes that say something by an attribute; which attribute, by the document format's reference.
SAYING = {
    "blockCard": "url",
    "date": "timestamp",
    "embedCard": "url",
    "emoji": "text",
    "expand": "title",
    "inlineCard": "url",
    "mention": "text",
    "nestedExpand": "title",
    "status": "text",
}


def plain(value: object) -> str | None:
    """The text of a rich-text value: wiki text as it stands, an Atlassian document (ADF) flattened; None if empty.

    A node of an unknown type gives the text of what it holds.
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else _flat(value)
    return text.replace("\x00", "") or None  # PostgreSQL refuses NUL (apache/devlake#3564)


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
    own = attributes.get(SAYING.get(str(kind), "")) if isinstance(attributes, dict) else None
    held = node.get("content")
    return [*_own(kind, own), *(held if isinstance(held, list) else []), *_ending(kind)]


def _own(kind: object, said: object) -> list[str]:
    if said is None:
        return []
    return [f"{said}\n"] if kind in BLOCKS else [str(said)]


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
