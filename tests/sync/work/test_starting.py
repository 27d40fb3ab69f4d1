"""`fingerpost init`: first files that pass `check` and `test` as they are written."""

from datetime import date
from pathlib import Path

import pytest

from connectors.twin.company import company
from mappings.load import load_mappings, load_people, load_strategy
from mappings.sketch import mappings_text, people_text, shown, strategy_text
from sync.config import load_config
from sync.work.looking import looked
from tests.builders import tables
from tests.stage import Place, furnished, staged
from tests.sync.service.test_many_hosts import StillClock

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


def test_with_a_look_at_the_sources_their_projects_and_statuses_are_in_the_first_files(tmp_path: Path) -> None:
    with staged(company(seed=4, size=60)) as stage:
        furnished(tmp_path, stage)
        for name in ("strategy.yaml", "mappings.yaml", "people.yaml"):
            (tmp_path / name).unlink()
        place = Place(tmp_path, dict(stage.environment))
        done = place.fingerpost("init", "--look")
    assert done.returncode == 0, done.stderr
    rules = load_mappings((tmp_path / "mappings.yaml").read_text(), "m")
    assert {"PAY", "WEB"} <= {each.project for each in rules.statuses}
    assert all(each.done for each in rules.statuses if each.project == "PAY")
    tried = place.fingerpost("check")
    assert tried.returncode == 0, tried.stderr


def test_a_source_that_cannot_be_reached_is_named_with_the_reason(tmp_path: Path) -> None:
    """RFC 2606: nothing is ever called so."""
    source = '{type: jira, url: "http://tracker.invalid", token: "${TOKEN}", projects: [PAY]}'
    (tmp_path / "fingerpost.yaml").write_text(f"store: sqlite:///{tmp_path}/facts.db\nsources: {{jira: {source}}}\n")
    config = load_config(tmp_path / "fingerpost.yaml", environment={"TOKEN": "t"})
    [said] = looked(config, clock=StillClock())
    assert said.startswith("jira was not read: ")
    assert "tracker.invalid" in said


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
