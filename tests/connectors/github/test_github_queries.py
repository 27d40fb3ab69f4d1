"""Every query is one that GitHub's schema allows: the official one, the stand-in's, an Enterprise Server's."""

import gzip
from collections.abc import Iterator
from functools import cache

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    parse,
    validate,
)

from connectors.github import queries
from connectors.github.queries import MOST_ROWS, PAGE_ROWS, Schema
from connectors.github.selections import CONNECTIONS, SELDOM
from connectors.github.streams import STREAMS, Stream
from connectors.twin.github_schema import github_schema
from tests.shared import shared


@cache
def official() -> GraphQLSchema:
    """GitHub's published schema, which breaks a rule of the language here and there."""
    written = gzip.decompress(shared("contracts/github/graphql-schema.graphql.gz").read_bytes())
    return build_schema(written.decode(), assume_valid=True)


SERVERS = {
    "the official schema": official,
    "the stand-in": github_schema,
    "an Enterprise Server": lambda: github_schema(dialect="ghes"),
}


def known(server: GraphQLSchema) -> Schema:
    """What introspection would tell of that schema."""
    types = {kind: frozenset(_names(server, kind)) for kind in queries.ASKED_TYPES if kind in server.type_map}
    return Schema(types=types)


def _names(server: GraphQLSchema, kind: str) -> Iterator[str]:
    match server.type_map.get(kind):
        case GraphQLObjectType(fields=fields) | GraphQLInterfaceType(fields=fields):
            for name, field in fields.items():
                yield name
                yield from (f"{name}({argument})" for argument in field.args)
        case GraphQLEnumType(values=values):
            yield from values


def asked(schema: Schema) -> Iterator[str]:
    """Every query there is."""
    yield queries.introspection()
    yield queries.owned(schema)
    yield queries.named(3, schema)
    yield queries.probe([stream.connection for stream in STREAMS], schema)
    yield queries.by_id([stream.typename for stream in STREAMS], schema)
    for stream in STREAMS:
        yield queries.page(stream.typename, stream.connection, schema)
        yield queries.skim(stream.typename, stream.connection)
        yield queries.by_id([stream.typename], schema)
        connections = (*CONNECTIONS[stream.typename], *SELDOM.get(stream.typename, ()))
        there = [name for name in connections if queries.has(schema, stream.typename, name)]
        yield queries.more(stream.typename, there, schema)


@pytest.mark.parametrize("name", SERVERS)
def test_every_query_is_valid(name: str) -> None:
    server = SERVERS[name]()
    for query in asked(known(server)):
        assert validate(server, parse(query)) == [], query


@pytest.mark.parametrize("name", SERVERS)
def test_the_documented_minimum_is_valid_everywhere(name: str) -> None:
    server = SERVERS[name]()
    for query in asked(Schema()):
        assert validate(server, parse(query)) == [], query


def test_what_only_some_servers_have_is_asked_of_those() -> None:
    cloud, enterprise = known(github_schema()), known(github_schema(dialect="ghes"))
    asked_of_cloud = queries.page("Issue", "issues", cloud)
    asked_of_enterprise = queries.page("Issue", "issues", enterprise)
    for field in ("issueType {", "parent {", "PARENT_ISSUE_ADDED_EVENT"):
        assert field in asked_of_cloud
        assert field not in asked_of_enterprise


@pytest.mark.parametrize(
    "lacking", ["PullRequest.mergedBy", "PullRequest.closingIssuesReferences", "Commit.committedDate"]
)
def test_what_a_server_lacks_is_not_asked_for(lacking: str) -> None:
    kind, name = lacking.split(".")
    types = dict(known(github_schema()).types)
    schema = Schema(types=types | {kind: types[kind] - {name}})
    assert name in queries.page("PullRequest", "pullRequests", known(github_schema()))
    assert name not in queries.page("PullRequest", "pullRequests", schema)


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_first_page_costs_a_point_or_two(stream: Stream) -> None:
    """Requests for connections, all of them filled, divided by 100 and rounded. # github.md §2"""
    assert round((1 + stream.first * len(CONNECTIONS[stream.typename])) / 100) <= 2


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_largest_page_has_no_more_nodes_than_a_call_may(stream: Stream) -> None:
    """A tenth of 500,000, which is more than any was answered with in time. # github.md §2"""
    rows = sum(PAGE_ROWS[connection] for connection in CONNECTIONS[stream.typename])
    assert MOST_ROWS * (1 + rows) < 50_000
