"""Texts that somebody wrote to do harm, or just wrote: every form shows them and obeys none."""

import csv as plain_csv
import json as plain_json
import re
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from sync.report import csv, digest, html, json, markdown, text, xhtml
from sync.report.outline import plain
from tests.sync.report.page import Page
from tests.sync.report.sample import finding, sample

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("https://evil.test")',
    "turned": "invoice\u202egnp.exe\u2066\u061c",
    "long": "x" * 10_000,
    "emoji": "👩\u200d🚀 launch",
    "everyone": "@everyone and @acme/payments",
    "reference": "fixes owner/repo#1, GH-12 and https://github.com/owner/repo/issues/3",
    "channel": "<!channel> <@U012AB3CD>",
    "markup": "**bold** [text](https://evil.test) `code` | cell ![image](https://evil.test/p.png)",
    "control": "\x1b[2Jgone\x07\x00",
}
TRACE = re.compile(r"@\w|#\d|\bgh-\d|https?://|www\.", re.IGNORECASE)


@pytest.fixture(scope="module", params=HOSTILE)
def hostile(request):
    return saying(HOSTILE[request.param])


def saying(*told):
    """A report that has these wherever the outside world can put a text."""
    first, *others = sample().objectives
    found = (
        finding(4 + place, title=each, subject_key=each[:40], owner="payments", subject_url="javascript:alert(1)")
        for place, each in enumerate(told)
    )
    report = sample(findings=tuple(found))
    return replace(
        report,
        objectives=(replace(first, name=told[0], owner=told[0]), *others),
        masthead=replace(report.masthead, vision=told[0], gaps=told, strategy=told[0]),
        items=tuple(replace(item, title=told[0], key=told[0][:40]) for item in report.items[:3]),
    )


def test_the_page_holds_no_element_of_theirs():
    page = Page.of(html.render(saying(*HOSTILE.values())))
    assert {element.attributes.get("type") for element in page.all("script")} <= {"application/json", None}
    assert not [link for link in page.all("a") if link.attributes.get("href", "").startswith("javascript:")]
    assert "evil.test" not in "".join(link.attributes.get("href", "") for link in (*page.all("a"), *page.all("img")))


def test_markdown_pings_nobody_and_leaves_no_reference(hostile):
    rendered = markdown.render(hostile)
    visible = re.sub(r"`[^`\n]*`|\]\(<[^>\n]*>\)", "", rendered)  # neither code nor the target of a link is read so
    assert TRACE.findall(visible) == []
    assert not re.search(r"(?<!\\)<", visible), "no element, no autolink"
    assert "](<javascript" not in rendered
    assert "evil.test>)" not in rendered


def test_markdown_fits_its_budget(hostile):
    assert len(markdown.body(hostile)) <= markdown.MOST


def test_confluence_gets_a_document_without_foreign_elements(hostile):
    root = ET.fromstring(f"<body>{xhtml.render(hostile)}</body>")
    known = {"body", "h2", "p", "ul", "li", "table", "tbody", "tr", "th", "td", "strong", "code", "a"}
    assert {element.tag for element in root.iter()} <= known
    assert all(element.attrib["href"].startswith("https://") for element in root.iter("a"))


def test_no_cell_is_a_formula(hostile):
    for name, table in csv.render(hostile).items():
        for row in plain_csv.reader(StringIO(table)):
            assert not [cell for cell in row if re.match(r"\s*[=+@|%\t\r]", cell)], name


def test_a_terminal_is_not_commanded_and_no_text_is_turned(hostile):
    told = [
        text.render(hostile),
        *map(plain, digest.digest(hostile)),
        *map(plain, digest.team_digest(hostile, "payments")),
    ]
    for each in told:
        assert not set(each) & set("\x00\x07\x1b\u202e\u2066\u061c")


def test_json_keeps_the_text_as_it_is(hostile):
    assert plain_json.loads(json.render(hostile))["findings"][0]["title"] == hostile.findings[0].title


def test_a_digest_is_short_whatever_it_tells(hostile):
    assert all(len(plain(line)) <= 700 for line in digest.digest(hostile))
