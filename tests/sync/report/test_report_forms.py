"""The written forms: Markdown, Confluence's storage format, tables, and the digest."""

import csv as plain_csv
from io import StringIO

import pytest
from msgspec.structs import replace

from sync.report import csv, digest, markdown, xhtml
from sync.report.outline import Bullets, Code, Link, Section, Strong, fitted, plain
from sync.report.sections import sections
from tests.sync.report.sample import FINDINGS, finding, sample
from tests.sync.report.sample_views import full

ISSUE = "https://github.com/acme/shop/issues/7"


def rows(table: str) -> list[dict[str, str]]:
    return list(plain_csv.DictReader(StringIO(table)))


def test_markdown_reads_as_expected(as_expected):
    as_expected("report.md", markdown.render(sample()))


def test_a_link_to_an_issue_at_github_goes_by_its_redirector():
    assert markdown.line((Link("shop#7", ISSUE),)) == (
        "[shop#\u200b7](<https://redirect.github.com/acme/shop/issues/7>)"
    )
    enterprise = ISSUE.replace("github.com", "git.acme.test")
    assert markdown.line((Link("shop#7", enterprise),)) == "`shop#7`"
    assert (
        markdown.line((Link("PAY-1", "https://jira.test/browse/PAY-1"),)) == "[PAY-1](<https://jira.test/browse/PAY-1>)"
    )


def test_a_page_in_confluence_leads_to_no_issue_of_jira():
    assert xhtml.line((Link("PAY-1", "https://a.test/browse/PAY-1"),), linked=xhtml.unreferred) == "<code>PAY-1</code>"
    assert xhtml.line((Link("shop#7", ISSUE),), linked=xhtml.unreferred) == f'<a href="{ISSUE}">shop#7</a>'


def test_inline_forms():
    line = ("1 < 2 & ", Strong("3*"), Code("a`b"))
    assert markdown.line(line) == "1 \\< 2 \\& **3\\***`aʼb`"
    assert xhtml.line(line) == "1 &lt; 2 &amp; <strong>3*</strong><code>a`b</code>"
    assert plain(line) == "1 < 2 & 3*a`b"


@pytest.mark.parametrize("text", ["- item", "1. item", "# head", "> quote", "+ item"])
def test_a_line_begins_no_block(text):
    assert markdown.quoted(text)[:3].count("\\") == 1


def test_a_report_without_room_says_what_is_missing():
    body = markdown.body(sample(findings=FINDINGS * 40), most=6_000, elsewhere=("The whole is in ", Code("reports/")))
    assert len(body) <= 6_000
    assert body.startswith("## Week 46 of 2026")
    assert "more" in body
    assert "There was no room for: " in body
    assert body.endswith("The whole is in `reports/`\n")


def test_what_is_short_of_room_loses_rows_before_it_goes():
    section = Section("Rows", (Bullets(tuple((f"row {number}",) for number in range(8))),))
    size = lambda each: sum(len(block.lines) for block in each.blocks)  # noqa: E731
    cut = fitted([section, section], most=11, size=size)
    assert [len(each.blocks[0].lines) for each in cut.sections] == [8, 2]
    assert cut.sections[1].blocks[0].more == 6
    assert fitted([section, section], most=8, size=size).left_out == ("Rows",)


def test_every_part_of_a_report_with_figures_has_a_section():
    delivery = next(section for section in sections(sample()) if section.title == "Delivery")
    assert [plain(row[0]) for row in delivery.blocks[0].rows][:2] == ["Lead time p50", "Lead time p85"]


def test_lights_plans_forecasts_and_decisions_are_told():
    told = markdown.render(full())
    light = "▲ at risk 71.0 %, declared on track"
    assert f"| Faster checkout | {light} | ● current | payments | 31.0 % of 45.0 % | 12 | 50 %: " in told
    assert "■ off track 32.0 %, declared on track – these contradict each other" in told
    assert "Promises of this quarter: ● 1 on track, ▲ 1 at risk, ■ 1 off track" in told
    assert "If nobody answers: " in told
    assert "| shop: Deployments a week | 14 |" in told
    assert "- Without a rule: project LAB (26 items)" in told


def test_a_digest_asks_for_decisions_as_far_as_it_has_lines():
    told = [plain(line) for line in digest.digest(full())]
    assert len(told) == digest.MOST_LINES
    assert [line for line in told if line.startswith("Decide: ")] == told[9:]
    assert told[3].startswith("Against 2026-W45: Delivered changed: 12 to 24. The map has moved: ")


def test_every_list_is_a_table_and_every_figure_a_row():
    tables = csv.render(sample())
    assert {"figures", "findings", "objectives", "items", "balance", "masthead.sources"} <= tables.keys()
    assert len(rows(tables["findings"])) == 30
    wip = next(row for row in rows(tables["figures"]) if (row["scope"], row["id"]) == ("checkout", "wip"))
    assert (wip["value"], wip["unit"]) == ("12.0", "items")


def test_evidence_is_told_in_a_cell():
    assert rows(csv.render(sample())["findings"])[0]["evidence"] == "It went active"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("\ufeff-2", "'\ufeff-2"),
        (-2, "-2"),
        (-0.5, "-0.5"),
        (None, ""),
        (True, "true"),
        (("qa", "staging"), "qa; staging"),
        (("=1", "b"), "'=1; b"),
        ("plain", "plain"),
    ],
)
def test_cells(value, cell):
    assert csv.cell(value) == cell


def test_a_digest_has_twelve_lines_at_most_and_ends_with_the_report():
    head = replace(sample().masthead, gaps=("github: refused",), mistakes=("strategy.yaml:1:1: wrong",))
    told = digest.digest(sample(masthead=head), page="https://reports.test")
    assert len(told) <= digest.MOST_LINES
    assert plain(told[0]) == "fingerpost · Week 46 of 2026: 9 to 15 November 2026 · ● complete"
    assert plain(told[4]) == "▲ 1 could not be read; the files of the map are wrong, an earlier version is in force"
    assert told[-1] == (Link("The whole report", "https://reports.test"),)


def test_a_team_reads_what_is_its_turn():
    told = [plain(line) for line in digest.team_digest(sample(), "payments")]
    assert told[0] == "payments: 9 findings, 5 of them high, Week 46 of 2026: 9 to 15 November 2026"
    assert len(told) == 10
    assert digest.team_digest(sample(), "nobody") == ()


def test_a_finding_that_is_unknown_is_nobody_s_turn():
    report = sample(findings=(finding(1, owner="payments", unknown=True),))
    assert digest.teams(report) == ()
    assert digest.team_digest(report, "payments") == ()
