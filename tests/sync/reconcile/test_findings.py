"""Findings keep their identity, and one cause is one finding (report-and-findings.md §2b)."""

from typing import Any

from msgspec.structs import replace

from sync.reconcile.findings import Finding, identity, ordered, without_consequences

PLAIN = Finding(
    id="1",
    kind="M01",
    slug="untagged-work",
    severity="medium",
    subject_ref="jira:work_item:1",
    subject_key="PAY-1",
    subject_url=None,
    title="",
    owner="payments",
    place_to_fix="",
    action="",
    territory="PAY",
)


def finding(number: int, **said: Any) -> Finding:
    return replace(PLAIN, id=str(number), **said)


def test_an_identity_is_of_kind_subject_and_counterpart() -> None:
    assert identity("M01", "jira:work_item:1", None) == "bed635a34ae3"
    told = {identity(kind, ref, other) for kind in ("M01", "M22") for ref in ("a", "b") for other in (None, "c")}
    assert len(told) == 8
    assert all(len(name) == 12 and int(name, 16) >= 0 for name in told)


def test_the_gravest_come_first() -> None:
    told = [finding(1, severity="low"), finding(2, kind="M22"), finding(3, severity="high", kind="M22"), finding(4)]
    assert [one.id for one in ordered(told)] == ["3", "4", "2", "1"]


def test_untagged_items_of_an_unmapped_project_are_one_finding() -> None:
    project = finding(1, kind="M02", subject_ref="jira:project:LAB", territory="LAB")
    inside = [finding(n, territory="LAB") for n in (2, 3)]
    outside = finding(4)
    namesake = finding(5, territory="LAB", subject_ref="other:work_item:1")
    unlinked = finding(6, kind="M03", territory="LAB")
    remaining, explained = without_consequences([project, *inside, outside, namesake, unlinked])
    assert [one.id for one in remaining] == ["1", "4", "5", "6"]
    assert explained == {"M01": 2}


def test_one_tag_at_the_top_clears_its_tree() -> None:
    top = finding(1, kind="M05", subject_ref="jira:work_item:9")
    below, beside = finding(2, root_ref="jira:work_item:9"), finding(3, root_ref="jira:work_item:8")
    remaining, explained = without_consequences([top, below, beside])
    assert [one.id for one in remaining] == ["1", "3"]
    assert explained == {"M01": 1}


def test_what_one_record_lacks_is_told_once() -> None:
    merged, ghost = finding(1, kind="M23"), finding(2, kind="M25")
    other = finding(3, kind="M25", subject_ref="jira:work_item:2")
    remaining, explained = without_consequences([merged, ghost, other])
    assert [one.id for one in remaining] == ["1", "3"]
    assert explained == {"M25": 1}
