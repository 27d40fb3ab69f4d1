"""The text of a user's file → its model, or every problem in it with line and column."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mappings.document import Document, Path, parse
from mappings.model import UserFile
from mappings.people import People
from mappings.problems import Problem, Problems, nearest
from mappings.readings import Beside, with_readings
from mappings.rules import Mappings
from mappings.strategy import Strategy

__all__ = [
    "Faulty",
    "Problem",
    "Problems",
    "json_schema",
    "load_mappings",
    "load_people",
    "load_strategy",
    "read",
]

File = TypeVar("File", bound=UserFile)


class Faulty(Problems):
    """All that is wrong with a file that could be read to its end, and what it says."""

    def __init__(self, problems: Iterable[Problem], document: Document) -> None:
        super().__init__(problems)
        self.document = document


def load_strategy(text: str, file: str, *, beside: Beside | None = None) -> Strategy:
    """The strategy in this text; raises `Problems`. `file` is only the name that they are reported under.

    `beside` gives the text of the CSV files that it names; without it readings stand in the strategy itself.
    """
    document = parse(text, file)
    return _loaded(document, Strategy, None, found=with_readings(document, beside) if beside else [])


def load_mappings(text: str, file: str) -> Mappings:
    """The mappings in this text; raises `Problems`."""
    return read(text, file, Mappings)


def load_people(text: str, file: str) -> People:
    """The people in this text; raises `Problems`."""
    return read(text, file, People)


def read(text: str, file: str, model: type[File], *, context: Mapping[str, Any] | None = None) -> File:
    """The model that this YAML text describes; raises `Problems` with all that is wrong with it.

    `context` is given to the model's validators.
    """
    return _loaded(parse(text, file), model, context)


def _loaded(
    document: Document, model: type[File], context: Mapping[str, Any] | None, *, found: Sequence[Problem] = ()
) -> File:
    problems = [*document.problems, *found, *(document.problem(*fault) for fault in model.faults(document.data))]
    try:
        loaded = model.model_validate(document.data, context=context)
    except ValidationError as error:
        schema = json_schema(model)
        problems += _elsewhere((_problem(document, each, schema) for each in error.errors()), document.problems)
        raise Faulty(problems, document) from None
    if problems:
        raise Faulty(problems, document)
    loaded._document = document  # noqa: SLF001 - where its values stand, for problems found later
    return loaded


def _elsewhere(problems: Iterable[Problem], told: Iterable[Problem]) -> list[Problem]:
    """Those that are not about a value of which it is told already that it cannot be read."""
    places = {(each.line, each.column) for each in told}
    return [each for each in problems if (each.line, each.column) not in places]


def json_schema(model: type[UserFile]) -> dict[str, Any]:
    """The JSON Schema of this file, for editors."""
    return model.model_json_schema(by_alias=True)


def _problem(document: Document, error: ErrorDetails, schema: Mapping[str, Any]) -> Problem:
    kind, name = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    path = _path(document, error["loc"])
    if kind == "extra_forbidden":
        return document.problem(path, f"unknown key '{name}'", nearest(name, _keys(schema, path[:-1])), at_key=True)
    if kind == "missing":
        return document.problem(path, f"the key '{name}' is missing")
    message, hint = _message(error)
    return document.problem(path, message, hint)


def _path(document: Document, location: tuple[str | int, ...]) -> Path:
    """The location without the parts that name a branch of a union and not a place in the file."""
    path: Path = ()
    for part in location:
        if (*path, part) in document.values:
            path = (*path, part)
    return path


def _message(error: ErrorDetails) -> tuple[str, str]:
    found = _shown(error["input"])
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"]), ""
        case "string_type" | "union_tag_not_found" | "string_too_short":
            quoted = isinstance(error["input"], int | float | date)
            return f"should be text, not {found}", "write it in quotes" if quoted else ""
        case "tuple_type":
            return f"should be a list, not {found}", ""
        case "dict_type" | "model_type":
            return f"should be a mapping, not {found}", ""
        case "date_type" | "date_from_datetime_inexact":
            return f"should be a date such as 2026-12-31, not {found}", ""
        case "float_type" | "int_type":
            return f"should be a number, not {found}", ""
        case "too_short":
            return "should have at least one entry", ""
        case "literal_error":
            expected = str(error["ctx"]["expected"])
            return f"should be {expected}, not {found}", ""
        case _:
            return error["msg"].removeprefix("Input ").removeprefix("Value "), ""


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case tuple():
            return "a list"
        case bool():
            return str(value).lower()
        case str() if len(value) > 40:
            return f"'{value[:40]}…'"
        case str():
            return f"'{value}'"
        case _:
            return str(value)


def _keys(schema: Mapping[str, Any], path: Path) -> set[str]:
    """The keys that the schema knows at this path."""
    here = _branches(schema, schema)
    for part in path:
        below = [_child(each, part) for each in here]
        here = [branch for child in below if child for branch in _branches(child, schema)]
    return {key for each in here for key in each.get("properties", ())}


def _child(schema: Mapping[str, Any], part: str | int) -> Mapping[str, Any] | None:
    if isinstance(part, int):
        items: Mapping[str, Any] | None = schema.get("items")
        return items
    more = schema.get("additionalProperties")
    child: Mapping[str, Any] | None = schema.get("properties", {}).get(part)
    return child or (more if isinstance(more, Mapping) else None)


def _branches(schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schema itself with its reference followed, or each branch of its union."""
    if "$ref" in schema:
        return _branches(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    union = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return [branch for each in union for branch in _branches(each, root)] or [schema]
