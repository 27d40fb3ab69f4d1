"""What counts as a deployment of a service: a ladder of sources, one rung for each service (metrics.md §3.1)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mappings import globs
from mappings.rows import as_table
from mappings.rules import Service

if TYPE_CHECKING:
    import ibis.expr.types as ir

Rung: TypeAlias = Literal["deployments", "workflow_runs", "releases", "git_tags", "merges"]
#: From the surest to a mere proxy; a service stands on the first that has data, and never on two.
LADDER: tuple[Rung, ...] = ("deployments", "workflow_runs", "releases", "git_tags", "merges")

#: Column → type of `service_deployments`.
SERVICE_DEPLOYMENTS = {
    "service": "string",
    "rung": "string",  # which one of LADDER it was read from
    "ref": "string",  # the deployment, run, release, tag or pull request
    "repository": "string",
    "environment": "string",  # null on the rungs that know none
    "sha": "string",
    "finished_us": "int64",  # first success; later states such as `inactive` say that it was superseded
}
#: What environments that users see are called, in RE2's syntax.
PRODUCTION = "(?i)(^|[^a-z])(prod|production|live)($|[^a-z])"
COLUMNS = ("ref", "repository", "environment", "sha", "finished_us")
Row: TypeAlias = dict[str, Any]


def service_deployments(
    tables: Mapping[str, "ir.Table"], services: Sequence[Service], *, same_within_us: int
) -> "ir.Table":
    """Every deployment of every service, each sha once however often it finished so soon again, oldest first."""
    found = [row for service in services for row in _deployments(service, tables, same_within_us)]
    return as_table(found, SERVICE_DEPLOYMENTS)


def other_environments(service: Service, tables: Mapping[str, "ir.Table"]) -> tuple[str, ...]:
    """Names of those that its repositories deploy to and that do not count, sorted."""
    made = _of_service("deployments", service, tables)
    others = made.filter(~_reaches_users(made, service)).select("environment").distinct().to_pyarrow()
    return tuple(sorted(others["environment"].to_pylist()))


def _deployments(service: Service, tables: Mapping[str, "ir.Table"], same_within_us: int) -> Iterator[Row]:
    rung, rows = _highest(service, tables)
    for row in _each_once(rows, same_within_us):
        yield {**row, "service": service.id, "rung": rung}


def _highest(service: Service, tables: Mapping[str, "ir.Table"]) -> tuple[Rung | None, list[Row]]:
    """The first rung that has data, and its rows, oldest first."""
    for rung in LADDER:
        found = RUNGS[rung](service, tables)
        if found is None:
            continue
        rows = found.select(*COLUMNS).order_by("finished_us", "ref").to_pyarrow().to_pylist()
        if rows:
            return rung, rows
    return None, []


def _each_once(rows: Sequence[Row], same_within_us: int) -> Iterator[Row]:
    """Without those that deploy again, so soon after the first, what is deployed already (metrics.md §3.1)."""
    last: dict[tuple[str, str | None], Row] = {}
    for row in rows:
        place = row["repository"], row["environment"]
        held = last.get(place)
        if held and held["sha"] == row["sha"] and row["finished_us"] - held["finished_us"] <= same_within_us:
            continue
        last[place] = row
        yield row


def _of_service(name: str, service: Service, tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    """The rows of the service's repositories, whose names may hold a `*`."""
    table = tables[name]
    return table.filter(table.repository.re_search("|".join(map(globs.pattern, service.repositories))))


def _reaches_users(deployments: "ir.Table", service: Service) -> "ir.BooleanValue":
    """By the configured name, else as the source says it, else by what such environments are called."""
    import ibis

    name = deployments.environment.lower()
    if service.environment is not None:
        return name == service.environment.lower()
    kept = ~deployments.transient.fill_null(False)
    return kept & ibis.coalesce(deployments.production, name.re_search(PRODUCTION))


def _deployed(service: Service, tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    made = _of_service("deployments", service, tables)
    finished = made.filter(made.succeeded_us.notnull(), _reaches_users(made, service))
    return finished.mutate(environment=finished.environment.lower(), finished_us=finished.succeeded_us)


def _run(service: Service, tables: Mapping[str, "ir.Table"]) -> "ir.Table | None":
    """Each run once, when an attempt first succeeded; a merge queue's branches reach nobody."""
    if service.workflow is None:
        return None
    runs = _of_service("workflow_runs", service, tables)
    meant = (runs.workflow == service.workflow) | (runs.path == service.workflow).fill_null(False)
    queued = runs.branch.startswith("gh-readonly-queue/").fill_null(False)
    done = runs.filter(meant, ~queued, runs.conclusion == "success")
    first = done.mutate(first=done.attempt.min().over(group_by=["repository", "run"]))
    return _timed(first.filter(first.attempt == first["first"]), "updated_us")


def _released(service: Service, tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    releases = _of_service("releases", service, tables)
    out = releases.filter(releases.published_us.notnull(), releases.sha.notnull())
    return _timed(out.filter(~out.draft, ~out.prerelease), "published_us")


def _tagged(service: Service, tables: Mapping[str, "ir.Table"]) -> "ir.Table | None":
    if service.tags is None:
        return None
    tags = _of_service("git_tags", service, tables)
    dated = tags.mutate(at_us=tags.tagged_us.coalesce(tags.committed_us))
    return _timed(dated.filter(dated.at_us.notnull(), dated.name.re_search(globs.pattern(service.tags))), "at_us")


def _merged(service: Service, tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    pulls, homes = _of_service("pull_requests", service, tables), tables["repositories"]
    merged = pulls.filter(pulls.merged_us.notnull(), pulls.merge_sha.notnull())
    into_default = [merged.repository == homes.name, merged.base == homes.default_branch]
    return _timed(merged.semi_join(homes, into_default).mutate(sha="merge_sha"), "merged_us")


def _timed(found: "ir.Table", finished: str) -> "ir.Table":
    import ibis

    return found.mutate(environment=ibis.null("string"), finished_us=found[finished])


RUNGS: dict[Rung, Callable[[Service, Mapping[str, "ir.Table"]], "ir.Table | None"]] = {
    "deployments": _deployed,
    "workflow_runs": _run,
    "releases": _released,
    "git_tags": _tagged,
    "merges": _merged,
}
