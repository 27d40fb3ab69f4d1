"""Confidential work is shown by its key alone, in whatever form the report goes out."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from mappings.evidence import Evidence
from mappings.explain import Explanation, Linked, Thing
from mappings.trace import Line, Step
from sync.report import explanation, html, json, text
from sync.report.confidential import by_key_alone, untitled
from sync.report.explanation import Edition, Explained
from sync.report.model import Report
from tests.builders import tables
from tests.sync.report.sample import AS_OF, finding, item, sample

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


def explained(*, key: str) -> Explained:
    """PAY-1 or another item with its title asked for, linked to a pull request of the vault."""
    when = Line(says="title: contains shop", at=3, holds=True, found=SECRET)
    step = Step(
        origin="rule", id="r", at=2, from_on=None, objectives={"o": 1.0}, reason=None, judgement="matched", when=when
    )
    said = Evidence(
        link_class="implements",
        place="branch",
        outcome="resolved",
        confidence="high",
        text=f"{key}-quietly",
        cut=None,
    )
    link = Linked(thing=Thing(ref="b", key="acme/vault#7", title="Hush"), evidence=(said,), counts=True, tags=())
    item = Explanation(
        kind="work_item",
        thing=Thing(ref="a", key=key, title=SECRET),
        on=date(2026, 11, 16),
        tags=(),
        overrides=(),
        steps=(step,),
        ancestors=(),
        links=(link,),
    )
    edition = Edition(file="strategy.yaml", from_on=None)
    return Explained(as_of=AS_OF, zone="UTC", strategy=edition, mappings=edition, item=item)


def test_an_explanation_says_neither_its_title_nor_what_was_found_there(facts: "Mapping[str, ir.Table]") -> None:
    told = explanation.render(by_key_alone(explained(key="PAY-1"), facts, ["PAY"]))
    assert SECRET not in told
    assert "✓ title: contains shop: it has confidential" in told
    assert "PAY-1-quietly" not in told


def test_evidence_of_a_link_to_it_has_no_words(facts: "Mapping[str, ir.Table]") -> None:
    told = explanation.render(by_key_alone(explained(key="WEB-2"), facts, ["acme/vault"]))
    assert "acme/vault#7" in told
    assert "Hush" not in told
    assert "WEB-2-quietly" not in told
    assert f"it has {SECRET}" in told  # of WEB-2, which everybody may read


def test_what_is_read_for_proposals_has_no_words_of_it(facts: "Mapping[str, ir.Table]") -> None:
    silent = untitled(facts, ["PAY", "acme/vault"])
    assert silent["work_items"].order_by("key").title.to_pyarrow().to_pylist() == ["", "Open"]
    assert silent["pull_requests"].title.to_pyarrow().to_pylist() == [""]
