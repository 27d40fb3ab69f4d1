"""Rich text as plain text."""

from typing import Any

import pytest

from connectors.jira.text import plain


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def node(kind: str, *content: Any, **attributes: Any) -> dict[str, Any]:
    return {"type": kind, "attrs": attributes, "content": list(content)}


def text(said: str, *marks: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, "marks": list(marks)}


def link(url: str) -> dict[str, Any]:
    return {"type": "link", "attrs": {"href": url}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, None),
        ("", None),
        ("h2. Wiki *text* stays", "h2. Wiki *text* stays"),
        ("NUL\x00 goes", "NUL goes"),
        (doc(), None),
        (doc(node("paragraph", text("One")), node("paragraph", text("Two"))), "One\nTwo"),
        (doc(node("paragraph", text("One"), {"type": "hardBreak"}, text("Two"))), "One\nTwo"),
        (doc(node("heading", text("Goal"), level=2), node("codeBlock", text("x = 1"))), "Goal\nx = 1"),
        (doc(node("paragraph", text("by "), node("mention", text="@payments-dev-1"))), "by @payments-dev-1"),
        (
            doc(node("paragraph", node("inlineCard", url="https://github.example/pull/7"))),
            "https://github.example/pull/7",
        ),
        (doc(node("paragraph", text("fix", link("https://x.example/7")))), "fix (https://x.example/7)"),
        (doc(node("paragraph", text("https://x.example", link("https://x.example")))), "https://x.example"),
        (doc(node("expand", node("paragraph", text("Why")), title="More")), "More\nWhy"),
        (doc(node("panel", node("paragraph", text("Mind")))), "Mind"),
        (doc(node("paragraph", node("status", text="DONE"), text(" "), node("emoji", text="🎉"))), "DONE 🎉"),
        (doc(node("neverSeen", node("paragraph", text("still read")))), "still read"),
        (doc({"type": "paragraph"}, {"type": "paragraph", "content": None, "attrs": None}, "bare", 7, None), "bare"),
    ],
)
def test_plain(document: object, said: str | None) -> None:
    assert plain(document) == said


def test_a_table_has_a_line_for_each_row() -> None:
    def row(*cells: str) -> dict[str, Any]:
        return node("tableRow", *(node("tableCell", node("paragraph", text(cell))) for cell in cells))

    said = plain(doc(node("table", row("a", "b"), row("c", "d"))))
    assert said is not None
    assert said.split() == ["a", "b", "c", "d"]


def test_a_document_deeper_than_the_stack_is_read() -> None:
    nested: dict[str, Any] = text("deep")
    for _ in range(100_000):
        nested = {"type": "panel", "content": [nested]}
    assert plain(doc(nested)) == "deep"
