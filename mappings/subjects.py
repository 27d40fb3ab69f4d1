"""Work items and pull requests as rules see them: one row each, one column for each attribute that is asked about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mappings.ancestry import ancestors
from mappings.conditions import DATES, FIELD, OF_CODE, RELATIONS, Condition, Relation, attributes, relations
from mappings.match import Related, first_match
from mappings.people import People, team_of_accounts
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir

Tables = Mapping[str, "ir.Table"]
EPIC_LEVEL = 1
WORK_ITEM, PULL_REQUEST = "work_item", "pull_request"
#: Columns of items that other attributes are made of, beside the instants.
MADE_OF = (
    "ref",
    "source",
    "key",
    "parent_ref",
    "level",
    "author",
    "assignees",
    "sprints",
    "fields",
    "additions",
    "deletions",
)


class Subjects(NamedTuple):
    """Work items and pull requests, and who is related to whom, as far as some conditions ask about it."""

    items: "ir.Table"
    pulls: "ir.Table"
    related: Mapping[Relation, Related]
    seen: "ir.Table"  #: ref and kind of all of them

    @property
    def each(self) -> "tuple[tuple[ir.Table, tuple[Relation, ...]], ...]":
        """Both tables, each with the relations that its rows can have."""
        return (self.items, RELATIONS), (self.pulls, OF_CODE)

    def first_match(self, conditions: Sequence[Condition]) -> "ir.Table":
        """ref and match, of both kinds, as `mappings.match.first_match` says it of one."""
        import ibis

        return ibis.union(*(first_match(table, conditions, self.related, has=has) for table, has in self.each))


def subjects_of(
    tables: Tables,
    conditions: Iterable[Condition],
    *,
    links: "ir.Table",
    people: People | None = None,
    day: date = date.max,
) -> Subjects:
    """All that these conditions may be asked of. Teams are those of the day."""
    conditions = list(conditions)
    asked = attributes(conditions)
    tables = narrowed(tables, asked)
    items = work_item_subjects(tables, asked, people=people, day=day)
    pulls = pull_request_subjects(tables, asked, people=people, day=day)
    related = {relation: related_items(tables, links, relation, items) for relation in relations(conditions)}
    return Subjects(items, pulls, related, _seen(tables))


def _seen(tables: Tables) -> "ir.Table":
    """From the tables themselves: a plan needs none of the attributes to tell what there is."""
    import ibis

    items, pulls = tables["work_items"], tables["pull_requests"]
    return ibis.union(
        items.select("ref", kind=ibis.literal(WORK_ITEM)), pulls.select("ref", kind=ibis.literal(PULL_REQUEST))
    )


def narrowed(tables: Tables, asked: frozenset[str]) -> Tables:
    """The tables; of items only the columns that these attributes need, for a plan grows with each column."""
    kept = {*MADE_OF, *asked, *(_instant(name) for name in DATES)}
    items = {name: tables[name] for name in ("work_items", "pull_requests")}
    return {**tables, **{name: each.select(*filter(kept.__contains__, each.columns)) for name, each in items.items()}}


def _instant(day: str) -> str:
    return day.removesuffix("_on") + "_us"


def work_item_subjects(
    tables: Tables, asked: Iterable[str] = (), *, people: People | None = None, day: date = date.max
) -> "ir.Table":
    """ref, kind, and every attribute of a work item; the costly ones where asked for. Teams are those of the day."""
    import ibis

    items, asked = tables["work_items"], frozenset(asked)
    subjects = _dated(items, asked).mutate(kind=ibis.literal(WORK_ITEM))
    if "parent" in asked:
        subjects = _joined(subjects, items.select(parent_ref="ref", parent="key"), "parent_ref")
    if "epic" in asked:
        subjects = _joined(subjects, _epics(items), "ref")
    subjects = _with_people(subjects, tables, asked, people or People(), day)
    return _with_fields(_with_sprints(subjects, tables, asked), tables, asked)


def pull_request_subjects(
    tables: Tables, asked: Iterable[str] = (), *, people: People | None = None, day: date = date.max
) -> "ir.Table":
    """ref, kind, and every attribute that a pull request has: it is of no project and no type, say."""
    import ibis

    pulls, asked = tables["pull_requests"], frozenset(asked)
    subjects = _dated(pulls, asked).mutate(kind=ibis.literal(PULL_REQUEST))
    subjects = subjects.mutate(size=subjects.additions + subjects.deletions)
    subjects = _with_people(subjects, tables, asked, people or People(), day)
    if "paths" in asked:
        files = tables["changed_files"]
        subjects = _joined(subjects, files.group_by(ref="item_ref").agg(paths=files.id.collect()), "ref")
    return subjects


def related_items(tables: Tables, links: "ir.Table", relation: Relation, items: "ir.Table") -> Related:
    """Whom work items and pull requests are related to; `items` are the subjects that these others are."""
    import ibis

    if relation == "ancestor":
        pairs = ancestors(tables["work_items"]).select("ref", other="ancestor")
    else:
        stated = tables["stated_links"]
        known = tables["work_items"].select(to_key="key", known="ref")
        named = stated.left_join(known, "to_key")
        found = named.select(ref="item_ref", other=ibis.coalesce(named.to_ref, named.known))
        resolved = links.filter(links.outcome == "resolved").select(ref="item_ref", other="to_ref")
        pairs = ibis.union(found.filter(found.other.notnull()), resolved, distinct=True)
    return Related(pairs=pairs, others=items)


def _dated(records: "ir.Table", asked: frozenset[str]) -> "ir.Table":
    """The records with each instant that is asked about as its day in UTC."""
    instants = {name: _instant(name) for name in DATES if name in asked}
    days = {
        name: (records[instant] // 1_000_000).as_timestamp("s").strftime("%Y-%m-%d")
        for name, instant in instants.items()
        if instant in records.columns
    }
    return records.mutate(**days)


def _with_people(subjects: "ir.Table", tables: Tables, asked: frozenset[str], people: People, day: date) -> "ir.Table":
    """Names in place of the accounts' refs, and the teams that they are in."""
    subjects = subjects.rename(author_ref="author")
    names = tables["accounts"].select("ref", "name")
    if "author" in asked:
        subjects = _joined(subjects, names.select(author_ref="ref", author="name"), "author_ref")
    if "author_team" in asked:
        teams = team_of_accounts(tables["accounts"], people, day)
        subjects = _joined(subjects, teams.select(author_ref="ref", author_team="team"), "author_ref")
    given = subjects.select("ref", account="assignees").unnest("account")
    if "assignee_teams" in asked:
        teams = team_of_accounts(tables["accounts"], people, day)
        found = given.inner_join(teams.select(account="ref", team="team"), "account")
        listed = found.group_by("ref").agg(assignee_teams=found.team.collect(distinct=True))
        subjects = _joined(subjects, listed, "ref")
    subjects = subjects.drop("assignees")
    if "assignees" in asked:
        found = given.inner_join(names.select(account="ref", name="name"), "account")
        subjects = _joined(subjects, found.group_by("ref").agg(assignees=found.name.collect()), "ref")
    return subjects


def _with_sprints(subjects: "ir.Table", tables: Tables, asked: frozenset[str]) -> "ir.Table":
    """The sprints' names in place of their ids."""
    given = subjects.select("ref", "source", sprint="sprints").unnest("sprint")
    subjects = subjects.drop("sprints")
    if "sprints" not in asked:
        return subjects
    named = given.inner_join(tables["sprints"].select("source", sprint="id", name="name"), ["source", "sprint"])
    return _joined(subjects, named.group_by("ref").agg(sprints=named.name.collect()), "ref")


def _epics(items: "ir.Table") -> "ir.Table":
    """ref and epic: the key of the nearest ancestor at epic level."""
    epics = items.filter(items.level == EPIC_LEVEL).select(ancestor="ref", epic="key")
    above = ancestors(items).inner_join(epics, "ancestor")
    return above.group_by("ref").agg(epic=above.epic.argmin(above.distance))


def _with_fields(subjects: "ir.Table", tables: Tables, asked: frozenset[str]) -> "ir.Table":
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
