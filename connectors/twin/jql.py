"""Jira's query language, as far as the twin reads it: clauses joined by AND, and ORDER BY.

Whatever it cannot read is a `JqlError`, as Jira answers with a 400; nothing is guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class JqlError(ValueError):
    """A query that Jira would refuse; the text is what Jira says."""


class Operand(NamedTuple):
    """One value as written. A quoted number is text: only a bare one is epoch milliseconds."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Clause:
    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Query:
    clauses: tuple[Clause, ...]
    order: tuple[tuple[str, bool], ...]
    """Field and whether it descends, the most significant first."""

    @property
    def bounded(self) -> bool:
        return bool(self.clauses)


FIELDS = {
    "project": "project",
    "key": "issue",
    "issuekey": "issue",
    "issue": "issue",
    "id": "issue",
    "created": "created",
    "createddate": "created",
    "updated": "updated",
    "updateddate": "updated",
    "statuscategory": "statuscategory",
}
SETS = ("=", "!=", "in", "not in")
DATES = (">=", ">", "<=", "<")
SORTABLE = {**FIELDS, "key": "key", "issuekey": "key", "issue": "key", "id": "id"}

_TOKEN = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|>=|<=|!=|[=<>(),]|[^\s=<>(),!"']+)""")
_PERIOD = re.compile(r"^(-?)((?:\d+[wdhm]\s*)+)$")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
_DATE_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


def parse(text: str) -> Query:
    """The query of `text`; an empty text is the unbounded query."""
    tokens = _Tokens(list(_tokens(text)))
    clauses: list[Clause] = []
    while tokens.left and not tokens.at("order"):
        if clauses:
            tokens.expect("and")
        clauses.append(_clause(tokens))
    return Query(clauses=tuple(clauses), order=tuple(_order(tokens)))


def instant(operand: Operand, *, field: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant a date operand means: bare digits are epoch milliseconds, a period counts from the
    server's clock, and a written date is read in the *account's* zone (spec/jira.md §3.1)."""
    if not operand.quoted and re.fullmatch(r"-?\d+", operand.text):
        return datetime.fromtimestamp(int(operand.text) / 1000, UTC)
    if period := _PERIOD.match(operand.text):
        return now + _span(period[2]) * (-1 if period[1] else 1)
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(operand.text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{operand.text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


class _Tokens:
    """The tokens not yet read."""

    def __init__(self, tokens: list[Operand]) -> None:
        self.left = tokens

    def at(self, word: str) -> bool:
        return bool(self.left) and not self.left[0].quoted and self.left[0].text.lower() == word

    def next(self) -> Operand:
        if not self.left:
            raise JqlError("Error in the JQL Query: The query ended before it was complete.")
        return self.left.pop(0)

    def expect(self, word: str) -> None:
        if not self.at(word):
            found = self.left[0].text if self.left else "the end"
            raise JqlError(f"Error in the JQL Query: Expecting '{word.upper()}' but got '{found}'.")
        self.next()


def _tokens(text: str) -> Iterator[Operand]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise JqlError(f"Error in the JQL Query: The character at position {at + 1} is not understood.")
        at = found.end()
        word = found[1]
        quoted = word[0] in "\"'"
        yield Operand(re.sub(r"\\(.)", r"\1", word[1:-1]) if quoted else word, quoted)


def _clause(tokens: _Tokens) -> Clause:
    name = tokens.next()
    field = FIELDS.get(name.text.lower())
    if field is None:
        raise JqlError(f"Field '{name.text}' does not exist or you do not have permission to view it.")
    operator = _operator(tokens)
    allowed = DATES if field in ("created", "updated") else SETS
    if operator not in allowed:
        raise JqlError(f"The operator '{operator}' is not supported by the '{name.text}' field.")
    operands = _list(tokens) if operator.endswith("in") else [tokens.next()]
    return Clause(field=field, operator=operator, operands=tuple(operands))


def _operator(tokens: _Tokens) -> str:
    word = tokens.next().text.lower()
    if word != "not":
        return word
    tokens.expect("in")
    return "not in"


def _list(tokens: _Tokens) -> list[Operand]:
    tokens.expect("(")
    operands = [tokens.next()]
    while not tokens.at(")"):
        tokens.expect(",")
        operands.append(tokens.next())
    tokens.expect(")")
    return operands


def _order(tokens: _Tokens) -> Iterator[tuple[str, bool]]:
    if not tokens.left:
        return
    tokens.expect("order")
    tokens.expect("by")
    while True:
        name = tokens.next().text
        if name.lower() not in SORTABLE:
            raise JqlError(f"Not able to sort using field '{name}'.")
        descending = tokens.at("desc")
        if descending or tokens.at("asc"):
            tokens.next()
        yield SORTABLE[name.lower()], descending
        if not tokens.left:
            return
        tokens.expect(",")


def _span(text: str) -> timedelta:
    parts = re.findall(r"(\d+)([wdhm])", text)
    return sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in parts), timedelta())
