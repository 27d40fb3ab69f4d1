"""Apache Arrow's real records, from its tracker's and its repository's dumps to findings."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile.periods import period
from sync.reconcile.reconciliation import Reconciliation, reconcile
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, tables
from tests.shared import shared

EXAMPLE = Path(__file__).parents[3] / "examples" / "arrow"
AS_OF = datetime(2023, 2, 1, tzinfo=UTC)
CATEGORIES = {"new": "todo", "indeterminate": "active", "done": "done"}
pytestmark = pytest.mark.real_data


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def at(text: str | None) -> str | None:
    """An instant with its offset as Python reads it: `+0000` gets its colon."""
    return text and datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").isoformat()


def work_item(issue: dict[str, Any]) -> dict[str, Any]:
    fields = issue["fields"]
    parent, resolution, status = fields.get("parent"), fields["resolution"], fields["status"]
    return {
        "key": issue["key"],
        "type": fields["issuetype"]["name"],
        "level": -1 if fields["issuetype"]["subtask"] else 0,
        "title": fields["summary"],
        "components": [component["name"] for component in fields["components"]],
        "fix_versions": [version["name"] for version in fields["fixVersions"]],
        "parent_ref": ref_of(parent["key"]) if parent else None,
        "status_id": status["id"],
        "status": status["name"],
        "status_category": CATEGORIES[status["statusCategory"]["key"]],
        "resolution": resolution and resolution["name"],
        "created_us": at(fields["created"]),
        "updated_us": at(fields["updated"]),
        "resolved_us": at(fields["resolutiondate"]),
        "has_history": False,
    }


def pull_request(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": f"apache/arrow#{record['number']}",
        "title": record["title"],
        "body": record["body"],
        "head": (record["head_label"] or "").partition("/")[2] or None,
        "merged_us": record["merged_at"],
        "created_us": None,
        "state": "merged" if record["merged"] else "closed",
    }


@pytest.fixture(scope="module")
def found() -> Reconciliation:
    issues = (issue for path in sorted(shared("data/arrow/jira").glob("ARROW-created-*")) for issue in lines(path))
    pulls = lines(shared("data/arrow/git/apache__arrow-pull-requests.jsonl.gz"))
    read = [{"name": name, "type": name, "complete_us": AS_OF} for name in ("jira", "github")]
    facts = tables(work_items=list(map(work_item, issues)), pull_requests=list(map(pull_request, pulls)), sources=read)
    strategy = load_strategy((EXAMPLE / "strategy.yaml").read_text(encoding="utf-8"), "strategy.yaml")
    mappings = load_mappings((EXAMPLE / "mappings.yaml").read_text(encoding="utf-8"), "mappings.yaml")
    linked = links(facts, mappings).cache()
    return reconcile(
        Snapshot(as_of=AS_OF, digest="", tables=facts),
        tags=tag(facts, links=linked, strategy=strategy, mappings=mappings, day=date(2022, 12, 12)).cache(),
        links=linked,
        categories=categories(facts, mappings.statuses, date(2022, 12, 12)),
        strategy=strategy,
        period=period("2022-Q3", zone=ZoneInfo("UTC")),
        thresholds=Thresholds(),
    )


def test_every_issue_and_pull_request_is_accounted_for(found: Reconciliation) -> None:
    assert {account.kind: account.seen for account in found.balances} == {"work_item": 10_891, "pull_request": 5_565}
    assert sum(line.count for line in found.link_lines) == 5_565


def test_the_links_of_pull_requests_are_those_that_the_records_description_tells(found: Reconciliation) -> None:
    """4,442 by their title, three more by their branch or text; 337 without a key in the title, three fewer of all."""
    lines = {line.id: line for line in found.link_lines}
    assert (lines["resolved"].count, lines["no_key_merged"].count) == (4_445, 334)
    assert "PARQUET 31" in lines["unread_project"].title


def test_a_merge_without_a_key_is_a_finding_unless_it_calls_itself_minor(found: Reconciliation) -> None:
    """Of the 334, 325 begin with MINOR: or the like, for which the project asks for no issue; three mend words."""
    raised = Counter(finding.slug for finding in found.findings)
    assert raised["unlinked-change"] == 6


def test_a_branch_that_was_written_anew_makes_no_merge_late(found: Reconciliation) -> None:
    """In January 2021 the last 47 merges got a new date, all within three seconds."""
    assert "done-with-open-code" not in {finding.slug for finding in found.findings}


def test_what_needs_a_history_is_not_there_and_says_why(found: Reconciliation) -> None:
    figures = {figure.id: figure for figure in found.figures if figure.scope == "all"}
    assert figures["throughput"].value == 518
    assert figures["lead_time_p50"].value is not None
    for name in ("cycle_time_p50", "flow_time_p50", "flow_efficiency", "wip", "age_p85"):
        assert (figures[name].value, figures[name].reason) == (None, "no_data")
        assert set(figures[name].excluded) == {"no_history"}
    assert any(note.startswith("5,565 pull requests have no opening date") for note in found.notes)


def test_a_figure_lists_the_items_that_it_counts(found: Reconciliation) -> None:
    throughput = next(figure for figure in found.figures if figure.id == "throughput")
    assert len(throughput.items) == len(set(throughput.items)) == 518
