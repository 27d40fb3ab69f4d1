"""Status → category: by the workflow in force, else by the source, else to do (metrics.md §1.3)."""

from datetime import date

import pytest

from mappings.load import load_mappings
from mappings.statuses import categories, meaning_of, workflow_of
from tests.builders import ref_of, tables

DAY = date(2026, 11, 20)
WORKFLOWS = load_mappings(
    """
statuses:
  - {project: PAY, from: 2026-01-01, active: [In Progress], waiting: [In Review], done: ["5"], commitment: [Selected]}
  - {project: PAY, from: 2027-01-01, active: [In Review]}
  - {active: [Doing], blocked: [On Hold]}
""",
    "mappings.yaml",
).statuses


@pytest.mark.parametrize(
    ("project", "status_id", "status", "source_category", "meaning"),
    [
        ("PAY", "1", "In Progress", "todo", ("active", False, False, True)),
        ("PAY", "2", "In Review", "active", ("waiting", False, False, True)),
        ("PAY", "5", "Fertig", "active", ("done", False, False, True)),
        ("PAY", "6", "Selected", "todo", ("todo", True, False, True)),
        ("PAY", "7", "Doing", "active", ("active", False, False, True)),
        ("PAY", "8", "Limbo", None, ("todo", False, False, False)),
        ("WEB", "1", "In Progress", "active", ("active", False, False, True)),
        ("WEB", "2", "In Review", "active", ("active", False, False, True)),
        ("WEB", "7", "Doing", "todo", ("active", False, False, True)),
        ("WEB", "9", "On Hold", "active", ("active", False, True, True)),
        ("WEB", "3", "Closed", "done", ("done", False, False, True)),
    ],
)
def test_a_status_means(project, status_id, status, source_category, meaning):
    workflow = workflow_of(WORKFLOWS, project, DAY)
    assert meaning_of(workflow, status_id=status_id, status=status, source_category=source_category) == meaning


def test_a_workflow_counts_from_its_day():
    assert workflow_of(WORKFLOWS, "PAY", date(2025, 12, 31)).active == ("Doing",)
    assert workflow_of(WORKFLOWS, "PAY", date(2027, 1, 1)).active == ("In Review",)
    assert workflow_of([], "PAY", DAY) is None


def test_every_status_that_work_was_ever_in_has_its_row():
    moved = {"item_ref": ref_of("WEB-7"), "index": 0}
    facts = tables(
        work_items=[{"key": "WEB-7", "status_id": "3", "status": "Closed", "status_category": "done"}],
        statuses=[{"id": "2", "name": "In Review", "category": "active"}],
        changes=[
            {**moved, "id": "1", "field": "status", "from_id": "2", "to_id": "8", "to_text": "Limbo"},
            {**moved, "id": "2", "field": "key", "from_text": "PAY-3", "to_text": "WEB-7"},
        ],
    )
    rows = categories(facts, WORKFLOWS, DAY).to_pyarrow().to_pylist()
    assert [(row["project"], row["status_id"], row["status"], row["category"], row["mapped"]) for row in rows] == [
        ("PAY", "2", "In Review", "waiting", True),
        ("PAY", "3", "Closed", "done", True),
        ("PAY", "8", "Limbo", "todo", False),
        ("WEB", "2", "In Review", "active", True),
        ("WEB", "3", "Closed", "done", True),
        ("WEB", "8", "Limbo", "todo", False),
    ]
    assert {row["project"]: row["committing"] for row in rows} == {"PAY": True, "WEB": False}
