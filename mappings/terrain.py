"""What is on the ground, and what of it is new: places, and the words that items there are told by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mappings.people import People, team_of_accounts

if TYPE_CHECKING:
    import ibis.expr.types as ir

Tables = Mapping[str, "ir.Table"]
#: What can be new, in the order in which it is told. An account is one without a team.
KINDS = ("project", "repository", "type", "status", "label", "account")
NAMES = {
    "kind": "string",
    "source": "string",
    "place": "string",
    "name": "string",
    "items": "int64",
    "first_us": "int64",
}


class Name(NamedTuple):
    """One thing on the ground."""

    kind: str
    source: str
    place: str | None  #: the project or repository that it is in, where it is in one
    name: str


@dataclass(frozen=True, kw_only=True)
class Sight:
    name: Name
    items: int  #: work items and pull requests that are there, are so, or are by it
    first_us: int | None = None  #: when the first of them was created


@dataclass(frozen=True, kw_only=True)
class Terrain:
    new: tuple[Sight, ...]  #: by kind, the most items first
    gone: tuple[Name, ...]  #: projects and repositories that were there and are not
    unruled: tuple[Sight, ...]  #: projects and repositories, new or not, in which nothing is tagged or exempt


def ground(tables: Tables, *, people: People | None = None, day: date) -> dict[Name, int]:
    """Everything that has a name, and how many items have it; of accounts those that are in no team on the day."""
    return {sight.name: sight.items for sight in sights(tables, people=people, day=day)}


def sights(tables: Tables, *, people: People | None = None, day: date) -> tuple[Sight, ...]:
    """The same with when it was first so, by kind, the most items first."""
    import ibis

    found = ibis.union(*_seen(tables, people or People(), day))
    rows = found.filter(found.name.notnull()).to_pyarrow().to_pylist()
    return _ordered(
        Sight(
            name=Name(row["kind"], row["source"], row["place"], row["name"]),
            items=row["items"],
            first_us=row["first_us"],
        )
        for row in rows
    )


def terrain(before: Mapping[Name, int], now: Mapping[Name, int], tables: Tables, tags: "ir.Table") -> Terrain:
    """What `now` has and `before` lacks; `tables` and `tags` are those of now."""
    new = [Sight(name=name, items=now[name]) for name in now.keys() - before.keys()]
    gone = sorted(name for name in before.keys() - now.keys() if name.kind in ("project", "repository"))
    return Terrain(new=_ordered(new), gone=tuple(gone), unruled=unruled(tables, tags))


def unruled(tables: Tables, tags: "ir.Table") -> tuple[Sight, ...]:
    """The projects and repositories in which nothing is tagged or exempt, the most items first."""
    return _ordered(_unruled(tables, tags))


def _ordered(sights: Iterable[Sight]) -> tuple[Sight, ...]:
    return tuple(sorted(sights, key=lambda each: (KINDS.index(each.name.kind), -each.items, each.name.name, each.name)))


def _unruled(tables: Tables, tags: "ir.Table") -> Iterator[Sight]:
    placed = _placed(tables).inner_join(tags.select("ref", "outcome").distinct(), "ref")
    counted = placed.group_by("kind", "source", "place").agg(
        items=placed.count(), ruled=placed.count(where=placed.outcome.isin(["tagged", "exempt"]))
    )
    for row in counted.filter((counted.ruled == 0) & counted.place.notnull()).to_pyarrow().to_pylist():
        yield Sight(name=Name(row["kind"], row["source"], None, row["place"]), items=row["items"])


def _seen(tables: Tables, people: People, day: date) -> "Iterator[ir.Table]":
    import ibis

    placed = _placed(tables)
    counted = {"items": placed.count(), "first_us": placed.created_us.min()}
    places = placed.group_by("kind", "source", name="place").agg(**counted)
    known = ibis.union(
        tables["projects"].select("source", kind=ibis.literal("project"), name="key"),
        tables["repositories"].select("source", kind=ibis.literal("repository"), name="name"),
    )
    empty = known.anti_join(places, ["kind", "source", "name"]).distinct()
    yield _named(places)
    yield _named(empty.mutate(items=ibis.literal(0), first_us=ibis.null("int64")))
    for kind in ("type", "status"):
        items = tables["work_items"]
        where = ibis.coalesce(items.project, items.repository)
        told = items.mutate(place=where, name=items[kind])
        yield _named(_counted(told, "source", "place", "name"), kind)
    labels = placed.select("source", "created_us", name="labels").unnest("name")
    yield _named(_counted(labels, "source", "name"), "label")
    yield _named(_strangers(tables, placed, people, day), "account")


def _placed(tables: Tables) -> "ir.Table":
    """ref, source, labels, author, created_us, kind and place of each work item and pull request."""
    import ibis

    items, pulls = tables["work_items"], tables["pull_requests"]
    columns = ("ref", "source", "labels", "author", "created_us")
    return ibis.union(
        items.select(
            *columns,
            kind=ibis.ifelse(items.project.notnull(), "project", "repository"),
            place=ibis.coalesce(items.project, items.repository),
        ),
        pulls.select(*columns, kind=ibis.literal("repository"), place="repository"),
    )


def _strangers(tables: Tables, placed: "ir.Table", people: People, day: date) -> "ir.Table":
    """source, name, items and first_us of each person's account that opened something and is in no team."""
    accounts = tables["accounts"].filter(tables["accounts"].kind == "person")
    alone = accounts.anti_join(team_of_accounts(tables["accounts"], people, day), "ref")
    by = placed.select("created_us", ref="author").inner_join(alone.select("ref", "source", "name"), "ref")
    return _counted(by, "source", "name")


def _counted(table: "ir.Table", *by: str) -> "ir.Table":
    return table.group_by(*by).agg(items=table.count(), first_us=table.created_us.min())


def _named(table: "ir.Table", kind: str | None = None) -> "ir.Table":
    """The columns of `NAMES`, null where the table has none."""
    import ibis

    told = table.mutate(kind=ibis.literal(kind)) if kind else table
    told = told if "place" in told.columns else told.mutate(place=ibis.null("string"))
    return told.select(*(told[name].cast(dtype).name(name) for name, dtype in NAMES.items()))
