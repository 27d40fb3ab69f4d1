"""What is confidential, by its key alone: such items have no words of their own, wherever a document has them."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    import ibis.expr.types as ir

Document = TypeVar("Document")

PLACES = {"work_items": ("project", "repository"), "pull_requests": ("repository",)}  #: by table, what may be named
HIDDEN = "confidential"  #: in the place of what a rule found in such an item

_KEYS = ("key", "subject_key", "item_key")  #: what names the thing that a part of a document is about
_TITLE = "title"
_NAMED = re.compile(r"(?:[\w.-]+/)?[\w.-]+[-#]\d+")
_SHORT = 3  # characters of a title that may be a part of any word


def by_key_alone(document: Document, tables: "Mapping[str, ir.Table]", confidential: Collection[str]) -> Document:
    """The document, in which items of these projects and repositories have no titles. `tables` are a snapshot's."""
    return without_titles(document, _titles(tables, confidential)) if confidential else document


def without_titles(document: Document, titles: Mapping[str, str]) -> Document:
    """The document, in which items that have these keys have no titles; `titles` by key."""
    if not titles:
        return document
    masked = _Mask(titles).over(msgspec.to_builtins(document, builtin_types=(date, datetime)))
    return msgspec.convert(masked, type(document))


def untitled(tables: "Mapping[str, ir.Table]", confidential: Collection[str]) -> "Mapping[str, ir.Table]":
    """The tables, in which such items have neither title nor body, so that nothing can be read from these."""
    if not confidential:
        return tables
    import ibis

    silent: dict[str, ir.Table] = {}
    for name in PLACES:
        items, hidden = tables[name], _is_ours(tables, name, confidential)
        silent[name] = items.mutate(
            title=ibis.ifelse(hidden, "", items.title), body=ibis.ifelse(hidden, None, items.body)
        )
    return {**tables, **silent}


def _is_ours(tables: "Mapping[str, ir.Table]", name: str, confidential: Collection[str]) -> "ir.BooleanValue":
    items, places = tables[name], PLACES[name]
    held = [items[place].isin(sorted(confidential)).fill_null(False) for place in places]
    return held[0] if len(held) == 1 else held[0] | held[1]


def _titles(tables: "Mapping[str, ir.Table]", confidential: Collection[str]) -> dict[str, str]:
    """By key, the titles of confidential items."""
    found: dict[str, str] = {}
    for name in PLACES:
        chosen = tables[name].filter(_is_ours(tables, name, confidential)).select("key", "title").order_by("key")
        found |= {row["key"]: row["title"] for row in chosen.to_pyarrow().to_pylist()}
    return found


class _Mask:
    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._by_title = {title: key for key, title in titles.items() if title}

    def over(self, part: Any) -> Any:
        match part:
            case dict():
                walked = {name: self.over(value) for name, value in part.items()}
                if self._is_ours(part) and isinstance(part.get(_TITLE), str):
                    walked[_TITLE] = ""
                return _unsaid(walked) if self._is_ours(part.get("thing")) else walked
            case list() | tuple():
                return [self.over(each) for each in part]
            case str():
                return self._told(part)
            case _:
                return part

    def _is_ours(self, part: Any) -> bool:
        return isinstance(part, dict) and any(
            part.get(name) in self._titles for name in _KEYS if isinstance(part.get(name), str)
        )

    def _told(self, text: str) -> str:
        """A text that is such a title, or names such an item and says its title too."""
        if text in self._by_title:
            return self._by_title[text]
        for key in dict.fromkeys(_NAMED.findall(text)):
            title = self._titles.get(key, "")
            text = text.replace(title, key) if len(title) > _SHORT else text
        return text


def _unsaid(part: Any) -> Any:
    """An explanation of such an item, or of a link to it: neither what a rule found there nor the words of evidence."""
    if isinstance(part, list):
        return [_unsaid(each) for each in part]
    if not isinstance(part, dict):
        return part
    told = {name: _unsaid(value) for name, value in part.items()}
    if told.get("found"):
        told["found"] = HIDDEN
    return told | {"text": None} if "place" in told and "text" in told else told
