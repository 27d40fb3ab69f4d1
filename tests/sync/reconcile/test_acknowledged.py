"""Findings accepted for now (report-and-findings.md §3, N7)."""

from datetime import date

import pytest

from mappings.acknowledgements import Acknowledgements
from mappings.load import read
from mappings.problems import Problems
from sync.reconcile.acknowledged import Acknowledged, acknowledged
from sync.reconcile.findings import Finding
from tests.sync.report.sample import finding

ID = "0f3a00000001"
HIGH = finding(1, id=ID, severity="high")
OTHER = finding(2, id="0f3a00000002")
LINE = f"{{finding: {ID}, reason: Agreed, by: operations, until: 2026-12-31, severity: high}}"


def made(*lines: str) -> Acknowledgements:
    return read(f"acks: [{', '.join(lines)}]\n", "acks.yaml", Acknowledgements)


def on(day: str, *lines: str, found: tuple[Finding, ...] = (HIGH, OTHER)) -> Acknowledged:
    return acknowledged(found, made(*lines), day=date.fromisoformat(day))


def test_an_acknowledged_finding_does_not_stand() -> None:
    told = on("2026-11-20", LINE)
    assert told.standing == (OTHER,)
    (accepted,) = told.accepted
    assert (accepted.finding, accepted.reason, accepted.by) == (HIGH, "Agreed", "operations")
    assert (told.returned, told.notes) == ((), ())


def test_without_any_all_stand() -> None:
    assert on("2026-11-20") == ((HIGH, OTHER), (), (), ())


@pytest.mark.parametrize(("day", "stands"), [("2026-12-31", False), ("2027-01-01", True)])
def test_it_returns_by_itself_after_its_last_day(day: str, stands: bool) -> None:
    told = on(day, LINE)
    assert (HIGH in told.standing) is stands
    assert [each.ended for each in told.returned] == ["expired"] * stands


@pytest.mark.parametrize(("severity", "stands"), [("critical", True), ("high", False), ("low", False)])
def test_it_returns_when_it_is_graver_than_was_accepted(severity: str, stands: bool) -> None:
    told = on("2026-11-20", LINE, found=(finding(1, id=ID, severity=severity),))
    assert bool(told.standing) is stands
    assert [each.ended for each in told.returned] == ["worse"] * stands


def test_a_report_of_a_day_before_does_not_know_of_it() -> None:
    later = LINE.replace("until:", "on: 2026-11-20, until:")
    assert HIGH in on("2026-11-19", later).standing
    assert HIGH not in on("2026-11-20", later).standing


def test_of_two_the_later_in_the_file_counts() -> None:
    withdrawn = LINE.replace("2026-12-31", "2026-11-01")
    assert HIGH in on("2026-11-20", LINE, withdrawn).standing
    assert HIGH not in on("2026-11-20", withdrawn, LINE).standing


def test_one_of_what_is_not_found_is_told_and_no_error() -> None:
    told = on("2026-11-20", LINE, found=(OTHER,))
    assert told.standing == (OTHER,)
    assert told.notes == (f"The acknowledgement of {ID} until 2026-12-31 (Agreed) is of nothing that is found.",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LINE.replace(ID, "M12"), "acks.yaml:1:18: 'M12' names no finding"),
        (LINE.replace(ID, "123456789012"), "acks.yaml:1:18: should be text, not 123456789012; write it in quotes"),
        (LINE.replace("2026-12-31", "soon"), "acks.yaml:1:71: should be a date such as 2026-12-31, not 'soon'"),
        (LINE.replace("high", "big"), "acks.yaml:1:93: should be 'critical', 'high', 'medium' or 'low', not 'big'"),
        (LINE.replace("reason: Agreed, ", ""), "acks.yaml:1:8: the key 'reason' is missing"),
        (LINE.replace("by:", "buy:"), "unknown key 'buy'; did you mean 'by'?"),
    ],
)
def test_a_mistake_is_told_at_its_place(line: str, said: str) -> None:
    with pytest.raises(Problems) as found:
        made(line)
    assert said in str(found.value)
