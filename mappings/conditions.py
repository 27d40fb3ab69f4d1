"""What a rule can ask of an item, as written under `when`."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Self, TypeAlias, TypeVar

import re2
from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from mappings.model import Model

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
    "priority",
    "team",
    "author",
)  #: what an item has one of
FIELD = "field "  #: what an attribute begins with that is a custom field
LISTS = ("labels", "components", "fix_versions")  #: what it has any number of

Each = TypeVar("Each")


def _some(entries: tuple[Each, ...]) -> tuple[Each, ...]:
    if not entries:
        raise ValueError("should have at least one entry")
    return entries


#: Not by `min_length`, which counts an entry with a mistake in it as none.
Some: TypeAlias = Annotated[tuple[Each, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]


def _regex(pattern: str) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(f"not a regular expression that RE2 can run: {reason}") from None
    return pattern


class Operators(Model):
    """All that stand here hold. On a list each asks whether any element does it."""

    regex: Annotated[str, AfterValidator(_regex)] | None = None  #: found anywhere, in RE2's syntax
    glob: str | None = None  #: the whole value, with * and ?
    contains: str | None = None
    in_: Some[str] | None = Field(default=None, alias="in")
    not_: "Test | None" = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("should name an operator: regex, glob, contains, in or not")
        return _filled(self)

    def __str__(self) -> str:
        stated = {name.rstrip("_"): getattr(self, name) for name in type(self).model_fields}
        return ", ".join(f"{name}: {_text(value)}" for name, value in stated.items() if value is not None)


Asking = TypeVar("Asking", bound=Model)


def _filled(model: Asking) -> Asking:
    empty = [name.rstrip("_") for name in sorted(model.model_fields_set) if getattr(model, name) is None]
    if empty:
        raise ValueError(f"'{empty[0]}' is empty")
    return model


def _form(value: Any) -> str | None:
    match value:
        case str():
            return "text"
        case tuple():
            return "list"
        case dict() | Operators():
            return "operators"
        case _:
            return None


#: Text is the value itself, case and all; a list means any of these.
Test: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[Some[str], Tag("list")] | Annotated[Operators, Tag("operators")],
    Discriminator(_form),
]


class Condition(Model):
    """Holds where every line does. `all`, `any` and `not` put conditions together."""

    source: Test | None = None
    project: Test | None = None  #: its key
    repository: Test | None = None  #: owner/name
    key: Test | None = None
    type: Test | None = None
    milestone: Test | None = None
    parent: Test | None = None  #: its key
    epic: Test | None = None  #: key of the nearest ancestor at epic level
    title: Test | None = None
    body: Test | None = None
    status: Test | None = None
    priority: Test | None = None
    team: Test | None = None
    author: Test | None = None  #: name of the account
    labels: Test | None = None
    components: Test | None = None
    fix_versions: Test | None = None
    fields: Annotated[dict[str, Test], Field(min_length=1)] | None = None  #: by the field's name or id
    all_: Some["Condition"] | None = Field(default=None, alias="all")
    any_: Some["Condition"] | None = Field(default=None, alias="any")
    not_: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("should have at least one line, or it takes everything")
        return _filled(self)

    def tests(self) -> Iterator[tuple[str, Test]]:
        """Its own lines: attribute and test. A custom field's attribute is `FIELD` and the name or id in use."""
        for name in (*TEXTS, *LISTS):
            if (test := getattr(self, name)) is not None:
                yield name, test
        for name, test in (self.fields or {}).items():
            yield FIELD + name, test

    def parts(self) -> Iterator["Condition"]:
        """Itself, and every condition within it."""
        yield self
        for part in (*(self.all_ or ()), *(self.any_ or ()), *((self.not_,) if self.not_ else ())):
            yield from part.parts()

    def __str__(self) -> str:
        lines = [f"{name}: {_text(test)}" for name, test in self.tests()]
        lines += [f"{word}: {_text(parts)}" for word, parts in (("all", self.all_), ("any", self.any_)) if parts]
        return ", ".join([*lines, f"not: {_text(self.not_)}"] if self.not_ else lines)


def attributes(conditions: Iterable[Condition]) -> frozenset[str]:
    """Every attribute that these conditions ask about."""
    return frozenset(name for each in conditions for part in each.parts() for name, _ in part.tests())


def _text(value: object) -> str:
    match value:
        case tuple():
            return f"[{', '.join(map(_text, value))}]"
        case Condition() | Operators():
            return f"{{{value}}}"
        case _:
            return str(value)
