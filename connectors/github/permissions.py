"""Which kinds of record a token may read: each is tried on one repository, as the reading itself asks for it."""

from typing import NamedTuple

from msgspec import Raw

from connectors.errors import Gone, Malformed, SourceError
from connectors.github import api, rest
from connectors.github.api import SchemaChanged
from connectors.github.reader import Reader
from connectors.source import Check

LATEST_CHECKS = "defaultBranchRef { target { ... on Commit { statusCheckRollup { state } } } }"


class Kind(NamedTuple):
    """A kind of record, the permission it takes, and the least that can be asked of it."""

    name: str
    permission: str
    asks: str


OF_REPOSITORY = (
    Kind("issues", "Issues", "issues(first: 1) { totalCount }"),
    Kind("pull requests", "Pull requests", "pullRequests(first: 1) { totalCount }"),
    Kind("commits, releases and tags", "Contents", "releases(first: 1) { totalCount }"),
    Kind("deployments", "Deployments", "deployments(first: 1) { totalCount }"),
    Kind("checks", "Checks and Commit statuses", LATEST_CHECKS),
)
OF_ORGANIZATION = (
    Kind("boards", "Projects (of the organisation)", "projectsV2(first: 1) { totalCount }"),
    Kind("teams", "Members (of the organisation)", "teams(first: 1) { totalCount }"),
)
RUNS = Kind("workflow runs", "Actions", "/actions/runs")


async def checks(reader: Reader, repository: str) -> list[Check]:
    """A check for each kind, by `owner/name`. What is missing stops nothing: the sync goes without it and says so."""
    owner, _, name = repository.partition("/")
    found = [await _of_repository(reader, kind, owner, name) for kind in OF_REPOSITORY]
    found += [await _of_runs(reader, repository)]
    return found + [await _of_organization(reader, kind, owner) for kind in OF_ORGANIZATION]


async def _of_repository(reader: Reader, kind: Kind, owner: str, name: str) -> Check:
    place = f"repository(owner: $owner, name: $name) {{ {kind.asks} }}"
    query = f"query permission($owner: String!, $name: String!) {{ {place} }}"
    return await _tried(reader, kind, query, {"owner": owner, "name": name}, place=f"{owner}/{name}")


async def _of_organization(reader: Reader, kind: Kind, owner: str) -> Check:
    """A person has neither teams nor boards that are read here, and answers with nothing."""
    place = f"repositoryOwner(login: $owner) {{ ... on Organization {{ {kind.asks} }} }}"
    query = f"query permission($owner: String!) {{ {place} }}"
    return await _tried(reader, kind, query, {"owner": owner}, place=owner)


async def _tried(reader: Reader, kind: Kind, query: str, variables: dict[str, object], *, place: str) -> Check:
    try:
        graph = await reader.ask(query, variables, dict[str, Raw], label="permission")
    except (Malformed, SchemaChanged):
        return Check(subject=kind.name, ok=True, found="this server has none")
    except Gone as error:
        return _missing(kind, place, str(error))
    except SourceError as error:
        return Check(subject=kind.name, ok=False, found=str(error), hint=error.hint)
    if graph.hidden:
        return _missing(kind, place, api.said(graph.hidden[0]))
    return Check(subject=kind.name, ok=True, found=f"may be read of {place}")


async def _of_runs(reader: Reader, repository: str) -> Check:
    try:
        reply = await rest.get(
            reader, f"/repos/{repository}{RUNS.asks}", Raw, label="permission", params={"per_page": "1"}
        )
    except SourceError as error:
        return Check(subject=RUNS.name, ok=False, found=str(error), hint=error.hint)
    if reply.found is None:
        return _missing(RUNS, repository, reply.said)
    return Check(subject=RUNS.name, ok=True, found=f"may be read of {repository}")


def _missing(kind: Kind, place: str, said: str) -> Check:
    hint = f"Give the token read access to {kind.permission}. Until then {kind.name} are missing, and nothing else."
    return Check(subject=kind.name, ok=False, found=f"may not be read of {place} ({said})", hint=hint)
