"""What one file of the map names and another lacks; told from what could be read, whatever else is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.document import Document, Path
from mappings.model import UserFile, entries
from mappings.people import People
from mappings.problems import Problem, nearest
from mappings.rules import Mappings
from mappings.strategy import Strategy

Name = tuple[Path, str]  #: with the path of what names it


@dataclass(frozen=True)
class Draft:
    """A file that may not be fit for use, as far as it could be read."""

    document: Document
    is_sound: bool

    @classmethod
    def of(cls, file: UserFile) -> "Draft":
        return cls(file.document, is_sound=True)

    @property
    def from_on(self) -> date | None:
        """The day from which this version counts; None where it has none that can be read."""
        since = self._data.get("from")
        return since if type(since) is date else None

    @property
    def is_placed(self) -> bool:
        """It can be told from when this version counts."""
        is_read = isinstance(self.document.data, Mapping)
        return is_read and (self.from_on is not None or "from" not in self._data)

    def ids(self, key: str) -> frozenset[str] | None:
        """The ids in the list at `key`; None where one may have been missed, for then a name is not known to lack."""
        listed = self._data.get(key, () if self.is_sound else None)
        if not isinstance(listed, tuple) or (key,) in self.document.repeated:
            return None
        ids = [entry.get("id") if isinstance(entry, Mapping) else None for entry in listed]
        told = [each for index, each in enumerate(ids) if (key, index, "id") not in self.document.repeated]
        texts = [each for each in told if isinstance(each, str)]
        return frozenset(texts) if len(texts) == len(listed) else None

    @property
    def _data(self) -> Mapping[str, Any]:
        return self.document.data if isinstance(self.document.data, Mapping) else {}


def cross_check(strategy: Strategy, mappings: Mappings, people: People | None = None) -> list[Problem]:
    """What one file names and another lacks: objectives of rules and overrides, teams of objectives and agreements."""
    return crossed(Draft.of(strategy), Draft.of(mappings), Draft.of(people) if people else None)


def crossed(strategy: Draft | None, mappings: Draft | None, people: Draft | None) -> list[Problem]:
    """The same of files that may have mistakes of their own; None of one that is not there, or cannot be read."""
    objectives = strategy.ids("objectives") if strategy else None
    teams = people.ids("teams") if people else None
    problems: list[Problem] = []
    if mappings and objectives is not None:
        problems += _lacking(mappings.document, _objectives(mappings), objectives, "the strategy has no objective '{}'")
    if mappings and teams is not None:
        named = _texts(mappings.document, "agreements", "team")
        problems += _lacking(mappings.document, named, teams, "no team has the id '{}'")
    if strategy and teams is not None:
        named = _texts(strategy.document, "objectives", "owner")
        problems += _lacking(strategy.document, named, teams, "no team has the id '{}'")
    return sorted(problems)


def _lacking(document: Document, names: Iterator[Name], known: frozenset[str], message: str) -> Iterator[Problem]:
    for path, name in names:
        if name not in known:
            yield document.problem(path, message.format(name), nearest(name, known), at_key=path[-1] == name)


def _texts(document: Document, listed: str, key: str) -> Iterator[Name]:
    """What each entry of the list has at the key, where that is text."""
    for path, entry in entries(document.data, listed):
        if isinstance(name := entry.get(key), str):
            yield (*path, key), name


def _objectives(mappings: Draft) -> Iterator[Name]:
    document, exempt = mappings.document, mappings.ids("exempt")
    for path, rule in entries(document.data, "rules"):
        yield from _weighed(rule, (*path, "objective"))
        yield from _weighed(rule, (*path, "objectives"))
    yield from _texts(document, "overrides", "objective")
    if exempt is not None:
        yield from ((path, name) for path, name in _expected(document) if name not in exempt)


def _expected(document: Document) -> Iterator[Name]:
    for key in ("rules", "exempt"):
        for path, entry in entries(document.data, key):
            for to, case in entries(entry, "cases"):
                yield from (((*path, *to, "expect"), name) for _, name in _weighed(case, (*path, *to, "expect")))


def _weighed(entry: Mapping[str, Any], path: Path) -> Iterator[Name]:
    """The one name that stands at the end of the path, or the several with weights."""
    match entry.get(str(path[-1])):
        case str() as name:
            yield path, name
        case dict() as weights:
            yield from (((*path, name), name) for name in weights if isinstance(name, str))
