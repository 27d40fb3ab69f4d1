"""What is confidential, by its key alone: such items lose their titles, wherever a finished report has them."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from sync.report.model import Report

if TYPE_CHECKING:
    import ibis.expr.types as ir

_KEYS = ("key", "subject_key", "item_key")  #: what names the thing that a part of a report is about
_TITLE = "title"
_NAMED = re.compile(r"(?:[\w.-]+/)?[\w.-]+[-#]\d+")
_SHORT = 3  # characters of a title that may be a part of any word


def by_key_alone(report: Report, tables: "Mapping[str, ir.Table]", confidential: Collection[str]) -> Report:
    """The report, in which items of these projects and repositories have no titles. `tables` are a snapshot's."""
    if not confidential:
        return report
    masked = _Mask(_titles(tables, confidential)).over(msgspec.to_builtins(report, builtin_types=(date, datetime)))
    return msgspec.convert(masked, Report)


def _titles(tables: "Mapping[str, ir.Table]", confidential: Collection[str]) -> dict[str, str]:
    """By key, the titles of confidential items."""
    found: dict[str, str] = {}
    for name, places in (("work_items", ("project", "repository")), ("pull_requests", ("repository",))):
        items = tables[name]
        held = [items[place].isin(list(confidential)).fill_null(False) for place in places]
        chosen = items.filter(held[0] if len(held) == 1 else held[0] | held[1]).select("key", "title")
        found |= {row["key"]: row["title"] for row in chosen.order_by("key").to_pyarrow().to_pylist()}
    return found


class _Mask:
    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._by_title = {title: key for key, title in titles.items() if title}

    def over(self, part: Any) -> Any:
        match part:
            case dict():
                is_ours = any(part.get(name) in self._titles for name in _KEYS if isinstance(part.get(name), str))
                walked = {name: self.over(value) for name, value in part.items()}
                return walked | {_TITLE: ""} if is_ours and isinstance(part.get(_TITLE), str) else walked
            case list() | tuple():
                return [self.over(each) for each in part]
            case str():
                return self._told(part)
            case _:
                return part

    def _told(self, text: str) -> str:
        """A text that is such a title, or names such an item and says its title too."""
        if text in self._by_title:
            return self._by_title[text]
        for key in dict.fromkeys(_NAMED.findall(text)):
            title = self._titles.get(key, "")
            text = text.replace(title, key) if len(title) > _SHORT else text
        return text
