"""Confidential work is shown by its key alone, in whatever form the report goes out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from sync.report import html, json, text
from sync.report.confidential import by_key_alone
from sync.report.model import Report
from tests.builders import tables
from tests.sync.report.sample import finding, item, sample

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECRET = "Buy the other shop before anybody hears of it"


def told() -> Report:
    """A report in which PAY-1 has a title that nobody may read, and PAY-2 an ordinary one."""
    secret = finding(1, title=SECRET, action=f"Ask about PAY-1 {SECRET}, and about PAY-2")
    return sample(
        findings=(secret, finding(2, title="Faster checkout")),
        top=(),
        notes=(f"PAY-1, which is \u201c{SECRET}\u201d, is large", SECRET),
        items=(replace(item(1), title=SECRET), replace(item(2), title="Faster checkout")),
    )


@pytest.fixture(scope="module")
def facts() -> "Mapping[str, ir.Table]":
    items = [{"key": "PAY-1", "project": "PAY", "title": SECRET}, {"key": "WEB-2", "project": "WEB", "title": "Open"}]
    return tables(
        work_items=items, pull_requests=[{"key": "acme/vault#7", "repository": "acme/vault", "title": "Hush"}]
    )


def test_its_title_stands_nowhere_and_its_key_does(facts: "Mapping[str, ir.Table]") -> None:
    masked = by_key_alone(told(), facts, ["PAY"])
    for rendered in (html.render(masked), json.render(masked), text.render(masked)):
        assert SECRET not in rendered
        assert "PAY-1" in rendered
    [first, second] = masked.findings
    assert (first.title, first.action) == ("", "Ask about PAY-1 PAY-1, and about PAY-2")
    assert masked.notes[1] == "PAY-1"
    assert second.title == "Faster checkout"  # PAY-2 is none that is stored, and so none whose title is known


def test_whatever_else_the_report_says_stays(facts: "Mapping[str, ir.Table]") -> None:
    assert by_key_alone(told(), facts, []) == told()
    assert by_key_alone(told(), facts, ["acme/vault"]) == told()
