"""The report as one page, read as HTML."""

import base64
import hashlib
import re

import pytest
from msgspec.structs import replace

from sync.reconcile.axes import AxisLine
from sync.reconcile.findings import Evidence
from sync.report import html, json
from sync.report.folds import MOST_FINDINGS, MOST_ITEMS
from tests.sync.report.page import Page, unpacked
from tests.sync.report.sample import FINDINGS, complete, delivery, figure, finding, item, masthead, sample
from tests.sync.report.sample_views import full

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "=cmd()|' /C calc'!A0",
    "\u202egnorw si siht\u202c",
    "@everyone owner/repo#1",
    "🎉" * 50,
)


@pytest.fixture(scope="module")
def rendered() -> str:
    return html.render(sample())


@pytest.fixture(scope="module")
def page(rendered: str) -> Page:
    return Page.of(rendered)


def test_the_same_report_gives_the_same_bytes(rendered):
    assert html.render(sample()) == rendered


def test_has_one_heading_and_the_landmarks_a_reader_steers_by(page):
    assert [heading.text for heading in page.all("h1")] == ["9 to 15 November 2026"]
    assert {len(page.all(tag)) for tag in ("main", "header")} == {1}
    sections = [section.attributes["aria-labelledby"] for section in page.all("section")]
    assert len(sections) == len(set(sections)) == len(page.all("h2"))


def test_every_table_says_what_it_is_and_what_its_headings_head(page):
    captions = [caption for caption in page.all("caption") if caption.text.strip()]
    assert len(captions) == len(page.all("table"))
    assert all("scope" in heading.attributes for heading in page.all("th"))


def test_every_picture_has_its_words(page):
    pictures = [svg for svg in page.all("svg") if svg.attributes.get("aria-hidden") != "true"]
    assert len(pictures) >= 2 + 2 * len(sample().objectives)
    assert all(svg.attributes["role"] == "img" and svg.attributes["aria-label"] for svg in pictures)


def test_every_link_inside_the_page_has_its_target(page):
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    targets = {a.attributes["href"][1:] for a in page.all("a") if a.attributes["href"].startswith("#")}
    assert len(ids) == len(set(ids))
    assert targets - set(ids) == set()


def test_nothing_is_fetched_and_only_our_own_script_runs(page, rendered):
    (policy,) = [meta.attributes["content"] for meta in page.all("meta") if "http-equiv" in meta.attributes]
    _, script = page.all("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; ")
    assert f"script-src 'sha256-{digest}'" in policy
    assert not [element for element in page.elements if "src" in element.attributes or element.tag == "link"]
    assert not re.search(r"url\(|@import", rendered)


def test_every_figure_leads_to_its_items_and_every_item_to_its_source(page):
    listed = page.all("ul", id="items-1")
    assert len(listed) == 1
    assert [a.text for a in page.all("a", href=item(3).url) if "ul" in a.inside]


def test_the_page_carries_the_report_itself(page):
    assert json.read(unpacked(page.one("script", id="report").text)) == sample()


def test_each_further_axis_is_a_table_that_is_folded_away():
    lines = (
        AxisLine(axis="kind", value="defect", work_items=1234, pull_requests=5),
        AxisLine(axis="kind", value=None, work_items=7, pull_requests=0),
    )
    shown = html.render(sample(breakdowns=lines))
    assert "<summary>By kind</summary>" in shown
    assert '<bdi>defect</bdi></th><td class="number">1,234</td><td class="number">5</td>' in shown
    assert 'none of them</span></th><td class="number">7</td>' in shown
    assert "<summary>By " not in html.render(sample())


def test_a_figure_without_a_value_says_why_and_still_lists_its_items():
    page = Page.of(html.render(sample(delivery=delivery("all", n=3))))
    links = [a.attributes["href"] for a in page.all("a") if a.text == "too few to say (n\u00a0=\u00a03)"]
    assert len(links) >= 2  # lead and cycle time
    assert all(len(page.all("ul", id=link.removeprefix("#"))) == 1 for link in links)


def test_evidence_on_the_other_side_leads_there():
    other = item(7)
    against = Evidence(says="Merged: acme/shop#7", ref=other.ref)
    page = Page.of(html.render(sample(findings=(replace(finding(1), evidence=(against,)),))))
    assert {a.text for a in page.all("a", href=other.url) if "ul" not in a.inside or "ol" in a.inside} == {
        "Merged: acme/shop#7"
    }


def test_a_key_to_edit_is_shown_as_code_and_nothing_else_of_the_text_is_obeyed():
    place = "`promised_on` in <b>strategy.yaml</b>"
    shown = html.render(sample(findings=(replace(FINDINGS[0], place_to_fix=place),)))
    assert "<code>promised_on</code> in &lt;b&gt;strategy.yaml&lt;/b&gt;" in shown


def test_a_source_that_is_behind_is_marked_by_shape_and_word():
    source = replace(masthead().sources[0], state="stale")
    shown = Page.of(html.render(sample(masthead=masthead(sources=(source,), verdict="incomplete"))))
    assert "▲ behind, complete up to Mon 2026-11-16 07:57 CET" in shown.one("header").text
    assert "▲ incomplete" in shown.one("header").text


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_only_text(title):
    hostile = replace(
        finding(1), title=title, subject_key=title, owner=title, objective=title, action=title, place_to_fix=title
    )
    objectives = tuple(replace(row, name=title, owner=title) for row in sample().objectives)
    items = tuple(replace(item(number), title=title, key=title) for number in range(1, 60))
    notes = masthead(vision=title, strategy=title, gaps=(title,))
    report = sample(
        findings=(hostile,), objectives=objectives, items=items, masthead=notes, notes=(title,), command=title
    )
    page = Page.of(html.render(report))
    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert json.read(unpacked(page.one("script", id="report").text)) == report


def test_an_address_that_is_not_of_the_web_is_no_link():
    hostile = replace(finding(1), subject_url="javascript:alert(1)")
    page = Page.of(html.render(sample(findings=(hostile,))))
    assert not [a for a in page.all("a") if a.attributes["href"].startswith("javascript")]


def test_a_ten_kilobyte_name_is_cut_on_the_page_and_whole_in_the_data():
    long = replace(finding(1), title="n" * 10_000)
    page = Page.of(html.render(sample(findings=(long,))))
    assert "n" * 500 not in page.one("main").text
    assert b"n" * 10_000 in unpacked(page.one("script", id="report").text)


def test_a_thousand_findings_stay_under_a_megabyte_and_a_half_beside_all_else():
    many = tuple(
        replace(finding(number), evidence=FINDINGS[0].evidence * 2, title="Basket forgets its coupon on the way back")
        for number in range(1000)
    )
    report = complete(replace(full(), findings=many))
    assert len(html.render(report).encode()) < 1_500_000


def test_what_is_too_much_for_the_page_is_counted():
    many = tuple(replace(finding(5), id=f"f{number}") for number in range(MOST_FINDINGS + 7))
    refs = tuple(item(number).ref for number in range(MOST_ITEMS + 9))
    wide = figure("wip", "Work in progress", 900.0, unit="items", items=refs)
    items = tuple(item(number) for number in range(MOST_ITEMS + 9))
    text = html.render(sample(findings=many, delivery=(wide,), items=items))
    assert "7 more findings of this kind in the JSON report" in text
    assert "and 9 more in the JSON report" in text


def test_the_first_five_are_always_on_the_page():
    many = tuple(replace(finding(5), id=f"f{number}") for number in range(MOST_FINDINGS + 7))
    page = Page.of(html.render(replace(sample(findings=many), top=(f"f{MOST_FINDINGS + 6}",))))
    assert len(page.all("tr", id=f"f-f{MOST_FINDINGS + 6}")) == 1


def test_an_empty_report_is_still_a_page():
    bare = sample(
        findings=(), objectives=(), delivery=(), links=(), balance=(), notes=(), services=(), weeks=(), items=()
    )
    page = Page.of(html.render(bare))
    assert "No finding stands" in page.one("main").text
    assert "No check found anything." in page.one("section", id="findings").text
