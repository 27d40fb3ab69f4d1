"""How a rule compares: texts, numbers and dates."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self, TypeAlias, TypeVar

import re2
from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from mappings.model import Model

Each = TypeVar("Each")
Asking = TypeVar("Asking", bound=Model)


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


def filled(model: Asking) -> Asking:
    """The model; ValueError where a key stands there without a value."""
    empty = [name.rstrip("_") for name in sorted(model.model_fields_set) if getattr(model, name) is None]
    if empty:
        raise ValueError(f"'{empty[0]}' is empty")
    return model


class _Operators(Model):
    """All that stand here hold."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            *known, last = (name.rstrip("_") for name in type(self).model_fields)
            raise ValueError(f"should name an operator: {', '.join(known)} or {last}")
        return filled(self)

    @property
    def stated(self) -> Mapping[str, Any]:
        """Operator, as it is written → value."""
        values = {name.rstrip("_"): getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in values.items() if value is not None}

    def __str__(self) -> str:
        return ", ".join(f"{name}: {shown(value)}" for name, value in self.stated.items())


class NumberOperators(_Operators):
    """Of what has no number none holds."""

    at_least: float | None = None
    at_most: float | None = None
    more_than: float | None = None
    less_than: float | None = None


class DateOperators(_Operators):
    """Of what has no date none holds."""

    from_: date | None = Field(default=None, alias="from")  #: on this day or later
    until: date | None = None  #: on this day or earlier
    before: date | None = None
    after: date | None = None


class TextOperators(_Operators):
    """On a list each asks whether any element does it."""

    regex: Annotated[str, AfterValidator(_regex)] | None = None  #: found anywhere, in RE2's syntax
    glob: str | None = None  #: the whole value, with * and ?
    contains: str | None = None
    in_: Some[str] | None = Field(default=None, alias="in")
    not_: "TextTest | None" = Field(default=None, alias="not")


class FieldOperators(TextOperators):
    """Of a field's values, those that read as a number or a date are compared as one."""

    at_least: float | date | None = None
    at_most: float | date | None = None
    more_than: float | date | None = None
    less_than: float | date | None = None


def _form(value: Any) -> str | None:
    match value:
        case str():
            return "text"
        case tuple():
            return "list"
        case dict() | TextOperators():
            return "operators"
        case _:
            return None


#: Text is the value itself, case and all; a list means any of these.
TextTest: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[Some[str], Tag("list")] | Annotated[TextOperators, Tag("operators")],
    Discriminator(_form),
]
FieldTest: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[Some[str], Tag("list")] | Annotated[FieldOperators, Tag("operators")],
    Discriminator(_form),
]


def shown(value: object) -> str:
    """The value as a rule file would write it on one line."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case tuple():
            return f"[{', '.join(map(shown, value))}]"
        case Model():
            return f"{{{value}}}"
        case _:
            return str(value)
