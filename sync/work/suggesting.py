"""What is offered to a person beside the decisions on untagged work: links, and objectives by the words of titles."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mappings.classifier import Classified, Suggestion, Titled, Tried, classified
from mappings.problems import Problem, Problems
from sync.config import Config
from sync.mirrors import unmirrored
from sync.reconcile.stats import wilson
from sync.report.confidential import untitled
from sync.work.reporting import Meaning, suggested

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST = 50_000  #: tagged items that are learned from, and untagged ones, those updated last: older words were others
EXTRA = "sklearn"


@dataclass(frozen=True, kw_only=True)
class OfferedLink:
    """A work item that a pull request without a link may be for."""

    pull_request: str  #: its key
    item: str  #: the work item's key
    words: tuple[str, ...]  #: that both have
    same_person: bool  #: the author is an assignee


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a person may take or leave."""

    links: tuple[OfferedLink, ...]
    is_asked: bool  #: for objectives by words
    by_words: Classified | None  #: None where too little is tagged to learn from


def offered(known: Meaning, config: Config, *, limit: int, by_words: bool) -> Offer:
    """At most so many of each. Raises `Problems` where `by_words` needs the extra, and it is missing."""
    tables = untitled(unmirrored(known.facts.tables, config.mirrors), config.confidential)
    try:
        told = classified(_titled(tables, known.tags), limit=limit) if by_words else None
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != EXTRA:
            raise
        hint = "install fingerpost[suggest]"
        raise Problems([Problem("--suggest", 0, 0, "this needs the extra `suggest`", hint)]) from None
    return Offer(links=_links(known, tables, limit=limit), is_asked=by_words, by_words=told)


def as_text(offer: Offer) -> str:
    """For a terminal; empty where there is nothing to offer."""
    parts = [_links_as_text(offer.links), *(_words_as_text(offer.by_words) if offer.is_asked else ())]
    return "\n\n".join(part for part in parts if part)


def as_data(offer: Offer) -> dict[str, Any]:
    """As JSON has it."""
    return {"links": [asdict(link) for link in offer.links], "by_words": offer.by_words and asdict(offer.by_words)}


def _titled(tables: "Mapping[str, ir.Table]", tags: "ir.Table") -> Iterator[Titled]:
    """What is tagged to one objective alone, and what is untagged."""
    import ibis

    columns = ("ref", "key", "title", "updated_us")
    named = ibis.union(tables["work_items"].select(*columns), tables["pull_requests"].select(*columns))
    alone = tags.filter((tags.outcome == "untagged") | ((tags.outcome == "tagged") & (tags.weight == 1)))
    told = named.inner_join(alone.select("ref", "objective"), "ref")
    last = ibis.row_number().over(group_by=told.objective.isnull(), order_by=[told.updated_us.desc(), told.ref])
    ranked = told.mutate(place=last)
    for row in ranked.filter(ranked.place < MOST).select("ref", "key", "title", "objective").to_pyarrow().to_pylist():
        yield Titled(**row)


def _links(known: Meaning, tables: "Mapping[str, ir.Table]", *, limit: int) -> tuple[OfferedLink, ...]:
    """Those that share the most words first; titles that are confidential share none."""
    found = suggested(known, tables)
    keys = tables["pull_requests"].select(item_ref="ref", pull_request="key")
    named = found.inner_join(keys, "item_ref").mutate(count=found.words.length())
    told = named.select("pull_request", "to_key", "words", "same_person", "count")
    rows = told.order_by(told["count"].desc(), told.same_person.desc(), "pull_request", "to_key").limit(limit)
    return tuple(
        OfferedLink(
            pull_request=row["pull_request"],
            item=row["to_key"],
            words=tuple(row["words"]),
            same_person=row["same_person"],
        )
        for row in rows.to_pyarrow().to_pylist()
    )


def _links_as_text(links: tuple[OfferedLink, ...]) -> str:
    if not links:
        return ""
    head = "Pull requests that no item is known for, and the items most like them; they count once the code names them:"
    return "\n".join([head, *map(_link, links)])


def _link(link: OfferedLink) -> str:
    person = "; of the same person" if link.same_person else ""
    return f"  {link.pull_request} → {link.item}, both say {', '.join(link.words)}{person}"


def _words_as_text(told: Classified | None) -> Iterator[str]:
    """How right the suggestions are, overall and by objective, and the suggestions."""
    if told is None:
        yield "By words nothing can be suggested: not even two objectives have enough tagged items to learn from."
        return
    yield "\n".join([_measured(told), *(f"  {name}: {_ratio(each)}" for name, each in told.tried.items())])
    yield "\n".join(map(_suggestion, told.suggestions)) or "No untagged item has words that speak for an objective."


def _measured(told: Classified) -> str:
    every = Tried(
        suggested=sum(each.suggested for each in told.tried.values()),
        right=sum(each.right for each in told.tried.values()),
    )
    learned = f"Learned from the titles of {told.learned:,} tagged items"
    return f"{learned}; of {told.held_out:,} held out, {_ratio(every)}:"


def _ratio(tried: Tried) -> str:
    if not tried.suggested:
        return "none got a suggestion"
    low, high = wilson(tried.right, tried.suggested)
    interval = f"90 % interval {low:.0%} to {high:.0%}"
    return (
        f"{tried.right:,} of {tried.suggested:,} suggested were right ({tried.right / tried.suggested:.0%}, {interval})"
    )


def _suggestion(each: Suggestion) -> str:
    return f"  {each.key} → {each.objective} ({each.probability:.0%}, by {', '.join(each.words)})  {each.title}"
