"""Work items and pull requests as rules see them: one row each, one column for each attribute that is asked about."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mappings.ancestry import ancestors
from mappings.conditions import FIELD
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir

EPIC_LEVEL = 1


def work_item_subjects(tables: Mapping[str, "ir.Table"], asked: Iterable[str] = ()) -> "ir.Table":
    """ref, kind, and every attribute of a work item; the costly ones (parent, epic, author, fields) where asked for."""
    import ibis

    items, asked = tables["work_items"], frozenset(asked)
    subjects = items.mutate(kind=ibis.literal("work_item"))
    if "parent" in asked:
        subjects = _joined(subjects, items.select(parent_ref="ref", parent="key"), "parent_ref")
    if "epic" in asked:
        subjects = _joined(subjects, _epics(items), "ref")
    return _with_fields(_with_author(subjects, tables, asked), tables, asked)


def pull_request_subjects(tables: Mapping[str, "ir.Table"], asked: Iterable[str] = ()) -> "ir.Table":
    """ref, kind, and every attribute that a pull request has: it is of no project and no type, say."""
    import ibis

    subjects = tables["pull_requests"].mutate(kind=ibis.literal("pull_request"))
    return _with_author(subjects, tables, frozenset(asked))


def _with_author(subjects: "ir.Table", tables: Mapping[str, "ir.Table"], asked: frozenset[str]) -> "ir.Table":
    """The author's name in place of the ref."""
    subjects = subjects.rename(author_ref="author")
    if "author" not in asked:
        return subjects
    return _joined(subjects, tables["accounts"].select(author_ref="ref", author="name"), "author_ref")


def _epics(items: "ir.Table") -> "ir.Table":
    """ref and epic: the key of the nearest ancestor at epic level."""
    epics = items.filter(items.level == EPIC_LEVEL).select(ancestor="ref", epic="key")
    above = ancestors(items).inner_join(epics, "ancestor")
    return above.group_by("ref").agg(epic=above.epic.argmin(above.distance))


def _with_fields(subjects: "ir.Table", tables: Mapping[str, "ir.Table"], asked: frozenset[str]) -> "ir.Table":
    names = sorted(attribute for attribute in asked if attribute.startswith(FIELD))
    known = tables["fields"].select("id", "name").distinct().to_pyarrow().to_pylist() if names else []
    for attribute in names:
        name = attribute.removeprefix(FIELD)
        ids = sorted({field["id"] for field in known if name in (field["id"], field["name"])})
        subjects = _joined(subjects, _field_values(subjects, ids, attribute), "ref")
    return subjects


def _field_values(subjects: "ir.Table", ids: list[str], attribute: str) -> "ir.Table":
    """ref and the values, as texts, that the item has in the fields with these ids: an option's `value` or `name`."""
    import ibis

    # Each element of a list by unnesting: Ibis 12 writes lambdas in a way that DuckDB 2 refuses.
    found = [_elements(subjects, identity) for identity in ids]
    elements = ibis.union(*found) if found else as_table([], {"ref": "string", "element": "string"})
    values = elements.filter(elements.element.notnull()).group_by("ref")
    return values.agg(elements.element.collect(distinct=True).name(attribute))


def _elements(subjects: "ir.Table", identity: str) -> "ir.Table":
    import ibis

    value = subjects.fields.cast("json")[identity]
    each = subjects.filter(value.notnull()).select("ref", element=ibis.coalesce(value.array, ibis.array([value])))
    element = (each := each.unnest("element")).element
    text = ibis.coalesce(element["value"].str, element["name"].str, element.str, element.cast("string"))
    return each.select("ref", element=text.nullif("null"))


def _joined(left: "ir.Table", right: "ir.Table", on: str) -> "ir.Table":
    return left.left_join(right, on).drop(f"{on}_right")
