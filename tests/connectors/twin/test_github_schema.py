"""The reduced schema is a true part of the official one; what is newer than our copy names where it is described."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, print_ast

from connectors.twin.github_schema import github_schema, sdl
from tests.shared import shared

# What GitHub's copy of February 2025 lacks.
NEWER = {
    "Issue.blockedBy",
    "Issue.blocking",
    "Issue.duplicateOf",
    "Issue.issueDependenciesSummary",
    "Issue.issueFieldValues",
    "Issue.issueType",
    "IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
    "IssueTimelineItemsItemType.BLOCKED_BY_ADDED_EVENT",
    "IssueTimelineItemsItemType.BLOCKED_BY_REMOVED_EVENT",
    "IssueTimelineItemsItemType.BLOCKING_ADDED_EVENT",
    "IssueTimelineItemsItemType.BLOCKING_REMOVED_EVENT",
    "IssueTimelineItemsItemType.ISSUE_TYPE_ADDED_EVENT",
    "IssueTimelineItemsItemType.ISSUE_TYPE_CHANGED_EVENT",
    "IssueTimelineItemsItemType.ISSUE_TYPE_REMOVED_EVENT",
    "IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
    "IssueTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
    "PullRequestTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
    "PullRequestTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
    "PullRequestTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
    "AddedToProjectV2Event",
    "BlockedByAddedEvent",
    "BlockedByRemovedEvent",
    "BlockingAddedEvent",
    "BlockingRemovedEvent",
    "IssueDependenciesSummary",
    "IssueDependencyOrder",
    "IssueDependencyOrderField",
    "IssueFieldCommon",
    "IssueFieldDate",
    "IssueFieldDateValue",
    "IssueFieldMultiSelect",
    "IssueFieldMultiSelectValue",
    "IssueFieldNumber",
    "IssueFieldNumberValue",
    "IssueFieldSingleSelect",
    "IssueFieldSingleSelectValue",
    "IssueFieldText",
    "IssueFieldTextValue",
    "IssueFieldValue",
    "IssueFieldValueConnection",
    "IssueFieldValueEdge",
    "IssueFields",
    "IssueType",
    "IssueTypeAddedEvent",
    "IssueTypeChangedEvent",
    "IssueTypeRemovedEvent",
    "ProjectV2ItemStatusChangedEvent",
    "RemovedFromProjectV2Event",
}


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    path = shared("contracts/github/graphql-schema.graphql.gz")
    # The published copy defines two fields twice, so it is not valid SDL by itself.
    return build_schema(gzip.decompress(path.read_bytes()).decode(), assume_valid_sdl=True)


def facts(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Everything a schema says, each as (place, what it is)."""
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name, type(kind).__name__
        for interface in getattr(kind, "interfaces", ()):
            yield f"{name} is {interface.name}", ""
        for member in getattr(kind, "types", ()):
            yield f"{name} may be {member.name}", ""
        for value in getattr(kind, "values", ()):
            yield f"{name}.{value}", "value"
        for field, definition in getattr(kind, "fields", {}).items():
            yield f"{name}.{field}", str(definition.type)
            for argument, asked in getattr(definition, "args", {}).items():
                yield f"{name}.{field}({argument})", f"{asked.type} = {default(asked)}"


def default(argument: Any) -> str | None:
    written = argument.ast_node.default_value if argument.ast_node else None
    return print_ast(written) if written else None


def of_newer(place: str) -> bool:
    """Whether the place is newer itself, or names a type that is."""
    owner = place.replace("(", " ").split(" ")[0]
    named = {owner, owner.split(".")[0], place.rsplit(" ", maxsplit=1)[-1]}
    return bool(named & NEWER)


def test_every_type_field_argument_and_nullability_is_githubs(official: GraphQLSchema) -> None:
    known = dict(facts(official))
    ours = {place: what for place, what in facts(github_schema()) if not of_newer(place)}
    assert len(ours) > 1000
    assert {place: what for place, what in ours.items() if known.get(place) != what} == {}


def test_what_is_called_newer_is_not_in_the_official_copy(official: GraphQLSchema) -> None:
    assert dict(facts(official)).keys() & NEWER == set()


def marks(name: str) -> Iterator[tuple[str, Any]]:
    """The definitions that bear a mark, with it."""
    for definition in sdl().definitions:
        owner = getattr(getattr(definition, "name", None), "value", "")
        members = [*(getattr(definition, "fields", None) or ()), *(getattr(definition, "values", None) or ())]
        places = [(owner, definition), *((f"{owner}.{m.name.value}", m) for m in members)]
        for place, node in places:
            yield from ((place, d) for d in getattr(node, "directives", None) or () if d.name.value == name)


def test_each_newer_part_is_marked_with_its_source() -> None:
    sources = {place: mark.arguments[0].value.value for place, mark in marks("newer")}
    assert sources.keys() == NEWER
    assert all(s.startswith(("docs.github.com/", "github.com/github/docs/")) for s in sources.values())


def test_an_enterprise_server_lacks_every_marked_part_and_nothing_else() -> None:
    lacking = {place for mark in ("newer", "cloud") for place, _ in marks(mark)}
    cloud, server = dict(facts(github_schema())), dict(facts(github_schema(dialect="ghes")))
    gone = cloud.keys() - server.keys()
    assert {"Issue.subIssues", "Issue.issueType", "SubIssueAddedEvent"} <= gone
    assert {place for place in lacking if place in server} == set()
    roots = {place.replace("(", " ").split(" ")[0] for place in gone}
    assert {r for r in roots if r not in lacking and r.split(".")[0] not in lacking} <= {
        "IssueTimelineItems",
        "PullRequestTimelineItems",
    }


def test_a_dump_without_a_date_makes_that_one_field_nullable() -> None:
    plain = dict(facts(github_schema()))
    variant = dict(facts(github_schema(nullable=frozenset({"PullRequest.createdAt"}))))
    assert {p: (plain[p], variant[p]) for p in plain if plain[p] != variant[p]} == {
        "PullRequest.createdAt": ("DateTime!", "DateTime")
    }
