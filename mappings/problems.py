"""What is wrong with a user's file, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: `line` and `column` count from 1; 0 where it stands in no line of a file."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        advice = f"; {self.hint}" if self.hint else ""
        return f"{place}: {self.message}{advice}"


class Problems(Exception):
    """All that is wrong with a file at once, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint with the valid name most like this one; else the valid names where they are few; else nothing."""
    names = sorted(set(valid))
    if close := get_close_matches(name, names, n=1):
        return f"did you mean '{close[0]}'?"
    return f"valid: {', '.join(names)}" if 0 < len(names) <= 8 else ""
