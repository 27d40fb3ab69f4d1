"""`fingerpost init`: first files that pass `check` and `test` as they are written."""

from datetime import date
from pathlib import Path

import pytest

from mappings.load import load_mappings, load_people, load_strategy
from mappings.sketch import mappings_text, people_text, shown, strategy_text
from tests.builders import tables
from tests.stage import Place

DAY = date(2026, 11, 20)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, {"JIRA_TOKEN": "t", "JIRA_EMAIL": "a@b.test", "GITHUB_TOKEN": "g"})


def test_from_nothing_to_files_that_pass_check_and_test(place: Place) -> None:
    asked = ("--jira", "https://acme.atlassian.net", "--project", "PAY", "--project", "NO", "--repository", "acme/*")
    done = place.fingerpost("init", *asked)
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(path.name for path in place.folder.glob("*.yaml")) == [
        "fingerpost.yaml",
        "mappings.yaml",
        "people.yaml",
        "strategy.yaml",
    ]
    for command in ("check", "test"):
        tried = place.fingerpost(command)
        assert tried.returncode == 0, tried.stderr
    again = place.fingerpost("init")
    assert again.returncode == 2
    assert again.stderr.splitlines() == [
        f"{name}: is there already; write over it with --force, or keep it"
        for name in ("mappings.yaml", "people.yaml", "strategy.yaml")
    ]
    (place.folder / "strategy.yaml").write_text("ours")
    assert place.fingerpost("init", "--force").returncode == 0
    assert (place.folder / "strategy.yaml").read_text() != "ours"


def test_it_asks_what_to_read_where_nothing_says_it(place: Place) -> None:
    done = place.fingerpost("init")
    assert done.returncode == 2
    assert "--jira URL" in done.stderr
    assert list(place.folder.iterdir()) == []


def test_what_was_read_is_sketched() -> None:
    facts = tables(
        projects=[{"key": "PAY", "name": "Payments: all of it"}, {"key": "NO", "name": "null"}],
        repositories=[{"name": "acme/shop"}, {"name": "acme/old", "archived": True}],
        work_items=[
            {"key": "PAY-1", "status": "Doing, really", "status_category": "active"},
            {"key": "PAY-2", "status": "Done", "status_category": "done"},
            {"key": "PAY-3", "status": "Done", "status_category": "active"},
        ],
        accounts=[
            {"ref": "github:account:7", "name": "octo-dev"},
            {"ref": "github:team:1", "name": "Pay Core", "kind": "team"},
        ],
        members=[{"item_ref": "github:team:1", "id": "github:account:7"}],
    )
    seen = shown(facts)
    strategy = load_strategy(strategy_text(seen, day=DAY), "s")
    assert [(each.id, each.name) for each in strategy.objectives] == [("no", "null"), ("pay", "Payments: all of it")]
    rules = load_mappings(mappings_text(seen), "m")
    assert [rule.weights for rule in rules.rules] == [{"no": 1.0}, {"pay": 1.0}]
    assert [(each.project, each.active, each.done) for each in rules.statuses] == [
        ("PAY", ("Doing, really", "Done"), ()),
    ]
    assert "#   acme/shop\n" in mappings_text(seen)
    people = load_people(people_text(seen, day=DAY), "p")
    assert [team.id for team in people.teams] == ["pay-core"]
    assert people.people[0].accounts == {"github": "octo-dev"}


def test_repositories_alone_are_places_too() -> None:
    seen = shown(tables(repositories=[{"name": "acme/web.shop"}, {"name": "beta/web-shop"}]))
    strategy = load_strategy(strategy_text(seen, day=DAY), "s")
    assert [each.id for each in strategy.objectives] == ["web-shop", "web-shop-2"]


def test_of_nothing_at_all_the_files_are_still_whole() -> None:
    seen = shown(tables())
    assert load_strategy(strategy_text(seen, day=DAY), "s").objectives[0].id == "first"
    assert load_mappings(mappings_text(seen), "m").rules == ()
