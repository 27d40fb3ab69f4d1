"""One more entry in a list of a user's file: everything else stays as it stands, comments and all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from mappings.problems import Problem, Problems

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./ +-]*(?<! )")
NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def appended(text: str, file: str, key: str, entry: Mapping[str, Any]) -> str:
    """The YAML text with this entry as the last under `key`, on a line of its own; raises `Problems` where it cannot.

    The text is one that `mappings.document.parse` takes.
    """
    root = YAML(typ="safe", pure=True).compose(text)
    if root is None:
        return f"{_closed(text)}{key}:\n  - {one_line(entry)}\n"
    if not isinstance(root, MappingNode) or root.flow_style:
        hint = f"write each key on a line of its own, with a list under `{key}`"
        raise Problems([Problem(file, root.start_mark.line + 1, 1, "there is no place for a new entry", hint)])
    found = next((child for name, child in root.value if name.value == key), None)
    if found is None:
        return f"{_closed(text)}{key}:\n  - {one_line(entry)}\n"
    if not isinstance(found, SequenceNode):
        place = found.start_mark
        raise Problems([Problem(file, place.line + 1, place.column + 1, f"`{key}` is no list", "make it one")])
    return _within_brackets(text, found, entry) if found.flow_style else _below(text, found, entry)


def one_line(value: Any) -> str:
    """The value on one line of YAML: mappings, lists, texts, numbers, truths and dates."""
    match value:
        case str():
            return _quoted(value)
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case Mapping():
            return f"{{{', '.join(f'{one_line(key)}: {one_line(each)}' for key, each in value.items())}}}"
        case Sequence():
            return f"[{', '.join(map(one_line, value))}]"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    if PLAIN.fullmatch(text) and text.lower() not in NOT_TEXT:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(text)) + '"'


def _escaped(text: str) -> Iterator[str]:
    for sign in text:
        if sign in '"\\':
            yield f"\\{sign}"
        else:
            yield sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def _within_brackets(text: str, found: SequenceNode, entry: Mapping[str, Any]) -> str:
    bracket = found.end_mark.index - 1
    before = text[:bracket].rstrip()
    comma = ", " if found.value and not before.endswith(",") else ""
    return f"{before}{comma}{one_line(entry)}{text[bracket:]}"


def _below(text: str, found: SequenceNode, entry: Mapping[str, Any]) -> str:
    """Under the line on which the last entry ends; comments below that line stay below."""
    end = _end(found)
    if text[end - 1] != "\n":  # a block of text ends after its last line, anything else on it
        end = text.find("\n", end) + 1 or len(text)
    return f"{_closed(text[:end])}{' ' * found.start_mark.column}- {one_line(entry)}\n{text[end:]}"


def _end(node: Node) -> int:
    """Where the node's own text ends: of a block, that of the last thing in it."""
    if isinstance(node, MappingNode) and node.value and not node.flow_style:
        key, value = node.value[-1]
        return max(_end(key), _end(value))
    if isinstance(node, SequenceNode) and node.value and not node.flow_style:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _closed(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
