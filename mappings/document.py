"""YAML text → plain data that knows where in the file each value stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from mappings.problems import Problem, Problems

Path: TypeAlias = tuple[str | int, ...]  #: keys and indices from the top of the file to a value
Position: TypeAlias = tuple[int, int]  #: line and column, from 1

MAX_CHARACTERS = 500_000
MAX_LINES = 20_000
MAX_DEPTH = 30
MAX_VALUES = 100_000  #: with every alias written out, so that a few lines cannot stand for a billion values
COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class Document:
    """Mappings as dict, lists as tuple, dates as date; `keys` has where a key stands, `values` where its value does."""

    file: str
    data: Any = None
    values: Mapping[Path, Position] = field(default_factory=dict)
    keys: Mapping[Path, Position] = field(default_factory=dict)
    repeated: frozenset[Path] = frozenset()  #: keys that stand twice; what stands at the first is read
    problems: tuple[Problem, ...] = ()  #: what YAML allows and no file may have; the rest of the file was read

    def problem(self, path: Path, message: str, hint: str = "", at_key: bool = False) -> Problem:
        """The problem at this path's value or key, or at the nearest thing around it that stands in the file."""
        line, column = (self.keys if at_key else self.values).get(path) or self._around(path)
        return Problem(self.file, line, column, message, hint)

    def _around(self, path: Path) -> Position:
        places = (self.values.get(path[:length]) for length in range(len(path), -1, -1))
        return next((place for place in places if place), (0, 0))


def parse(text: str, file: str) -> Document:
    """The file's one document; empty text is an empty mapping. Raises `Problems` where it cannot be read to its end."""
    for unit, size, most in (
        ("characters", len(text), MAX_CHARACTERS),
        ("lines", text.count("\n"), MAX_LINES),
    ):
        if size > most:
            message = f"the file has {size:,} {unit}, more than the {most:,} that are read"
            raise Problems([Problem(file, 1, 1, message)])
    root = _compose(text, file)
    if root is None:
        return Document(file, {}, {(): (1, 1)})
    reader = _Reader(file)
    data = reader.value(root, ())
    return Document(file, data, reader.values, reader.keys, frozenset(reader.repeated), tuple(reader.problems))


def _compose(text: str, file: str) -> Node | None:
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Problems([Problem(file, mark.line + 1, mark.column + 1, f"not valid YAML: {error.problem}")]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"not valid YAML: the character U+{error.character:04X} is not allowed"
        raise Problems([Problem(file, line, 1, message)]) from None
    except RecursionError:  # the composer descends by recursion; nothing else in it does
        raise Problems([_too_deep(file, (1, 1))]) from None
    return root


def _too_deep(file: str, position: Position) -> Problem:
    return Problem(file, *position, f"lists and mappings stand more than {MAX_DEPTH} deep in each other")


class _Reader:
    """Walks the nodes once, within bounds, and notes positions and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path, Position] = {}
        self.keys: dict[Path, Position] = {}
        self.repeated: set[Path] = set()
        self.problems: list[Problem] = []
        self._scalars = YAML(typ="safe", pure=True).constructor

    def value(self, node: Node, path: Path) -> Any:
        position = _position(node)
        self.values[path] = position
        if len(self.values) > MAX_VALUES:
            message = f"the file stands for more than {MAX_VALUES:,} values"
            raise Problems([Problem(self.file, *position, message, "write fewer aliases (*name)")])
        if len(path) > MAX_DEPTH:
            raise Problems([_too_deep(self.file, position)])
        if not isinstance(node, ScalarNode) and node.tag not in COLLECTIONS:
            self.problems.append(Problem(self.file, *position, f"the tag {node.tag} has no meaning here"))
            return None
        match node:
            case MappingNode():
                return self._mapping(node, path)
            case SequenceNode():
                return tuple(self.value(child, (*path, index)) for index, child in enumerate(node.value))
            case ScalarNode():
                return self._scalar(node)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, child in node.value:
            key, position = key_node.value, _position(key_node)
            if not isinstance(key_node, ScalarNode):
                self.problems.append(Problem(self.file, *position, "a key should be plain text"))
            elif key in data:
                first = self.keys[*path, key][0]
                self.repeated.add((*path, key))
                self.problems.append(Problem(self.file, *position, f"key '{key}' stands twice; first on line {first}"))
            else:
                self.keys[*path, key] = position
                data[key] = self.value(child, (*path, key))
        return data

    def _scalar(self, node: ScalarNode) -> Any:
        try:
            return self._scalars.construct_object(node)
        except ValueError:  # 2026-02-30 looks like a date and is none: it stays the text that it is
            return node.value
        except MarkedYAMLError:
            self.problems.append(Problem(self.file, *_position(node), f"the tag {node.tag} has no meaning here"))
            return None


def _position(node: Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1
