"""Status → category: to do, active, waiting or done, and whether it commits or blocks."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from pydantic import Field

from mappings.model import Fault, Model
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir

StatusCategory: TypeAlias = Literal["todo", "active", "waiting", "done"]
CATEGORIES: tuple[StatusCategory, ...] = ("todo", "active", "waiting", "done")
#: Column → type of `categories`.
STATUSES = {
    "source": "string",
    "project": "string",
    "status_id": "string",
    "status": "string",  # its name
    "category": "string",  # todo, active, waiting, done
    "commitment": "boolean",
    "blocked": "boolean",
    "mapped": "boolean",
    "committing": "boolean",  # the workflow names a commitment status, this one or another
}
SOURCE_CATEGORIES: dict[str, StatusCategory] = {"todo": "todo", "active": "active", "done": "done"}


class Workflow(Model):
    """How the statuses of one project, or of every other, are read from a day on; each by its name or its id."""

    project: str | None = None
    from_on: date | None = Field(default=None, alias="from")
    todo: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    commitment: tuple[str, ...] = ()  #: entering one of these promises the work
    blocked: tuple[str, ...] = ()


class StatusMeaning(NamedTuple):
    category: StatusCategory
    commitment: bool
    blocked: bool
    mapped: bool  #: False where neither a workflow nor the source's category says it (metrics.md §1.3 `unmapped`)


def workflow_faults(workflows: Iterator[tuple[Any, Mapping[str, Any]]]) -> Iterator[Fault]:
    """One fault for each status that a workflow puts into two categories."""
    for path, workflow in workflows:
        seen: dict[str, str] = {}
        for category in CATEGORIES:
            statuses = workflow.get(category)
            for index, status in enumerate(statuses if isinstance(statuses, tuple) else ()):
                if status in seen:
                    yield Fault((*path, category, index), f"'{status}' is both {seen[status]} and {category}")
                seen.setdefault(status, category)


def workflow_of(workflows: Iterable[Workflow], project: str | None, day: date) -> Workflow | None:
    """The workflow in force for a project: its own before the general one, then the latest `from` not after the day."""
    begun = [
        workflow
        for workflow in workflows
        if workflow.project in (project, None) and (workflow.from_on or date.min) <= day
    ]
    return max(begun, key=lambda w: (w.project is not None, w.from_on or date.min), default=None)


def meaning_of(
    workflow: Workflow | None, *, status_id: str, status: str | None, source_category: str | None
) -> StatusMeaning:
    """What a status means: by the workflow, else by the source's own category, else to do and unmapped.

    `waiting` never comes from the source (metrics.md §1.3).
    """
    names = {status_id, status}
    stated = _stated(workflow, names)
    known = SOURCE_CATEGORIES.get(source_category or "")
    return StatusMeaning(
        category=stated or known or "todo",
        commitment=workflow is not None and not names.isdisjoint(workflow.commitment),
        blocked=workflow is not None and not names.isdisjoint(workflow.blocked),
        mapped=bool(stated or known),
    )


def _stated(workflow: Workflow | None, names: set[str | None]) -> StatusCategory | None:
    if workflow is None:
        return None
    return next((each for each in CATEGORIES if not names.isdisjoint(getattr(workflow, each))), None)


def categories(tables: Mapping[str, "ir.Table"], workflows: Iterable[Workflow], day: date) -> "ir.Table":
    """One row for each status that work was ever in, by source and project, with its `StatusMeaning`.

    Columns as `STATUSES` describes. A work item that was moved has a row under its old projects too (metrics.md
    §1.2.6). The workflow in force on `day` reads the whole of history.
    """
    workflows = tuple(workflows)
    rows = [_told(row, workflow_of(workflows, row["project"], day)) for row in _seen(tables).to_pyarrow().to_pylist()]
    return as_table(rows, STATUSES)


def _told(row: Mapping[str, Any], workflow: Workflow | None) -> dict[str, Any]:
    meaning = meaning_of(
        workflow, status_id=row["status_id"], status=row["status"], source_category=row["source_category"]
    )
    return {**row, **meaning._asdict(), "committing": workflow is not None and bool(workflow.commitment)}


def _seen(tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    """Each (source, project, status_id) of the facts, with the status's name and the source's category where known."""
    import ibis

    items, changes = tables["work_items"], tables["changes"]
    moves = changes.filter(changes.field == "status")
    held = ibis.union(
        items.select("ref", "status_id", "status", source_category=items.status_category),
        moves.select(ref="item_ref", status_id="from_id", status="from_text", source_category=ibis.null("string")),
        moves.select(ref="item_ref", status_id="to_id", status="to_text", source_category=ibis.null("string")),
    )
    seen = held.filter(held.status_id.notnull()).inner_join(_projects_of(items, changes), "ref")
    seen = seen.group_by("source", "project", "status_id").agg(
        status=seen.status.max(), source_category=seen.source_category.max()
    )
    defined = tables["statuses"].select("source", status_id="id", name="name", defined="category")
    known = seen.left_join(defined, ["source", "status_id"])
    return known.select(
        "source",
        "project",
        "status_id",
        status=ibis.coalesce(known.name, known.status),
        source_category=ibis.coalesce(known.defined, known.source_category),
    ).order_by("source", "project", "status_id")


def _projects_of(items: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """ref, source, project: the project that each work item is in, and those it was in by its old keys."""
    import ibis

    now = items.select("ref", "source", "project")
    keys = changes.filter(changes.field == "key", changes.from_text.notnull())
    past = keys.select(ref="item_ref", project=keys.from_text.re_replace("-[0-9]+$", ""))
    past = past.inner_join(items.select("ref", "source"), "ref").select("ref", "source", "project")
    return ibis.union(now, past, distinct=True)
