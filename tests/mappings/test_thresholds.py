"""The numbers that measures and checks decide by: set in the mapping file, from a day on."""

from datetime import date

import pytest

from mappings.load import Problems, load_mappings
from mappings.thresholds import OF_A_PLACE, OF_A_REPOSITORY, WHOSE, ThresholdLine
from sync.reconcile.thresholds import FIXED, PlaceThresholds, Thresholds, thresholds_of

FILE = """
thresholds:
  - {debounce_s: 60, item_types: [Story, Bug]}
  - {from: 2026-06-01, debounce_s: 120, grace_days: 5}
"""


def test_each_key_is_as_the_last_line_that_named_it_says():
    lines = load_mappings(FILE, "mappings.yaml").thresholds
    types = ("Story", "Bug")
    assert thresholds_of(lines, date(2026, 5, 31)) == Thresholds(debounce_s=60, item_types=types)
    assert thresholds_of(lines, date(2026, 6, 1)) == Thresholds(debounce_s=120, item_types=types, grace_days=5)


def test_without_lines_all_are_as_they_are_by_default():
    assert thresholds_of((), date(2026, 6, 1)) == Thresholds()


def test_every_threshold_can_be_set_but_those_that_are_fixed():
    assert {*ThresholdLine.model_fields} - {"from_on", *WHOSE} == {*Thresholds.__struct_fields__} - {"places", *FIXED}
    assert {*OF_A_PLACE, *OF_A_REPOSITORY, *WHOSE} == {*PlaceThresholds.__struct_fields__}


def test_a_project_and_a_team_may_have_some_of_their_own():
    text = """
thresholds:
  - {item_types: [Story, Bug], restart_on_return: true}
  - {team: payments, discarded: [dropped]}
  - {project: LAB, item_types: [Task], restart_on_return: false}
  - {project: LAB, from: 2026-06-01, item_types: [Task, Test]}
"""
    lines = load_mappings(text, "mappings.yaml").thresholds
    lab = PlaceThresholds(project="LAB", item_types=("Task",), restart_on_return=False)
    payments = PlaceThresholds(team="payments", discarded=("dropped",))
    told = thresholds_of(lines, date(2026, 5, 31))
    assert (told.item_types, told.restart_on_return, told.places) == (("Story", "Bug"), True, (lab, payments))
    later = thresholds_of(lines, date(2026, 6, 1)).places[0]
    assert (later.item_types, later.restart_on_return) == (("Task", "Test"), False)


def test_a_repository_may_have_branches_and_generated_files_of_its_own():
    lines = load_mappings('thresholds: [{project: acme/shop, base_branches: ["release/*"]}]', "m.yaml").thresholds
    own = PlaceThresholds(project="acme/shop", base_branches=("release/*",))
    assert thresholds_of(lines, date(2026, 6, 1)).places == (own,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("thresholds: [{from: 2026-06-01}, {from: 2026-06-01}]", "mappings.yaml:1:41: two entries begin on 2026-06-01"),
        ("thresholds: [{debounce_s: 1}, {debounce_s: 2}]", "mappings.yaml:1:31: two entries have no `from`"),
        (
            "thresholds: [{project: A, item_types: [a]}, {project: B}, {project: A, discarded: []}]",
            "mappings.yaml:1:59: two entries have no `from`",
        ),
        (
            "thresholds: [{project: A, grace_days: 3}]",
            "mappings.yaml:1:27: 'grace_days' holds for everybody; a project",
        ),
        (
            "thresholds: [{project: A, base_branches: [main]}]",
            "mappings.yaml:1:27: 'base_branches' holds for everybody, or for a repository; write `project: owner/name`",
        ),
        ("thresholds: [{project: A, team: b}]", "mappings.yaml:1:27: a line is for a project or for a team, not for"),
        ("thresholds: [{debounce_s: -1}]", "mappings.yaml:1:27: should be greater than or equal to 0"),
        ("thresholds: [{confidence: 0.95}]", "mappings.yaml:1:15: unknown key 'confidence'"),
        ("thresholds: [{least_group: 4}]", "mappings.yaml:1:28: should be greater than or equal to 5"),
        ("thresholds: [{least_forecast_weeks: 7}]", "mappings.yaml:1:37: should be less than or equal to 6"),
        ("thresholds: [{debounce: 1}]", "mappings.yaml:1:15: unknown key 'debounce'; did you mean 'debounce_s'?"),
        (
            "thresholds: [{flow_types: {defect: [Bug], risk: [Hole, bug]}}]",
            "mappings.yaml:1:56: the type 'bug' is defect already",
        ),
        ("thresholds: [{flow_types: {chore: [Task]}}]", "mappings.yaml:1:35: should be 'feature', 'defect', 'risk' or"),
        ("thresholds: [{item_types: []}]", "mappings.yaml:1:27: should have at least one entry"),
        (
            "breakdowns: {kind: [{id: a, when: {type: A}}, {id: a, when: {type: B}}]}",
            "mappings.yaml:1:52: the id 'a' stands twice",
        ),
    ],
)
def test_a_mistake_has_its_place(text, says):
    with pytest.raises(Problems) as caught:
        load_mappings(text, "mappings.yaml")
    assert str(caught.value.problems[0]).startswith(says), caught.value
