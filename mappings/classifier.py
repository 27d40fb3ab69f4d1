"""Objectives that the words of titles speak for, learned from what is tagged: offered to a person, never assumed.

Needs the extra `suggest`. Labels and components are not looked at: rules are made of them, and what is untagged has
others.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

FEWEST = 10  #: tagged items of an objective, below which its words tell nothing
HELD_OUT = 5  #: one in so many is not learned from: by these it is told how right the suggestions are
LEAST = 0.6  #: probability of an objective that is suggested
WORD = r"(?u)\b[^\W\d_]{3,}\b"
MOST_WORDS = 3  #: beside a suggestion


class Titled(NamedTuple):
    """A work item or a pull request by its words."""

    ref: str
    key: str
    title: str
    objective: str | None  #: that it is tagged to; None where it is untagged


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """An objective that an untagged item may serve."""

    key: str
    title: str
    objective: str
    probability: float  #: as the classifier has it, by two digits
    words: tuple[str, ...]  #: of the title, those that speak for the objective most


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How often an objective was suggested for tagged items that were not learned from, and how often rightly."""

    suggested: int
    right: int


@dataclass(frozen=True, kw_only=True)
class Classified:
    """Suggestions, and how right they were where the answer is known."""

    learned: int  #: tagged items, those held out too
    held_out: int
    tried: Mapping[str, Tried]  #: by objective
    suggestions: tuple[Suggestion, ...]  #: the surest first


class _Said(NamedTuple):
    objective: str
    probability: float
    words: tuple[str, ...]


def classified(things: Iterable[Titled], *, limit: int) -> Classified | None:
    """At most so many suggestions; None where not even two objectives have `FEWEST` tagged items.

    The same things give the same, in whatever order they come. Raises `ModuleNotFoundError` without the extra.
    """
    ordered = sorted((each for each in things if each.title), key=lambda each: each.ref)
    tagged = _of_frequent_objectives([each for each in ordered if each.objective])
    if not tagged:
        return None
    held_out = [each for each in tagged if _is_held_out(each)]
    tried = zip(held_out, _said([each for each in tagged if not _is_held_out(each)], held_out), strict=True)
    untagged = [each for each in ordered if not each.objective]
    told = zip(untagged, _said(tagged, untagged), strict=True)
    suggestions = [Suggestion(key=each.key, title=each.title, **said._asdict()) for each, said in told if said]
    suggestions.sort(key=lambda each: (-each.probability, each.key))
    return Classified(
        learned=len(tagged),
        held_out=len(held_out),
        tried=_tried([(each.objective, said.objective) for each, said in tried if said]),
        suggestions=tuple(suggestions[:limit]),
    )


def _of_frequent_objectives(tagged: Sequence[Titled]) -> list[Titled]:
    """The items of objectives that have enough of them; none where that is a single objective."""
    counts = Counter(each.objective for each in tagged)
    frequent = {objective for objective, count in counts.items() if count >= FEWEST}
    return [each for each in tagged if each.objective in frequent] if len(frequent) > 1 else []


def _is_held_out(thing: Titled) -> bool:
    return int(hashlib.sha256(thing.ref.encode()).hexdigest(), 16) % HELD_OUT == 0


def _tried(pairs: Iterable[tuple[str | None, str]]) -> dict[str, Tried]:
    """By the objective that was suggested."""
    suggested, right = Counter[str](), Counter[str]()
    for is_for, objective in pairs:
        suggested[objective] += 1
        right[objective] += is_for == objective
    return {name: Tried(suggested=suggested[name], right=right[name]) for name in sorted(suggested)}


def _said(known: Sequence[Titled], asked: Sequence[Titled]) -> list[_Said | None]:
    """For each that is asked about, the objective that its words speak for; None where nothing is likely enough.

    Logistic regression on the words' tf-idf (Manning, Raghavan, Schütze 2008, chapter 6).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    if not asked:
        return []
    words = TfidfVectorizer(token_pattern=WORD, sublinear_tf=True)
    seen = words.fit_transform(each.title for each in known)
    model = LogisticRegression(C=10, max_iter=1_000).fit(seen, [each.objective for each in known])
    names, weights = words.get_feature_names_out(), _weights(model)
    vectors = words.transform(each.title for each in asked)
    return [
        _likeliest(model.classes_, chances, vectors[place], weights, names)
        for place, chances in enumerate(model.predict_proba(vectors))
    ]


def _weights(model: Any) -> Any:
    """A row of weights for each class; of two classes the library keeps the second's, the first's are the negative."""
    return model.coef_ if len(model.classes_) > 2 else [-model.coef_[0], model.coef_[0]]


def _likeliest(classes: Any, chances: Any, vector: Any, weights: Any, names: Any) -> _Said | None:
    best = int(chances.argmax())
    share = {int(word): float(weights[best][word] * vector[0, word]) for word in vector.indices}
    for_it = sorted((word for word in share if share[word] > 0), key=lambda word: (-share[word], word))
    if chances[best] < LEAST or not for_it:
        return None
    told = tuple(str(names[word]) for word in for_it[:MOST_WORDS])
    return _Said(str(classes[best]), round(float(chances[best]), 2), told)
