"""What the fields of work items held at an instant, from what they hold now and the changelog.

For every field: let A be its first change after the instant, and B its last change up to then. Where there is A, the
field held what B left, else what A found. Where there is none, it holds what it held; but where the item was updated
later without a word in its changelog, it held what B left (metrics.md §1.2.5, §1.2.7).
An item whose changelog was never read whole keeps what it has.

A list is replayed element by element, "is it in the list" being the field. A change of `labels` that has both sides,
and every change of `sprints`, tells the whole list before and after (labels parted by spaces, ids by commas); any other
change of a list takes out what it has on its one side and puts in what it has on the other.
"""

from collections.abc import Iterable
from functools import reduce

import ibis
import ibis.expr.types as ir
from ibis import ifelse

#: Column → the field whose changes tell it, and on which side of them.
SCALARS = {
    "key": ("key", "text"),
    "project": ("project", "text"),
    "type": ("type", "text"),
    "title": ("title", "text"),
    "status_id": ("status", "id"),
    "status": ("status", "text"),
    "resolution": ("resolution", "text"),
    "priority": ("priority", "text"),
    "milestone": ("milestone", "text"),
    "parent_ref": ("parent", "id"),
    "points": ("points", "text"),
    "flagged": ("flagged", "text"),
    "due_on": ("due_on", "id"),
}
#: List → the side of its changes that holds the elements.
LISTS = {"labels": "text", "components": "text", "fix_versions": "text", "sprints": "id", "assignees": "id"}

_INSTANTS = ("updated_us", "status_changed_us")
_REPLAYED = (*SCALARS, "status_category", *LISTS)
_ORDER = ("at_us", "length", "id", "index")  # ids are numbers as texts: 999 comes before 1000


def replayed(items: ir.Table, changes: ir.Table, statuses: ir.Table, as_of_us: int) -> ir.Table:
    """The items, their fields as they were at `as_of_us`.

    Each step is reckoned where it stands: one plan of them all takes longer to make than to run.
    """
    if not _is_anything_later(items, changes, as_of_us):
        return items
    later = changes.filter(changes.at_us > as_of_us).select("item_ref").distinct()
    is_touched = items.has_history & ((items.updated_us > as_of_us) | items.ref.isin(later.item_ref))
    touched = items.filter(is_touched).select("ref", "source", *_INSTANTS, *_REPLAYED).cache()
    moves = changes.semi_join(touched, [("item_ref", "ref")]).mutate(length=changes.id.length()).cache()
    scalars = _scalars(touched, _keys_resolved(moves, items), as_of_us).cache()
    lists = _lists(touched, _elements(moves), as_of_us).cache()
    return _in_place_of(items, _with_category(scalars, statuses).join(lists, "ref"))


def _is_anything_later(items: ir.Table, changes: ir.Table, as_of_us: int) -> bool:
    last = [instants.max().to_pyarrow().as_py() for instants in (items.updated_us, changes.at_us)]
    return any(instant is not None and instant > as_of_us for instant in last)


def _told(moves: ir.Table, by: Iterable[str], sides: Iterable[tuple[str, str, str]], as_of_us: int) -> ir.Table:
    """By field: `certain` where a later change exists, what the field held then, and when it was last set.

    `sides` are the name to give, and the columns of what a change found and what it left.
    """
    later, earlier = moves.at_us > as_of_us, moves.at_us <= as_of_us
    order = [moves[name] for name in _ORDER]
    held = {
        name: ifelse(
            earlier.any(),
            moves[left].last(where=earlier, order_by=order, include_null=True),
            moves[found].first(where=later, order_by=order, include_null=True),
        )
        for name, found, left in sides
    }
    return moves.group_by(*by).agg(certain=later.any(), set_us=moves.at_us.max(where=earlier), **held)


def _scalars(items: ir.Table, moves: ir.Table, as_of_us: int) -> ir.Table:
    fields = {field for field, _ in SCALARS.values()}
    moves = moves.filter(moves.field.isin(sorted(fields)))
    told = _told(moves, ("item_ref", "field"), (("id", "from_id", "to_id"), ("text", "from_text", "to_text")), as_of_us)
    wide = told.group_by("item_ref").agg(
        **{
            f"told_{field}_{name}": told[name].max(where=told.field == field)
            for field in sorted(fields)
            for name in ("certain", "set_us", "id", "text")
        }
    )
    both = items.left_join(wide, [("ref", "item_ref")])
    then = {column: _scalar(both, column, as_of_us) for column in SCALARS}
    has_status = then["status_id"].identical_to(both.status_id)
    then["status_category"] = ifelse(has_status, both.status_category, ibis.null("string"))
    return both.select("ref", "source", **then)


def _scalar(both: ir.Table, column: str, as_of_us: int) -> ir.Value:
    field, side = SCALARS[column]
    changed_us = both.updated_us
    if field == "status":
        # Where the changelog misses the last move, the source says when it was (metrics.md §1.2.5).
        changed_us = ifelse(both.status_changed_us > both.told_status_set_us, both.status_changed_us, both.updated_us)
    is_told = both[f"told_{field}_certain"].notnull() & (both[f"told_{field}_certain"] | (changed_us > as_of_us))
    return ifelse(is_told, _typed(both[f"told_{field}_{side}"], column), both[column])


def _typed(text: ir.StringValue, column: str) -> ir.Value:
    if column == "points":
        return text.try_cast("float64")
    if column == "flagged":
        return text.fill_null("") != ""
    return text.fill_null("") if column == "title" else text


def _keys_resolved(moves: ir.Table, items: ir.Table) -> ir.Table:
    """A parent told by its key alone gets the ref of the item that has the key."""
    keys = items.group_by("key").agg(ref_of_key=items.ref.min())

    def named(moves: ir.Table, side: str) -> ir.Table:
        text = ifelse(moves.field == "parent", moves[f"{side}_text"], ibis.null("string"))
        found = moves.mutate(parent_key=text).left_join(keys, [("parent_key", "key")])
        return found.mutate(**{f"{side}_id": ibis.coalesce(found[f"{side}_id"], found.ref_of_key)}).select(
            moves.columns
        )

    return named(named(moves, "from"), "to")


def _elements(moves: ir.Table) -> ir.Table:
    """One row for each element that a change of a list took out or put in, or both: `was` in it, `stays` in it."""
    of_lists = moves.filter(moves.field.isin(list(LISTS)))
    before, after = (_side(of_lists, side) for side in ("from", "to"))
    each = before.mutate(was=True, stays=False).union(after.mutate(was=False, stays=True))
    return each.group_by("item_ref", "field", "element", *_ORDER).agg(was=each.was.any(), stays=each.stays.any())


def _side(moves: ir.Table, side: str) -> ir.Table:
    by_id = moves.field.isin([name for name, holds in LISTS.items() if holds == "id"])
    value = ifelse(by_id, moves[f"{side}_id"], moves[f"{side}_text"])
    is_whole = (moves.field == "labels") & moves.from_text.notnull() & moves.to_text.notnull()
    elements = ibis.cases(
        (moves.field == "sprints", value.split(",")), (is_whole, value.split(" ")), else_=ibis.array([value])
    )
    rows = moves.filter(value.notnull()).select("item_ref", "field", *_ORDER, element=elements.unnest())
    stripped = rows.mutate(element=rows.element.strip())
    return stripped.filter(stripped.element != "")


def _lists(items: ir.Table, elements: ir.Table, as_of_us: int) -> ir.Table:
    """The items' refs with their lists; the elements in order of the alphabet."""
    told = _told(elements, ("item_ref", "field", "element"), [("held", "was", "stays")], as_of_us)
    told = told.select("item_ref", "field", "element", "held", "certain", is_now=False)
    either = reduce(ir.Table.union, (_now(items, name) for name in LISTS), told)
    every = either.group_by("item_ref", "field", "element").agg(
        held=either.held.any(), certain=either.certain.any(), is_now=either.is_now.any()
    )
    every = every.join(items.select("ref", "updated_us"), [("item_ref", "ref")])
    is_told = every.held.notnull() & (every.certain | (every.updated_us > as_of_us))
    then = every.filter(ifelse(is_told, every.held, every.is_now))
    filled = then.group_by("item_ref").agg(
        **{name: then.element.collect(where=then.field == name, order_by=then.element) for name in LISTS}
    )
    both = items.select("ref").left_join(filled, [("ref", "item_ref")])
    empty = ibis.literal([], type="array<string>")
    return both.select("ref", **{name: ibis.coalesce(both[name], empty) for name in LISTS})


def _now(items: ir.Table, name: str) -> ir.Table:
    silent = {"held": ibis.null("boolean"), "certain": ibis.null("boolean")}
    return items.select(item_ref="ref", field=ibis.literal(name), element=items[name].unnest(), **silent, is_now=True)


def _with_category(items: ir.Table, statuses: ir.Table) -> ir.Table:
    """An earlier status has the category that its source gives it now; null where the source no longer names it."""
    categories = statuses.group_by("source", "id").agg(category=statuses.category.max())
    both = items.left_join(categories, [items.source == categories.source, items.status_id == categories.id])
    category = ibis.coalesce(both.status_category, both.category)
    return both.select("ref", *SCALARS, status_category=category)


def _in_place_of(items: ir.Table, then: ir.Table) -> ir.Table:
    both = items.left_join(then.mutate(is_replayed=True), "ref", rname="then_{name}")
    fields = {name: ifelse(both.is_replayed, both[f"then_{name}"], both[name]) for name in _REPLAYED}
    return both.mutate(**fields).select(*items.columns)
