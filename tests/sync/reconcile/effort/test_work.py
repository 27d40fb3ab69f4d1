"""Which kinds of work the effort of a period went into (metrics.md §1.6)."""

from mappings.rows import as_table
from sync.reconcile.distribution import distribution
from sync.reconcile.effort.population import Span
from sync.reconcile.effort.work import by_flow_type

SPENT = [
    {"ref": "feature", "day": 10, "effort": 300},
    {"ref": "feature", "day": 11, "effort": 200},
    {"ref": "defect", "day": 11, "effort": 250},
    {"ref": "defect", "day": 13, "effort": 999},  # after the period
    {"ref": "a pull request without an item", "day": 12, "effort": 250},
]
FLOW = [{"ref": kind, "flow_type": kind} for kind in ("feature", "defect", "debt")]


def told() -> dict[str, int]:
    spent = as_table(SPENT, {"ref": "string", "day": "int64", "effort": "int64"})
    return by_flow_type(spent, as_table(FLOW, {"ref": "string", "flow_type": "string"}), Span(10, 13))


def test_effort_is_of_the_kind_of_its_item_and_what_has_none_is_other() -> None:
    assert told() == {"feature": 500, "defect": 250, "other": 250}


def test_the_shares_of_effort_add_up_to_one_whatever_was_delivered() -> None:
    shares = {share.flow_type: share.effort_ratio for share in distribution([], told())}
    assert shares == {"feature": 0.5, "defect": 0.25, "risk": 0, "debt": 0, "other": 0.25}


def test_where_effort_is_not_told_there_is_no_share() -> None:
    assert {share.effort_ratio for share in distribution([], {})} == {None}
