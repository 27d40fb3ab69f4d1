"""The manual page of a kind of finding, read from the docstring of its check, and the decision that it asks for."""

import re
from typing import Protocol

from msgspec import Struct

SECTIONS = {
    "definition": "Definition",
    "severity": "Severity",
    "evidence": "Evidence",
    "decision": "Decision",
    "action": "Suggested action",
    "guard": "Against false alarms",
}  #: field of `Manual` → what its paragraph begins with


class Option(Struct, frozen=True, kw_only=True):
    """One answer to the decision that a kind of finding asks for."""

    says: str
    cost: str  #: what it takes, or takes away


class Described(Protocol):
    """What a check says of itself."""

    KIND: str
    SLUG: str
    OPTIONS: tuple[Option, ...]  #: the answers, the usual one first
    DEFAULT: str  #: what happens if nobody answers


class Manual(Struct, frozen=True, kw_only=True):
    """What a kind of finding means, and what it asks."""

    id: str
    slug: str
    says: str  #: the kind in one sentence
    definition: str
    severity: str
    evidence: str
    decision: str  #: the question that somebody should answer
    options: tuple[Option, ...]
    default: str
    action: str
    guard: str


def manual(check: Described) -> Manual:
    """The page of this check; KeyError names the paragraph that its docstring lacks."""
    head, *rest = (check.__doc__ or "").strip().split("\n\n", 1)
    told = _paragraphs(rest[0] if rest else "")
    return Manual(
        id=check.KIND,
        slug=check.SLUG,
        says=head.partition(": ")[2],
        options=check.OPTIONS,
        default=check.DEFAULT,
        **{name: told[title] for name, title in SECTIONS.items()},
    )


def _paragraphs(text: str) -> dict[str, str]:
    """By their titles; lines that were broken are joined."""
    begin = re.compile(rf"^({'|'.join(SECTIONS.values())}): ", re.MULTILINE)
    parts = begin.split(text)[1:]
    return {title: " ".join(said.split()) for title, said in zip(parts[::2], parts[1::2], strict=True)}
