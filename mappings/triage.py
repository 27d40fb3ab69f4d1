"""What to decide about untagged work: what it shares, and the rule that each such cluster asks for."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from mappings.conditions import OF_CODE
from mappings.match import holding
from mappings.people import People
from mappings.rules import Mappings
from mappings.subjects import pull_request_subjects, work_item_subjects
from mappings.traits import ASKED, Trait, followers, traits

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEWEST = 2  #: untagged that share something: one alone is an override, not a rule
PLACES = ("project", "repository")
PLACE_RATIO = 9  #: of a whole place that many times as much has to be untagged as not, or it has rules of its own
CERTAINTY = {"title": 0.5}  #: a word that titles share by chance tells half as much as what somebody chose
EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Untagged work items and pull requests that one rule would clear; the rule counts as the last of the file."""

    trait: Trait
    clears: int  #: these and whatever follows them by parent or link, without what the clusters above clear
    effort_days: int  #: whole person-days that went into these lately
    touched: int  #: of what it clears, how much was touched lately
    matches: int  #: untagged that the rule itself would match
    takes: Mapping[str, int]  #: objective or `exempt` → tagged so by an ancestor or a link alone: the rule would win
    overlaps: Mapping[str, int]  #: rule or exemption, or `override` → what it matches too, and keeps
    objective: str | None  #: what most of the tagged with the same trait serve; None where there is none
    examples: tuple[tuple[str, str], ...]  #: key and title of a few, the latest touched first


class Lately(NamedTuple):
    """What happened to the untagged lately."""

    touched: Set[str]  #: refs
    days: Mapping[str, Decimal]  #: person-days, by ref

    def effort(self, refs: Set[str]) -> Decimal:
        return sum((self.days[ref] for ref in refs & self.days.keys()), Decimal())


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The decisions to take, and what would still be open after them."""

    clusters: tuple[Cluster, ...]  #: what clears most effort first
    untagged: int
    touched: int  #: of the untagged
    rest: int  #: untagged that none of the clusters clears


def triage(
    tables: Mapping[str, "ir.Table"],
    *,
    links: "ir.Table",
    tags: "ir.Table",
    touched: "ir.Table",
    spent: "ir.Table",
    mappings: Mappings,
    day: date,
    people: People | None = None,
    limit: int,
) -> Triage:
    """The decisions that would clear most; `tags` as in `mappings.tag`, `touched` with a row for each recent ref,
    `spent` (ref, spent) the person-days that went into each lately.

    A trait makes a cluster where at least `FEWEST` untagged have it, and more of them than of the tagged and exempt; a
    whole project or repository only where hardly anything in it has a rule (`PLACE_RATIO`). The cluster that clears
    the most effort comes first, then the one that clears the most recently touched, then the one that clears most, a
    word of titles at half (`CERTAINTY`); what it clears no longer counts for the next.
    """
    items = _slim(work_item_subjects(tables, ASKED, people=people, day=day))
    pulls = _slim(pull_request_subjects(tables, ASKED, people=people, day=day))
    decided = tags.select("ref", "outcome").distinct()
    untagged = decided.filter(decided.outcome == "untagged").select("ref")
    following = followers(tables, links, at_most=mappings.links.at_most)
    members = _members(traits(items).union(traits(pulls)).cache(), decided, following)
    refs = _refs(untagged)
    lately = Lately(_refs(touched.semi_join(untagged, "ref").select("ref")), _days(spent.semi_join(untagged, "ref")))
    chosen = _chosen(members, lately, limit)
    told = _Told(tables, items, pulls, tags, touched, [trait for trait, _ in chosen])
    clusters = tuple(told.cluster(place, trait, cleared, lately) for place, (trait, cleared) in enumerate(chosen))
    gone = frozenset().union(*(cleared for _, cleared in chosen))
    return Triage(clusters=clusters, untagged=len(refs), touched=len(lately.touched), rest=len(refs - gone))


def rule_of(trait: Trait, objective: str, *, ids: Collection[str]) -> dict[str, Any]:
    """The entry for `rules` that tags what has the trait; its id is none of these."""
    names = (trait.name if number == 1 else f"{trait.name}-{number}" for number in count(1))
    return {"id": next(name for name in names if name not in ids), "when": trait.asks, "objective": objective}


def _slim(subjects: "ir.Table") -> "ir.Table":
    """What is asked about alone, reckoned once: there are many questions."""
    return subjects.select("ref", *(name for name in subjects.columns if name in ASKED)).cache()


def _members(every: "ir.Table", decided: "ir.Table", following: "ir.Table") -> dict[Trait, set[str]]:
    """Trait → the untagged that a rule for it would clear, of each trait that may make a cluster."""
    import ibis

    trait = [name for name in every.columns if name != "ref"]
    judged = every.inner_join(decided, "ref")
    counted = judged.group_by(trait).agg(
        untagged=judged.count(where=judged.outcome == "untagged"),
        decided=judged.count(where=judged.outcome.isin(["tagged", "exempt"])),
    )
    times = ibis.ifelse(counted.attribute.isin(PLACES), PLACE_RATIO, 1)
    is_fit = (counted.untagged >= FEWEST) & (counted.untagged > counted.decided * times)
    fit = counted.filter(is_fit).select(*trait)
    same = [every[name].identical_to(fit[name]) for name in trait]
    own = every.semi_join(fit, same)
    led = own.rename(leader="ref").inner_join(following, "leader").select("ref", *trait)
    untagged = decided.filter(decided.outcome == "untagged")
    rows = ibis.union(own.select("ref", *trait), led, distinct=True).semi_join(untagged, "ref").to_pyarrow().to_pylist()
    members: dict[Trait, set[str]] = {}
    for row in rows:
        members.setdefault(Trait(**{name: row[name] for name in trait}), set()).add(row["ref"])
    return members


def _chosen(members: Mapping[Trait, set[str]], lately: Lately, limit: int) -> list[tuple[Trait, frozenset[str]]]:
    """The traits that clear most, each with what those before it leave for it."""
    left = dict(members)
    chosen: list[tuple[Trait, frozenset[str]]] = []
    while left and len(chosen) < limit:
        best = min(left, key=lambda trait: _worth(trait, left[trait], lately))
        cleared = frozenset(left.pop(best))
        chosen.append((best, cleared))
        left = {trait: rest for trait, refs in left.items() if len(rest := refs - cleared) >= FEWEST}
    return chosen


def _worth(trait: Trait, refs: Set[str], lately: Lately) -> tuple[float, float, float, tuple[int, Trait]]:
    """What sorts first the trait to decide on first."""
    certainty = CERTAINTY.get(trait.attribute, 1.0)
    told = float(lately.effort(refs)), len(refs & lately.touched), len(refs)
    effort, touched, clears = (-certainty * each for each in told)
    return effort, touched, clears, trait.order


def _refs(table: "ir.Table") -> frozenset[str]:
    return frozenset(table.ref.to_pyarrow().to_pylist())


def _days(spent: "ir.Table") -> dict[str, Decimal]:
    return {row["ref"]: Decimal(row["spent"]) for row in spent.select("ref", "spent").to_pyarrow().to_pylist()}


class _Told:
    """What the rule of each chosen trait would do, by the evaluator that tags."""

    def __init__(
        self,
        tables: Mapping[str, "ir.Table"],
        items: "ir.Table",
        pulls: "ir.Table",
        tags: "ir.Table",
        touched: "ir.Table",
        chosen: Sequence[Trait],
    ) -> None:
        conditions = [trait.condition for trait in chosen]
        held = holding(items, conditions).union(holding(pulls, conditions, has=OF_CODE))
        named = (
            tables["work_items"]
            .select("ref", "key", "title")
            .union(tables["pull_requests"].select("ref", "key", "title"))
        )
        told = held.inner_join(tags, "ref").inner_join(named, "ref")
        self._held = told.left_join(touched.select("ref", "touched_us"), "ref").drop("ref_right").cache()

    def cluster(self, place: int, trait: Trait, cleared: Set[str], lately: Lately) -> Cluster:
        met = self._held.filter(self._held[str(place)])
        rows = met.select("ref", "key", "title", "outcome", "objective", "weight", "rule", "distance", "touched_us")
        found = rows.to_pyarrow().to_pylist()
        untagged = [row for row in found if row["outcome"] == "untagged"]
        owned = [row for row in found if row["outcome"] in ("tagged", "exempt")]
        untagged.sort(key=lambda row: (-(row["touched_us"] or 0), row["ref"]))
        return Cluster(
            trait=trait,
            clears=len(cleared),
            effort_days=round(lately.effort(cleared)),
            touched=len(cleared & lately.touched),
            matches=len(untagged),
            takes=_counted((row["objective"] or "exempt", row["ref"]) for row in owned if row["distance"]),
            overlaps=_counted((row["rule"] or "override", row["ref"]) for row in owned if not row["distance"]),
            objective=_heaviest(owned),
            examples=tuple((row["key"], row["title"]) for row in untagged[:EXAMPLES]),
        )


def _counted(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Name → how many refs have it, the most first."""
    refs: dict[str, set[str]] = {}
    for name, ref in pairs:
        refs.setdefault(name, set()).add(ref)
    return {name: len(refs[name]) for name in sorted(refs, key=lambda name: (-len(refs[name]), name))}


def _heaviest(owned: Iterable[Mapping[str, Any]]) -> str | None:
    weights: dict[str, float] = {}
    for row in owned:
        if row["objective"]:
            weights[row["objective"]] = weights.get(row["objective"], 0.0) + row["weight"]
    return min(weights, key=lambda name: (-round(weights[name], 9), name), default=None)
