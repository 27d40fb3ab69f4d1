"""Names in the rules that nothing that was read has."""

from mappings.load import load_mappings, load_people
from mappings.names import unknown_names
from tests.builders import tables

FACTS = tables(
    projects=[{"key": "PAY"}],
    repositories=[{"name": "acme/shop"}],
    accounts=[{"ref": "jira:account:ana"}],
    fields=[{"id": "customfield_1", "name": "Colour"}],
    statuses=[{"id": "3", "name": "In Progress"}],
    sprints=[{"ref": "jira:sprint:1", "source": "jira", "id": "1", "name": "Sprint 1"}],
    work_items=[{"key": "PAY-1", "type": "Bug", "labels": ["cart"], "components": ["basket"], "status": "In Progress"}],
    pull_requests=[{"key": "acme/shop#7", "labels": ["ui"]}],
)
PEOPLE = load_people("teams: [{id: payments}]", "people.yaml")


def unknown(text: str) -> list[str]:
    return list(map(str, unknown_names(load_mappings(text, "mappings.yaml"), FACTS, PEOPLE)))


def test_names_that_something_has_are_no_problem():
    known = """
rules:
  - id: all
    when:
      all:
        - {project: PAY, labels: [cart, ui], components: basket, sprints: Sprint 1, fields: {Colour: Red}}
        - {type: {in: [Bug]}, parent: PAY-1, assignee_teams: payments, author: ana, repository: acme/shop}
    objective: a
overrides: [{item: PAY-1, objective: a, by: map keeper, on: 2026-01-01, reason: Agreed}]
statuses: [{project: PAY, active: [In Progress], waiting: ["3"]}]
services: [{id: shop, repositories: [acme/*]}]
"""
    assert unknown(known) == []


def test_patterns_are_not_names():
    assert unknown("rules: [{id: r, when: {labels: {regex: x}, title: none, project: {glob: Z*}}, objective: a}]") == []


def test_each_name_that_nothing_has_is_told_with_its_place_and_the_nearest():
    wrong = """\
rules:
  - id: r
    when: {project: PAI, labels: [cart, kart], not: {type: {not: Bugg}}, fields: {Color: Red}}
    objective: a
    cases: [{item: {project: NONE}, expect: null}]
  - {id: s, when: {ancestor: {key: PAY-9, components: baskets}, author_team: payment}, objective: a}
overrides: [{item: PAY-2, objective: a, by: map keeper, on: 2026-01-01, reason: Agreed}]
statuses: [{project: PAY, active: [In Progres]}]
services: [{id: shop, repositories: [acme/*, other/*]}]
breakdowns: {kind: [{id: defect, when: {type: Incident}}]}
"""
    assert [
        line.removeprefix("mappings.yaml:").replace("nothing that was read has the ", "") for line in unknown(wrong)
    ] == [
        "3:21: project 'PAI'; did you mean 'PAY'?",
        "3:41: label 'kart'; did you mean 'cart'?",
        "3:66: type 'Bugg'; did you mean 'Bug'?",
        "3:83: field 'Color'; did you mean 'Colour'?",
        "6:36: key 'PAY-9'; did you mean 'PAY-1'?",
        "6:55: component 'baskets'; did you mean 'basket'?",
        "6:78: team of people 'payment'; did you mean 'payments'?",
        "7:20: item 'PAY-2'; did you mean 'PAY-1'?",
        "8:36: status 'In Progres'; did you mean 'In Progress'?",
        "9:46: repository 'other/*'; valid: acme/shop",
        "10:47: type 'Incident'; valid: Bug",
    ]
