"""Reads the files that hold the map, checks them against each other, and says which version is in force."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from errno import ENOENT
from pathlib import Path
from typing import TypeVar

from mappings.acknowledgements import Acknowledgements
from mappings.audit import Audit
from mappings.crossing import Draft, crossed
from mappings.load import Faulty, load_mappings, load_people, load_strategy, read
from mappings.model import UserFile
from mappings.people import People
from mappings.problems import Problem, Problems
from mappings.rules import Mappings
from mappings.strategy import Strategy, in_force
from sync.config import Config

T = TypeVar("T")
V = TypeVar("V", Strategy, Mappings)


@dataclass(frozen=True, kw_only=True)
class Map:
    """The strategy, the rules and the people of one day, and the digest of the files they came from."""

    strategy: Strategy
    mappings: Mappings
    people: People
    audit: Audit
    acks: Acknowledgements
    strategy_name: str
    mappings_name: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Files:
    """Every version of the map that the configuration names, all of them checked."""

    strategies: Mapping[str, Strategy]  #: by file name
    mappings: Mapping[str, Mappings]  #: by file name
    people: People
    audit: Audit  #: of tags; empty where nobody has judged any
    acks: Acknowledgements  #: empty where nothing is accepted
    digest: str
    texts: Mapping[str, str]  #: of all files that were read, by path, as the configuration's folder sees it

    def on(self, day: date) -> Map:
        """The map in force on a day. Raises `Problems` where none is yet."""
        strategy_name, strategy = _in_force(self.strategies, day, "strategy")
        mappings_name, mappings = _in_force(self.mappings, day, "mappings")
        return Map(
            strategy=strategy,
            mappings=mappings,
            people=self.people,
            audit=self.audit,
            acks=self.acks,
            strategy_name=strategy_name,
            mappings_name=mappings_name,
            digest=self.digest,
        )


def read_files(config: Config, *, folder: Path, kept: Mapping[str, str] | None = None) -> Files:
    """All files that the configuration names, read from its folder. Raises `Problems` with every mistake in them.

    `kept` are the texts of such files, to be taken in place of what stands in the folder now.
    """
    texts = _Texts(config, folder, kept)
    strategies = texts.versions("strategy", texts.strategy)
    mappings = texts.versions("mappings", load_mappings)
    people = texts.one("people", load_people)
    audit = texts.if_there("audit", lambda text, file: read(text, file, Audit))
    acks = texts.if_there("acks", lambda text, file: read(text, file, Acknowledgements))
    texts.problems += [*_begun_twice(strategies.values()), *_begun_twice(mappings.values())]
    texts.problems += _crossed(texts.drafts)
    if texts.problems:
        raise Problems(dict.fromkeys(texts.problems))
    return Files(
        strategies=strategies,
        mappings=mappings,
        people=people or People(),
        audit=audit or Audit(),
        acks=acks or Acknowledgements(),
        digest=texts.digest(),
        texts=texts.read,
    )


def read_strategies(path: Path, config: Config) -> dict[str, Strategy]:
    """By file name, the versions of a strategy elsewhere: a file or a folder. Raises `Problems` with every mistake."""
    texts = _Texts(config.model_copy(update={"strategy": str(path.absolute())}), Path())
    versions = texts.versions("strategy", texts.strategy)
    texts.problems += _begun_twice(versions.values())
    if texts.problems:
        raise Problems(dict.fromkeys(texts.problems))
    return versions


class _Texts:
    """Reads files one after the other, and gathers what is wrong with them instead of stopping at the first."""

    def __init__(self, config: Config, folder: Path, kept: Mapping[str, str] | None = None) -> None:
        self.problems: list[Problem] = []
        self.drafts: dict[str, list[Draft | None]] = defaultdict(list)  # by key; None of one that cannot be read
        self.read: dict[str, str] = {}
        self._kept = kept
        self._config = config
        self._folder = folder
        self._hash = hashlib.sha256()

    def versions(self, key: str, load: Callable[[str, str], T]) -> dict[str, T]:
        """Every version under the key: of a folder all YAML files, else the one file."""
        named = self._folder / getattr(self._config, key)
        paths = self._paths(named)
        if not paths:
            self.problems.append(self._config.problem((key,), f"the folder {named} has no .yaml file"))
        loaded = {path.name: self._load(path, key, load) for path in paths}
        return {name: value for name, value in loaded.items() if value is not None}

    def strategy(self, text: str, file: str) -> Strategy:
        """The strategy in this text, with the readings that stand in files beside it."""
        return load_strategy(text, file, beside=lambda name: self._read(Path(file).parent / name, "readings"))

    def one(self, key: str, load: Callable[[str, str], T]) -> T | None:
        name = getattr(self._config, key)
        return self._load(self._folder / name, key, load) if name else None

    def if_there(self, key: str, load: Callable[[str, str], T]) -> T | None:
        """What the program itself writes under the key; None before it has."""
        path = self._folder / getattr(self._config, key)
        is_there = path.exists() if self._kept is None else self._name(path) in self._kept
        return self._load(path, key, load) if is_there else None

    def digest(self) -> str:
        return self._hash.hexdigest()

    def _paths(self, named: Path) -> list[Path]:
        if self._kept is not None:
            held = [self._folder / name for name in sorted(self._kept)]
            return [path for path in held if path.parent == named and path.suffix in (".yaml", ".yml")] or [named]
        return sorted([*named.glob("*.yaml"), *named.glob("*.yml")]) if named.is_dir() else [named]

    def _load(self, path: Path, key: str, load: Callable[[str, str], T]) -> T | None:
        loaded, draft = None, None
        try:
            loaded = load(self._read(path, key), str(path))
        except OSError as error:
            self.problems.append(self._config.problem((key,), f"{path} cannot be read: {error.strerror}"))
        except UnicodeDecodeError:
            self.problems.append(self._config.problem((key,), f"{path} is not UTF-8"))
        except Problems as found:
            self.problems += found.problems
            draft = Draft(found.document, is_sound=False) if isinstance(found, Faulty) else None
        self.drafts[key].append(Draft.of(loaded) if isinstance(loaded, UserFile) else draft)
        return loaded

    def _read(self, path: Path, key: str) -> str:
        name = self._name(path)
        text = path.read_text(encoding="utf-8") if self._kept is None else self._kept_text(name)
        self.read[name] = text
        self._hash.update(f"{key}\0{path.name}\0{len(text)}\0{text}".encode())
        return text

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._folder) if path.is_relative_to(self._folder) else path)

    def _kept_text(self, name: str) -> str:
        if self._kept is None or name not in self._kept:
            raise FileNotFoundError(ENOENT, "it was not there when the files were last good", name)
        return self._kept[name]


def _begun_twice(versions: Iterable[V]) -> Iterator[Problem]:
    """A problem for each version that begins on the day of another, for then nobody can say which is in force."""
    seen: dict[date | None, V] = {}
    for version in versions:
        first = seen.setdefault(version.from_on, version)
        if first is not version:
            since = f"begins on {version.from_on}" if version.from_on else "has no `from`"
            message = f"the version {since}, as {first.problem((), '').file} does"
            yield version.problem(("from",), message, "give each version a day of its own")


def _crossed(drafts: Mapping[str, Sequence[Draft | None]]) -> Iterator[Problem]:
    """What each version of the rules, and the strategy in force with it, name and another file lacks."""
    people = next(iter(drafts.get("people", ())), None)
    for rules in drafts["mappings"]:
        yield from crossed(_in_force_with(rules, drafts["strategy"]), rules, people)


def _in_force_with(rules: Draft | None, strategies: Sequence[Draft | None]) -> Draft | None:
    """The strategy that these rules go by; None where mistakes leave open which that is."""
    if len(strategies) == 1:
        return strategies[0]
    placed = [each for each in strategies if each and each.is_placed]
    if len(placed) < len(strategies) or not rules or not rules.is_placed:
        return None
    return in_force(placed, rules.from_on or date.max) or next(iter(placed), None)


def _in_force(versions: Mapping[str, V], day: date, what: str) -> tuple[str, V]:
    version = in_force(versions.values(), day)
    for name, each in versions.items():
        if each is version:
            return name, each
    first = next(iter(versions))
    raise Problems([Problem(first, 1, 1, f"no {what} is in force on {day}", "give a version an earlier `from`")])
