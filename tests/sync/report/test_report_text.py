"""The report in a terminal."""

from msgspec.structs import replace

from sync.report import text
from tests.sync.report.sample import FINDINGS, finding, masthead, sample
from tests.sync.report.sample_views import full


def test_reads_as_expected(as_expected):
    as_expected("report.txt", text.render(sample()))


def test_fits_a_hundred_columns_except_for_the_command():
    long = tuple(replace(each, title="A very long story " * 20, owner="a team " * 30) for each in FINDINGS)
    lines = text.render(sample(findings=long)).splitlines()
    assert [line for line in lines if len(line) > 100 and not line.startswith("Make this again")] == []


def test_a_title_cannot_command_the_terminal():
    hostile = finding(1, title="\x1b[2Jgone\r\nFINDINGS: none\u202etxet")
    rendered = text.render(sample(findings=(hostile,)))
    assert "PAY-1 [2Jgone FINDINGS: none txet" in rendered
    assert not set(rendered) & set("\x1b\r\u202e")


def test_a_source_that_is_behind_says_so():
    behind = masthead(verdict="incomplete", gaps=("github: repository acme/shop refused the token",))
    rendered = text.render(sample(masthead=behind))
    assert "▲ incomplete" in rendered
    assert "▲ github: repository acme/shop refused the token" in rendered


def test_lights_decisions_and_what_changed_are_told():
    told = " ".join(text.render(full()).split())
    assert "WHAT CHANGED 28 findings stand; 8 of them began in the period. Against 2026-W45: Delivered changed" in told
    assert "effort 31.0 % of 45.0 % · ▲ at risk 71.0 %, declared on track · 50 %: 2027-01-04" in told
    assert "DECISIONS ASKED Is this so?" in told
    assert "SERVICES shop: Deployments a week: 14" in told
    assert "TERRAIN New: repository acme/loyalty (14 items)" in told


def test_an_empty_report_still_says_what_it_is():
    bare = sample(findings=(), objectives=(), delivery=(), links=(), balance=(), notes=(), services=())
    assert text.render(bare).startswith("fingerpost · 9 to 15 November 2026 (week 46 of 2026)\n")
    assert "No finding stands." in " ".join(text.render(bare).split())
