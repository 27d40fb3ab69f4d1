"""What a rule can ask of an item, as written under `when`."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from mappings.document import Path
from mappings.model import Model
from mappings.operators import (
    DateOperators,
    FieldOperators,
    FieldTest,
    NumberOperators,
    Some,
    TextOperators,
    TextTest,
    filled,
    shown,
)

#: What an item has one of.
TEXTS = (
    "source",
    "project",
    "repository",
    "key",
    "type",
    "milestone",
    "parent",
    "epic",
    "title",
    "body",
    "status",
    "resolution",
    "priority",
    "team",
    "author",
    "author_team",
    "base",
    "head",
)
LISTS = ("labels", "components", "fix_versions", "sprints", "assignees", "assignee_teams", "paths")  #: any number of
NUMBERS = ("points", "level", "size")
DATES = ("created_on", "updated_on", "resolved_on", "due_on", "merged_on")
FLAGS = ("flagged", "draft")
FIELD = "field "  #: what an attribute begins with that is a custom field

Relation: TypeAlias = Literal["ancestor", "linked"]
RELATIONS: tuple[Relation, ...] = ("ancestor", "linked")
OF_CODE: tuple[Relation, ...] = ("linked",)  #: those that a pull request can have


def _form(value: Any) -> str:
    return "operators" if isinstance(value, dict | NumberOperators | DateOperators) else "value"


#: The number, or the day, itself; or how it compares.
NumberTest: TypeAlias = Annotated[
    Annotated[float, Tag("value")] | Annotated[NumberOperators, Tag("operators")], Discriminator(_form)
]
DateTest: TypeAlias = Annotated[
    Annotated[date, Tag("value")] | Annotated[DateOperators, Tag("operators")], Discriminator(_form)
]
Test: TypeAlias = (
    str | float | bool | date | tuple[str, ...] | TextOperators | FieldOperators | NumberOperators | DateOperators
)


class Condition(Model):
    """Holds where every line does. `all`, `any` and `not` put conditions together. Days are days in UTC."""

    source: TextTest | None = None
    project: TextTest | None = None  #: its key
    repository: TextTest | None = None  #: owner/name
    key: TextTest | None = None
    type: TextTest | None = None
    milestone: TextTest | None = None
    parent: TextTest | None = None  #: its key
    epic: TextTest | None = None  #: key of the nearest ancestor at epic level
    title: TextTest | None = None
    body: TextTest | None = None
    status: TextTest | None = None
    resolution: TextTest | None = None
    priority: TextTest | None = None
    team: TextTest | None = None  #: the team that the item itself names
    author: TextTest | None = None  #: name of the account
    author_team: TextTest | None = None  #: the team, by the people file, that the author is in
    base: TextTest | None = None  #: the branch that a pull request goes into
    head: TextTest | None = None  #: the branch that it comes from
    labels: TextTest | None = None
    components: TextTest | None = None
    fix_versions: TextTest | None = None
    sprints: TextTest | None = None  #: their names
    assignees: TextTest | None = None  #: names of the accounts
    assignee_teams: TextTest | None = None  #: the teams, by the people file, that they are in
    paths: TextTest | None = None  #: of the files that a pull request changes
    points: NumberTest | None = None
    level: NumberTest | None = None  #: -1 sub-task, 0 standard, 1 epic, more above
    size: NumberTest | None = None  #: lines that a pull request adds and deletes
    created_on: DateTest | None = None
    updated_on: DateTest | None = None
    resolved_on: DateTest | None = None
    due_on: DateTest | None = None
    merged_on: DateTest | None = None
    flagged: bool | None = None
    draft: bool | None = None
    fields: Annotated[dict[str, FieldTest], Field(min_length=1)] | None = None  #: by the field's name or id
    ancestor: "Condition | None" = None  #: holds for its parent, or for any above
    linked: "Condition | None" = None  #: holds for any work item that it is linked to
    all_: Some["Condition"] | None = Field(default=None, alias="all")
    any_: Some["Condition"] | None = Field(default=None, alias="any")
    not_: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("should have at least one line, or it takes everything")
        return filled(self)

    def tests(self) -> Iterator[tuple[str, Test]]:
        """Its own lines: attribute and test. A custom field's attribute is `FIELD` and the name or id in use."""
        for name in (*TEXTS, *LISTS, *NUMBERS, *DATES, *FLAGS):
            if (test := getattr(self, name)) is not None:
                yield name, test
        for name, field_test in (self.fields or {}).items():
            yield FIELD + name, field_test

    def relatives(self) -> Iterator[tuple[Relation, "Condition"]]:
        """What must hold for another item, and how that one is related."""
        if self.ancestor is not None:
            yield "ancestor", self.ancestor
        if self.linked is not None:
            yield "linked", self.linked

    def parts(self) -> Iterator["Condition"]:
        """Itself, and every condition within it that is asked of the same item."""
        yield self
        for part in (*(self.all_ or ()), *(self.any_ or ()), *((self.not_,) if self.not_ else ())):
            yield from part.parts()

    def within(self) -> Iterator[tuple[Path, "Condition"]]:
        """What it is put together from, each with its path: its lines; of one `all`, `any` or `not` what stands there.

        Nothing where it is a single question.
        """
        asked = {name: getattr(self, name) for name in type(self).model_fields}
        fields = asked.pop("fields") or {}
        stated: list[tuple[Path, dict[str, Any]]] = [
            (() if name.endswith("_") else (name,), {name: value}) for name, value in asked.items() if value is not None
        ]
        stated += [(("fields", name), {"fields": {name: test}}) for name, test in fields.items()]
        if len(stated) > 1:
            blank = type(self).model_construct()
            yield from ((path, blank.model_copy(update=line)) for path, line in stated)
            return
        for word, parts in (("all", self.all_), ("any", self.any_)):
            yield from (((word, place), part) for place, part in enumerate(parts or ()))
        if self.not_ is not None:
            yield ("not",), self.not_

    def __str__(self) -> str:
        lines = [f"{name}: {shown(test)}" for name, test in self.tests()]
        lines += [f"{relation}: {shown(other)}" for relation, other in self.relatives()]
        lines += [f"{word}: {shown(parts)}" for word, parts in (("all", self.all_), ("any", self.any_)) if parts]
        return ", ".join([*lines, f"not: {shown(self.not_)}"] if self.not_ else lines)


def attributes(conditions: Iterable[Condition]) -> frozenset[str]:
    """Every attribute that these conditions ask about, of an item or of those that it is related to."""
    asked: set[str] = set()
    for part in (part for each in conditions for part in each.parts()):
        asked.update(name for name, _ in part.tests())
        asked |= attributes(other for _, other in part.relatives())
    return frozenset(asked)


def relations(conditions: Iterable[Condition]) -> frozenset[Relation]:
    """Every way of being related that these conditions ask about."""
    asked: set[Relation] = set()
    for relation, other in (pair for each in conditions for part in each.parts() for pair in part.relatives()):
        asked |= {relation} | relations([other])
    return frozenset(asked)


def nesting(conditions: Iterable[Condition], relation: Relation) -> int:
    """How often in a row these conditions go from an item to those it is so related to; 0 where they never do."""
    asked = (pair for each in conditions for part in each.parts() for pair in part.relatives())
    return max(((name == relation) + nesting([other], relation) for name, other in asked), default=0)
