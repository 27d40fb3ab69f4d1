"""Projects that are told of and cannot be read, and those that were given another key."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import Refused
from connectors.records import Project
from connectors.twin.faults import Answer, Changed, Faults, Injection
from connectors.twin.jira_state import JiraSite
from tests.connectors.jira.reading import reader
from tests.connectors.twin.sites import DEV, NOON, cloud, server, with_issues

EDITIONS: list[Callable[..., JiraSite]] = [cloud, server]
REFUSED = """{"errorMessages": ["The value 'WEB' does not exist for the field 'project'."], "errors": {}}"""


def _archived(told: Any) -> Any:
    """The answer, in which the project WEB is archived."""
    for project in told if isinstance(told, list) else [told]:
        project["archived"] = project["key"] == "WEB"
    return told


ARCHIVED = Injection(fault=Changed(change=_archived), path=r"/project(/\w+)?([?]|$)", times=None)


def two_projects(site: JiraSite) -> JiraSite:
    return with_issues(with_issues(site, 3), 2, project="WEB")


def searches_of(key: str) -> Injection:
    """Every search that names the project is refused."""
    return Injection(fault=Answer(status=400, body=REFUSED), path=f"/search.*{key}", times=None)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_project_that_no_search_may_name_is_lost_and_the_others_are_read(edition: Callable[..., JiraSite]) -> None:
    """An account may administer a project, and so see it, that it may not browse."""
    site = two_projects(edition())
    with reader(site, searches_of("WEB"), projects=["PAY", "WEB"]) as someone:
        someone.poll()
        someone.poll()
    assert set(someone.items) == {"PAY-1", "PAY-2", "PAY-3"}
    assert {gap.stream for gap in someone.stored.gaps} == {"projects"}
    assert "WEB is not to be seen" in someone.stored.gaps[-1].cause


def test_an_archived_project_is_lost_by_that_word_and_the_others_are_read() -> None:
    site = two_projects(server())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        site.edit("PAY-1", at=NOON, author=DEV, summary="New")
        someone.app.inner = Faults(someone.app.inner, [searches_of("WEB"), ARCHIVED])
        found = someone.poll()
    assert someone.items["PAY-1"].title == "New"
    assert [one.lost_at for one in found if isinstance(one, Project)] == [None, NOON]
    assert {gap.cause for gap in someone.stored.gaps} == {"WEB is archived: restore it, or leave it out of `projects`"}


def test_a_project_that_was_archived_before_it_was_ever_read_is_named() -> None:
    with (
        reader(two_projects(server()), ARCHIVED, projects=["PAY", "WEB"]) as someone,
        pytest.raises(Refused, match="WEB is archived"),
    ):
        someone.poll()


def test_a_project_is_searched_for_by_the_key_that_it_has_now() -> None:
    """Whoever took the old key away takes it from queries too; its issues are read anew, as each has a new key."""
    site = two_projects(cloud())
    told = json.dumps({name: site.project("WEB")[name] for name in ("id", "key", "name")})
    renamed = Injection(fault=Answer(status=200, body=told), path="project/STORE", times=None)
    with reader(site, renamed, searches_of("STORE"), projects=["PAY", "STORE"]) as someone:
        someone.poll()
    assert {key.partition("-")[0] for key in someone.items} == {"PAY", "WEB"}
