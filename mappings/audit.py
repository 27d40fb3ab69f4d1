"""How right the tags are: a draw of them for a yes or no by a person, and what the answers come to."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from mappings.model import Model, UserFile

SIZE = 20  #: tags drawn for a period


class Precision(NamedTuple):
    """What an audit of tags came to."""

    period: str
    right: int
    n: int


class Drawn(NamedTuple):
    """A tag to be judged."""

    ref: str
    key: str
    title: str
    url: str
    objective: str
    origin: str  #: override, rule, inherited, linked
    rule: str | None


class Answer(Model):
    """Whether a tag was right, as somebody judged it."""

    period: str
    item: str  #: its key then
    ref: str
    objective: str
    origin: str
    rule: str | None = None
    correct: bool
    by: str
    on: date


class Audit(UserFile):
    """All answers; of two about one tag in one period the later in the file counts."""

    answers: tuple[Answer, ...] = ()

    def of(self, period: str) -> dict[tuple[str, str], Answer]:
        """(ref, objective) → the answer that counts."""
        return {(each.ref, each.objective): each for each in self.answers if each.period == period}


def latest(audit: Audit, day: date) -> Precision | None:
    """What the audit came to that was last answered on this day or before, of those with `SIZE` answers at least."""
    known = Audit(answers=tuple(each for each in audit.answers if each.on <= day))
    held = [list(known.of(period).values()) for period in {each.period for each in known.answers}]
    told = [answers for answers in held if len(answers) >= SIZE]
    if not told:
        return None
    last = max(told, key=lambda answers: (max(each.on for each in answers), answers[0].period))
    return Precision(last[0].period, sum(each.correct for each in last), len(last))


def draw(tags: Iterable[Drawn], *, period: str, size: int = SIZE) -> list[Drawn]:
    """So many of the tags, the same for every caller: by origin in proportion, one of each at least.

    Within an origin the order is that of SHA-256 over period, ref and objective, which nobody chose. The result is
    ordered by origin, and then so.
    """
    strata: dict[str, list[Drawn]] = {}
    for tag in tags:
        strata.setdefault(tag.origin, []).append(tag)
    shares = allotted({origin: len(held) for origin, held in strata.items()}, size)
    return [
        tag
        for origin in sorted(strata)
        for tag in sorted(strata[origin], key=lambda each: _lot(each, period))[: shares[origin]]
    ]


def allotted(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """How many of the total each stratum gets: one each, the largest first, and every further one where most lacks."""
    total = min(total, sum(sizes.values()))
    by_size = sorted(sizes, key=lambda name: (-sizes[name], name))
    shares = {name: int(place < total) for place, name in enumerate(by_size)}
    for _ in range(total - sum(shares.values())):
        open_ = [name for name in by_size if shares[name] < sizes[name]]
        neediest = max(open_, key=lambda name: sizes[name] * total / sum(sizes.values()) - shares[name])
        shares[neediest] += 1
    return shares


def judged(drawn: Sequence[Drawn], answers: Mapping[tuple[str, str], Answer]) -> Iterator[tuple[Drawn, Answer | None]]:
    """Each drawn tag with its answer, if there is one."""
    for tag in drawn:
        yield tag, answers.get((tag.ref, tag.objective))


def entry(tag: Drawn, *, period: str, correct: bool, by: str, on: date) -> dict[str, Any]:
    """The answer as the file has it."""
    told = {"period": period, "item": tag.key, "ref": tag.ref, "objective": tag.objective, "origin": tag.origin}
    rule = {"rule": tag.rule} if tag.rule else {}
    return {**told, **rule, "correct": correct, "by": by, "on": on}


def _lot(tag: Drawn, period: str) -> str:
    return hashlib.sha256(f"{period}|{tag.ref}|{tag.objective}".encode()).hexdigest()
