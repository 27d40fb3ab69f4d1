"""What differs between two reports."""

from datetime import date

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace

from sync.reconcile.acknowledged import Accepted
from sync.reconcile.findings import Finding
from sync.report.diff import json, model, text
from sync.report.diff.build import diff
from sync.report.diff.model import Diff
from sync.report.model import Report
from tests.sync.report.sample import figure, finding, masthead, sample
from tests.sync.report.sample_views import comparison, full

FATES = ("new", "worse", "better", "resolved", "accepted", "returned", "expiring", "unknown")


def of(*findings: Finding, **changes: object) -> Report:
    return sample(findings=findings, **changes)


def fates(found: Diff) -> dict[str, list[str]]:
    told = {fate: [each.subject_key for each in getattr(found, fate)] for fate in FATES}
    return {fate: keys for fate, keys in told.items() if keys}


def test_a_report_and_itself_differ_in_nothing() -> None:
    found = diff(full(), full())
    lists = {name: value for name in found.__struct_fields__ if isinstance(value := getattr(found, name), tuple)}
    assert set(lists.values()) == {()}
    assert text.render(found).endswith("Both say the same.\n")


HIGH = finding(1, severity="high")
ABSENT: tuple[Finding, ...] = ()


@pytest.mark.parametrize(
    ("before", "after", "fate"),
    [
        (ABSENT, (HIGH,), {"new": ["PAY-1"]}),
        ((HIGH,), ABSENT, {"resolved": ["PAY-1"]}),
        ((HIGH,), (replace(HIGH, severity="critical"),), {"worse": ["PAY-1"]}),
        ((HIGH,), (replace(HIGH, severity="low"),), {"better": ["PAY-1"]}),
        ((HIGH,), (replace(HIGH, title="Put otherwise", evidence=()),), {}),
        ((HIGH,), (replace(HIGH, unknown=True),), {"unknown": ["PAY-1"]}),
        ((replace(HIGH, unknown=True),), (HIGH,), {"unknown": ["PAY-1"]}),
        ((replace(HIGH, unknown=True),), ABSENT, {}),
        (ABSENT, (replace(HIGH, unknown=True),), {}),
    ],
)
def test_what_became_of_a_finding(
    before: tuple[Finding, ...], after: tuple[Finding, ...], fate: dict[str, list[str]]
) -> None:
    assert fates(diff(of(*before), of(*after))) == fate


def accepting(found: Finding, until: str = "2026-12-31") -> Report:
    told = Accepted(finding=found, reason="Agreed", by="operations", until=date.fromisoformat(until))
    return sample(findings=(), accepted=(told,))


@pytest.mark.parametrize(
    ("before", "after", "fate"),
    [
        (of(HIGH), accepting(HIGH), {"accepted": ["PAY-1"]}),
        (of(), accepting(HIGH), {"accepted": ["PAY-1"]}),
        (accepting(HIGH), of(HIGH), {"returned": ["PAY-1"]}),
        (accepting(HIGH), of(), {"resolved": ["PAY-1"]}),
        (accepting(HIGH), of(replace(HIGH, unknown=True)), {"unknown": ["PAY-1"]}),
        (accepting(HIGH), accepting(HIGH, "2026-11-22"), {"expiring": ["PAY-1"]}),
        (accepting(HIGH, "2026-11-22"), accepting(HIGH, "2026-11-22"), {}),
        (accepting(HIGH), accepting(HIGH, "2026-11-23"), {}),
    ],
)
def test_what_became_of_an_acknowledged_finding(before: Report, after: Report, fate: dict[str, list[str]]) -> None:
    assert fates(diff(before, after)) == fate


def test_a_figure_is_told_from_and_to_with_n_and_never_called_a_change() -> None:
    was = figure("cycle_time_p50", "Cycle time p50", 4.3, n=24)
    before, after = (sample(delivery=(each,)) for each in (was, replace(was, value=6.1, n=31)))
    (moved,) = diff(before, after).figures
    assert moved.says == "Cycle time p50: from 4.3 d to 6.1 d (n = 24 and 31)."
    said = text.render(diff(before, after))
    assert "none is called a change" in " ".join(said.split())


def test_a_figure_that_is_not_there_any_more_says_why() -> None:
    was = figure("cycle_time_p50", "Cycle time p50", 4.3, n=24)
    now = replace(was, value=None, n=3, reason="small_n")
    (moved,) = diff(sample(delivery=(was,)), sample(delivery=(now,))).figures
    assert moved.says == "Cycle time p50: from 4.3 d to too few to say (n = 24 and 3)."


def test_where_the_later_report_tested_against_the_earlier_period_its_words_count() -> None:
    before = sample(masthead=masthead(period="2026-W45"))
    found = diff(before, sample(comparison=comparison()))
    assert found.tested == ("The mappings were changed on 2026-11-10.", "Delivered changed: 12 to 24.")
    assert diff(sample(masthead=masthead(period="2026-W44")), sample(comparison=comparison())).tested == ()


def test_another_map_is_told_before_any_figure() -> None:
    was = figure("wip", "Work in progress", 5.0, unit="items", n=5)
    before, after = sample(delivery=(was,)), sample(delivery=(replace(was, value=6.0, n=6),))
    found = diff(before, replace(after, masthead=masthead(strategy="from 2026-11-01")))
    assert found.data == ("Strategy: from 2026-01-01 → from 2026-11-01.",)
    said = text.render(found)
    assert said.index("Strategy:") < said.index("FIGURES")


def test_as_text() -> None:
    said = text.render(diff(of(HIGH, finding(3)), of(replace(HIGH, severity="critical"), finding(7))))
    assert "Findings: 1 new, 1 worse, 1 resolved." in said
    assert "  high → critical · Done with open code · PAY-1 Pay by invoice · storefront · 0000000001" in said


def test_as_json_it_follows_its_published_schema_and_is_the_same_again() -> None:
    found = diff(of(HIGH), sample())
    told = json.render(found)
    jsonschema.validate(msgspec.json.decode(told), model.json_schema())
    assert msgspec.json.decode(told, type=Diff) == found
    assert json.render(diff(of(HIGH), sample())) == told
