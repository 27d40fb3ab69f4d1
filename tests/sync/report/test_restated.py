"""What a report restates of the one that was published before (metrics.md §0.12)."""

from msgspec.structs import replace

from sync.report import json
from sync.report.model import Report
from sync.report.restated import restated
from tests.sync.report.sample import sample


def with_last_week(report: Report, value: float) -> Report:
    return replace(report, weeks=(*report.weeks[:-1], replace(report.weeks[-1], value=value)))


def test_the_same_again_restates_nothing() -> None:
    report = sample()
    assert restated(report, json.render(report).encode()).restatements == ()


def test_without_one_before_there_is_nothing_to_restate() -> None:
    assert restated(sample(), None).restatements == ()


def test_what_was_published_otherwise_is_told_week_by_week() -> None:
    published = json.render(with_last_week(sample(), 1.0)).encode()
    report = with_last_week(sample(), 4.0)
    (line,) = restated(report, published).restatements
    assert (line.id, line.scope, line.starts_on) == ("throughput", "all", report.weeks[-1].starts_on)
    assert (line.restated_from, line.restated_to) == (1.0, 4.0)
    assert replace(restated(report, published), restatements=()) == report
