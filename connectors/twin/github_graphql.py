"""`POST /graphql`: a query executed against the reduced schema, answered as GitHub answers."""

import re
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)
from graphql.execution import Executor

from connectors.twin.github_access import EVERYTHING, Access
from connectors.twin.github_cost import NODE_LIMIT, Cost, cost
from connectors.twin.github_limits import Limits
from connectors.twin.github_objects import Node
from connectors.twin.github_resolvers import executable_schema
from connectors.twin.github_roots import Execution
from connectors.twin.github_state import GitHubHost

UNDEFINED_FIELD = re.compile(r"Cannot query field '(?P<field>\w+)' on type '(?P<kind>\w+)'")


def answer(host: GitHubHost, limits: Limits, body: bytes, *, access: Access = EVERYTHING) -> Node:
    """The JSON answer to a request body. Its status is 200 whatever the query does; `Overworked` where it is not."""
    try:
        asked = msgspec.json.decode(body)
    except msgspec.DecodeError:
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        return {"errors": [{"message": "A query attribute must be specified and must be a string."}]}
    schema = executable_schema(dialect=host.dialect, nullable=host.nullable)
    document, errors = prepared(schema, asked["query"])
    if errors or document is None:
        return {"errors": [invalid(error) for error in errors]}
    variables, operation = asked.get("variables") or {}, asked.get("operationName")
    spent = cost(document, operation, variables, schema)
    hold_back(host, limits, spent, writes=is_mutation(document))
    if refused := refusal(host, limits, spent):
        return {"errors": [refused]}
    context = Execution(host=host, access=access, rate_limit=rate_limit(host, limits, spent))
    result = execute_sync(
        schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation,
        executor_class=Executor,
    )
    return answered(result)


@lru_cache(maxsize=256)
def prepared(schema: GraphQLSchema, query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """The parsed query and what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        return None, (error,)
    return document, tuple(validate(schema, document))


def invalid(error: GraphQLError) -> Node:
    """An error of the query itself. GitHub's wording where clients read it, else graphql-core's."""
    found = UNDEFINED_FIELD.match(error.message)
    if found is None:
        return {"locations": locations(error), "message": error.message}
    kind, field = found["kind"], found["field"]
    return {
        "path": ["query", field],
        "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": field},
        "locations": locations(error),
        "message": f"Field '{field}' doesn't exist on type '{kind}'",
    }


def refusal(host: GitHubHost, limits: Limits, spent: Cost) -> Node | None:
    """Why the query is not run at all: too many nodes, or nothing left of the hour."""
    if spent.nodes > NODE_LIMIT:
        asked = f"This query requests up to {spent.nodes:,} possible nodes"
        message = f"{asked} which exceeds the maximum limit of {NODE_LIMIT:,}."
        return {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}
    if not limits.spend("graphql", spent.points):
        user = host.viewer.get("databaseId", 0)
        return {"type": "RATE_LIMITED", "message": f"API rate limit exceeded for user ID {user}."}
    return None


class Overworked(Exception):
    """A secondary limit was passed: GitHub's 403."""


def hold_back(host: GitHubHost, limits: Limits, spent: Cost, *, writes: bool) -> None:
    """Let the query work for its time, unless the last minute was too full of queries, or of work."""
    secondary = host.secondary
    if secondary is None:
        return
    few = limits.spend_minute("graphql points", 5 if writes else 1, secondary.graphql_points)
    short = limits.spend_minute("graphql seconds", secondary.takes(spent.points), secondary.graphql_cpu_s)
    if not (few and short):
        raise Overworked


def is_mutation(document: DocumentNode) -> bool:
    """Whether the document writes."""
    operations = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    return any(each.operation is OperationType.MUTATION for each in operations)


def rate_limit(host: GitHubHost, limits: Limits, spent: Cost) -> Node | None:
    """The `rateLimit` object; null where the host has no limits."""
    if host.hourly_limit is None:
        return None
    state = limits.state("graphql")
    resets_at = datetime.fromtimestamp(state["reset"], tz=UTC)
    return {
        **{name: state[name] for name in ("limit", "remaining", "used")},
        "cost": spent.points,
        "nodeCount": spent.nodes,
        "resetAt": resets_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def answered(result: ExecutionResult) -> Node:
    """Data, and beside it the errors of the parts that failed: a partial answer."""
    answer: Node = {"data": result.data}
    if result.errors:
        answer["errors"] = [failed(error) for error in result.errors]
    return answer


def failed(error: GraphQLError) -> Node:
    """An error of one part of the answer, with its type beside its message."""
    extensions = dict(error.extensions or {})
    typed = {"type": extensions.pop("type")} if "type" in extensions else {}
    more = {"extensions": extensions} if extensions else {}
    return {**typed, "path": list(error.path or ()), **more, "locations": locations(error), "message": error.message}


def locations(error: GraphQLError) -> list[Node]:
    """Where in the query text."""
    return [{"line": place.line, "column": place.column} for place in error.locations or ()]
