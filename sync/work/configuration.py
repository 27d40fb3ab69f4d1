"""Every key of the user's files in one table, from the models that read them."""

import inspect
import re
from collections.abc import Iterator
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from mappings.thresholds import ThresholdLine
from sync.reconcile.thresholds import Thresholds
from sync.work.schemas import FILES

HEAD = """\
# Configuration

Every key of every file, as `fingerpost schema configuration` prints it. `[]` is a list's entry, `<name>` any name of
yours. Keys that hold from a day on have a `from`, or a list of dated entries.
"""
WORDS = {
    bool: "`true` or `false`",
    int: "a whole number",
    float: "a number",
    date: "a date",
    SecretStr: "a secret",
}
#: Models whose defaults stand elsewhere.
STANDING: dict[type[BaseModel], Any] = {ThresholdLine: Thresholds()}
SAID = re.compile(r"^    (\w+):.*?#: ?(.*)$", re.MULTILINE)  #: what a model's source says of a field beside it


def configuration() -> str:
    """The table of each file, as Markdown."""
    return "\n".join([HEAD, *(_table(name, model) for name, model in FILES.items())])


def _table(name: str, model: type[BaseModel]) -> str:
    rows = "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in _rows(model, "", {}))
    return f"## {name}.yaml\n\n| Key | Takes | Default | Meaning |\n| --- | --- | --- | --- |\n{rows}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _rows(model: type[BaseModel], above: str, seen: dict[type, str]) -> Iterator[tuple[str, str, str, str]]:
    """Key, takes, default, meaning; a model that was shown before is named by the key that it was shown under."""
    seen[model] = above
    ours = [each for each in reversed(model.__mro__) if issubclass(each, BaseModel) and each is not BaseModel]
    said = {name: told for each in ours for name, told in SAID.findall(inspect.getsource(each))}
    for name, info in model.model_fields.items():
        key = f"{above}{info.alias or name}"
        below, mark = _models(info.annotation), _mark(info.annotation)
        known = next((seen[each] for each in below if each in seen), None)
        takes = f"as `{known.rstrip('.')}`" if known else _takes(info.annotation)
        standing = getattr(STANDING.get(model), name, None)
        yield f"`{key}`", takes, _default(info, standing), info.description or said.get(name, "")
        for each in below if known is None else ():
            yield from _rows(each, f"{key}{mark}.", seen)


def _models(kind: Any) -> list[type[BaseModel]]:
    """The models that stand somewhere in a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return list(dict.fromkeys(model for part in _parts(kind) for model in _models(part)))


def _parts(kind: Any) -> tuple[Any, ...]:
    return get_args(kind)[:1] if get_origin(kind) is Annotated else get_args(kind)


def _mark(kind: Any) -> str:
    """What stands between a key and those of the models below it."""
    origin = get_origin(kind)
    if origin in (Union, UnionType, Annotated):
        return next((_mark(part) for part in _parts(kind) if _models(part)), "")
    if origin is dict:
        return f".<name>{_mark(get_args(kind)[1])}"
    return "[]" if origin is tuple else ""


def _takes(kind: Any) -> str:
    origin, parts = get_origin(kind), [part for part in _parts(kind) if part not in (NoneType, Ellipsis)]
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in parts)
    if origin is tuple:
        return f"a list: {_takes(parts[0])}"
    if origin is dict:
        return f"by name: {_takes(parts[1])}"
    if parts:
        return " or ".join(dict.fromkeys(map(_takes, parts)))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "a mapping"
    return WORDS.get(kind, "text")


def _default(info: FieldInfo, standing: Any) -> str:
    """`standing` is what holds where the file leaves the key at nothing."""
    if info.is_required():
        return "needed"
    stated = info.get_default(call_default_factory=True)
    value = standing if stated is None else stated
    match value:
        case None | BaseModel():
            return ""
        case bool():
            return str(value).lower()
        case dict() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
