"""Further axes beside the objective."""

from datetime import date

from mappings.breakdowns import breakdowns
from mappings.links import LINKS
from mappings.load import load_mappings
from sync.reconcile.axes import axis_lines
from tests.builders import ref_of, table, tables

FILE = """
breakdowns:
  kind:
    - {id: defect, when: {type: Bug}}
    - {id: feature, when: {any: [{type: Story}, {labels: feature}]}}
  budget:
    - {id: growth, when: {labels: feature}}
"""


def placed(text: str = FILE, **rows) -> dict[str, dict[str, str | None]]:
    """By key of the axis, what each ref is on it."""
    found = breakdowns(
        tables(**rows), links=table(LINKS, []), mappings=load_mappings(text, "m"), day=date(2026, 11, 20)
    )
    axes: dict[str, dict[str, str | None]] = {}
    for row in found.to_pyarrow().to_pylist():
        axes.setdefault(row["axis"], {})[row["ref"]] = row["value"]
    return axes


def test_each_item_stands_on_every_axis_once_and_the_first_value_wins():
    pull = ref_of("acme/shop#9", kind="pull_request")
    items = [{"key": "PAY-1", "type": "Bug", "labels": ["feature"]}, {"key": "PAY-2", "type": "Task"}]
    assert placed(work_items=items, pull_requests=[{"key": "acme/shop#9", "labels": ["feature"]}]) == {
        "kind": {ref_of("PAY-1"): "defect", ref_of("PAY-2"): None, pull: "feature"},
        "budget": {ref_of("PAY-1"): "growth", ref_of("PAY-2"): None, pull: "growth"},
    }


def test_the_lines_of_an_axis_count_every_record_once():
    items = [{"key": "PAY-1", "type": "Bug"}, {"key": "PAY-2", "type": "Task"}, {"key": "PAY-3", "type": "Bug"}]
    facts = tables(work_items=items, pull_requests=[{"key": "acme/shop#9", "labels": ["feature"]}])
    rules = load_mappings(FILE, "m")
    lines = axis_lines(breakdowns(facts, links=table(LINKS, []), mappings=rules, day=date(2026, 11, 20)))
    assert [(line.axis, line.value, line.work_items, line.pull_requests) for line in lines] == [
        ("budget", "growth", 0, 1),
        ("budget", None, 3, 0),
        ("kind", "defect", 2, 0),
        ("kind", "feature", 0, 1),
        ("kind", None, 1, 0),
    ]


def test_without_axes_nothing_is_placed():
    assert placed("{}", work_items=[{"key": "PAY-1"}]) == {}
