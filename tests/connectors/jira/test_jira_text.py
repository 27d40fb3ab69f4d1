"""Rich text as plain text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        (doc(node("paragraph", node("mention", id="5b10a"))), "5b10a"),
        (doc(node("paragraph", text("due "), node("date", timestamp="1795132800000"))), "due 2026-11-20"),
        (doc(node("paragraph", node("date", timestamp="soon"))), None),
        (
            doc(
                node("taskList", node("taskItem", text("a"), state="DONE"), node("taskItem", text("b"), state="TODO")),
            ),
            "[x] a\n[ ] b",
        ),
        (doc(node("mediaSingle", node("media", alt="basket.png"), node("caption", text("Slo")))), "basket.png\n\nSlo"),
        (doc(node("mediaSingle", node("media", id="1", type="file"))), None),
        (doc(node("blockCard", data={"url": "https://x.example/7"})), "https://x.example/7"),
        (doc(node("embedCard", url="https://x.example/8", layout="wide")), "https://x.example/8"),
        (doc(node("layoutSection", node("layoutColumn", node("paragraph", text("left"))))), "left"),
        (doc(node("bodiedExtension", node("paragraph", text("within")), extensionKey="k")), "within"),
        (doc(node("paragraph", node("emoji", shortName=":tada:"))), ":tada:"),
        (doc(node("decisionList", node("decisionItem", text("We do"), state="DECIDED"))), "We do"),
        (doc(node("nestedExpand", node("paragraph", text("Why")), title="")), "Why"),
        (doc({"type": "paragraph"}, {"type": "paragraph", "content": None, "attrs": None}, "bare", 7, None), "bare"),
    ],
)
def test_plain(document: object, said: str | None) -> None:
    assert plain(document) == said


@pytest.mark.parametrize(
    ("wiki", "said"),
    [
        ("No marks at all.\nTwo lines.", "No marks at all.\nTwo lines."),
        ("h2. Goal\n*bold* and _slanted_, +new+", "Goal\nbold and slanted, new"),
        ("2 * 3 * 4 and snake_case_name stay", "2 * 3 * 4 and snake_case_name stay"),
        ("* one\n** two\n# three\n- four", "one\ntwo\nthree\nfour"),
        ("see [the fix|https://x.example/pull/7]", "see the fix (https://x.example/pull/7)"),
        ("[https://x.example/pull/7|https://x.example/pull/7|smart-link]", "https://x.example/pull/7"),
        ("[https://x.example]", "https://x.example"),
        ("by [~accountid:5b10a] and [~payments-dev-1]", "by @5b10a and @payments-dev-1"),
        ("{panel:title=Mind|borderStyle=solid}\nthis{panel}", "Mind\n\nthis"),
        ("{quote}said{quote} {color:red}red{color}", "said red"),
        ("||name||size||\n|basket|7|", "name\tsize\nbasket\t7"),
        ("{code:python}\nx = [1|2] * {3}\n{code} and *so*", "x = [1|2] * {3} and so"),
        ("{noformat}*as it is*{noformat}", "*as it is*"),
        ("!basket.png|width=686,height=300!", "basket.png"),
        ("{{x_1}} is \\{literal\\}", "x_1 is {literal}"),
        ("a [PAY-7] key in brackets, wow! really!", "a [PAY-7] key in brackets, wow! really!"),
        ("bq. somebody said\n----\nend", "somebody said\n\nend"),
    ],
)
def test_wiki_text_loses_its_marks_and_keeps_its_addresses(wiki: str, said: str) -> None:
    assert plain(wiki) == said


@given(st.text(alphabet="*_+{}[]|!h1.#- \nab\\?~:", max_size=200))
def test_any_wiki_text_is_read(text: str) -> None:
    assert isinstance(plain(text), str | None)


def test_long_wiki_text_takes_no_longer_than_it_is_long() -> None:
    """No pattern tries every end for every beginning: that would be minutes here."""
    for mark in ("*a ", "{panel:", "[a|", "_", "!a.b|", "|a", "{code}", "{code:a}", "{{"):
        assert len(plain(mark * 20_000) or "") <= len(mark) * 20_000


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
