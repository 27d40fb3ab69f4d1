"""Which work item a pull request serves, and how we know."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import re2

from mappings.confidence import with_confidence
from mappings.keys import Grammar, Naming, Place, spoken
from mappings.rows import as_table
from mappings.rules import Cut, Mappings
from mappings.stated import stated_links
from mappings.trailers import SIGN, trailers

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

#: Column → type of `links`; the strongest class is closes, then implements, then mentions.
LINKS = {
    "item_ref": "string",  # the pull request
    "to_ref": "string",  # the work item; null unless resolved
    "to_key": "string",  # the work item's key now; as written where it is not resolved
    "class": "string",  # closes, implements, mentions
    "place": "string",  # where it stands: `keys.Place`
    "outcome": "string",  # resolved, no_such_item, unread_project
    "confidence": "string",  # high, medium, low: by class and place, as `CONFIDENCE` says
}
NAMINGS = {"item_ref": "string", "key": "string", "class": "string", "place": "string", "missing": "string"}
PROSE = ("body", "commit", "trailer")
TITLE_KEY = "[A-Z0-9_]-[1-9]"
ISSUE = "#[1-9]|/issues/[1-9]"
ROWS_AT_ONCE = 100_000


def links(tables: Mapping[str, "ir.Table"], mappings: Mappings) -> "ir.Table":
    """One row for each pull request, work item, class and place, as `LINKS` describes; what is cut is left out.

    A pull request whose prose names more than `links.at_most` items is a release of them: there it only mentions them.
    """
    import ibis

    rules, called = grammar(tables, mappings), names(tables)
    named = _demoted(_namings(tables, rules), mappings.links.at_most)
    named = named.anti_join(tables["pull_requests"], "key")  # an issue and a pull request never share a number
    found = named.rename(name="key").left_join(called, "name")
    read = found.select(
        "item_ref",
        "to_ref",
        to_key=ibis.coalesce(found.now, found.name),
        **{"class": found["class"]},
        place="place",
        outcome=ibis.ifelse(found.to_ref.notnull(), "resolved", found.missing),
    )
    known = ibis.union(read.filter(read.outcome.notnull()), stated_links(tables, called, rules), distinct=True)
    return with_confidence(without_cuts(known, mappings.cuts, tables, called)).order_by(*LINKS)


def names(tables: Mapping[str, "ir.Table"]) -> "ir.Table":
    """name, to_ref, now: what each work item is called, and its key now. Its ref, its key, and keys it had before.

    A key that is in use names the item that uses it, whoever had it before.
    """
    import ibis

    items, changes = tables["work_items"], tables["changes"]
    keys = items.select(name="key", to_ref="ref", now="key")
    refs = items.select(name="ref", to_ref="ref", now="key")
    renamed = changes.filter(changes.field == "key", changes.from_text.notnull())
    former = renamed.select(name="from_text", to_ref="item_ref").distinct().anti_join(keys, "name")
    former = former.inner_join(refs.drop("name"), "to_ref").select("name", "to_ref", "now")
    return ibis.union(keys, refs, former)


def grammar(tables: Mapping[str, "ir.Table"], mappings: Mappings) -> Grammar:
    """What tells a key from what looks like one: what is read, in these tables, and what the mappings accept."""
    items, changes = tables["work_items"], tables["changes"]
    of_jira = items.filter(items.project.notnull())
    found = _distinct(
        project=items.project,
        place=tables["projects"].key,
        former=changes.filter(changes.field == "key").from_text.re_replace("-[0-9]+$", ""),
        issues=items.repository,
        code=tables["pull_requests"].repository,
        browse=of_jira.url.replace(of_jira.key, ""),
    )
    return Grammar(
        read=frozenset([*found["project"], *found["place"]]),
        former=frozenset(found["former"]),
        accepted=frozenset(mappings.links.accept),
        repositories=frozenset(found["issues"]),
        code_only=frozenset(found["code"]).difference(found["issues"]),
        browse=tuple(found["browse"]),
    )


def _distinct(**columns: "ir.StringColumn") -> dict[str, list[str]]:
    """By name, the values of each column in order, but for the empty one; asked for in one query."""
    import ibis

    rows = [values.name("value").as_table().mutate(of=ibis.literal(name)) for name, values in columns.items()]
    found: dict[str, list[str]] = {name: [] for name in columns}
    for row in ibis.union(*rows, distinct=True).order_by("of", "value").to_pyarrow().to_pylist():
        if row["value"]:
            found[row["of"]].append(row["value"])
    return found


def _namings(tables: Mapping[str, "ir.Table"], rules: Grammar) -> "ir.Table":
    """Every naming in every text: item_ref, key, class, place, and what it means if there is no such item."""
    import ibis
    import pyarrow as pa

    rows = list(_rows(ibis.union(*_texts(tables, rules)).to_pyarrow(), rules))
    columns = zip(*rows, strict=True) if rows else [()] * len(NAMINGS)
    schema = ibis.schema(NAMINGS).to_pyarrow()
    return ibis.memtable(pa.table(dict(zip(NAMINGS, columns, strict=True)), schema=schema)).distinct()


def _rows(texts: "pa.Table", rules: Grammar) -> Iterator[tuple[str | None, ...]]:
    for batch in texts.to_batches(max_chunksize=ROWS_AT_ONCE):
        for ref, repository, place, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            for naming in _named_in(text, place, repository, rules):
                yield ref, naming.key, naming.link_class, place, naming.missing


def _named_in(text: str, place: str, repository: str, rules: Grammar) -> Iterator[Naming]:
    match place:
        case "branch":
            return rules.in_branch(text)
        case "title":
            return rules.in_title(text, repository=repository)
        case "trailer":
            return _in_trailers(text, repository, rules)
        case _:
            return rules.in_prose(text, repository=repository)


def _in_trailers(text: str, repository: str, rules: Grammar) -> Iterator[Naming]:
    for link_class, value in trailers(spoken(text)):
        yield from rules.in_trailer(value, link_class, repository=repository)


def _texts(tables: Mapping[str, "ir.Table"], rules: Grammar) -> list["ir.Table"]:
    """item_ref, repository, place, text: the texts of pull requests that may name an item.

    What a bot describes or commits is left out: it quotes other people's release notes.
    """
    pulls, commits = tables["pull_requests"], tables["commits"]
    bots = tables["accounts"].filter(tables["accounts"].kind == "bot").select(bot="ref")
    # No anti join: sqlglot rewrites it once for PostgreSQL, which has none, and two parts of one query share this.
    people = pulls.select("ref", "repository", "author", "body").left_join(bots, pulls.author == bots.bot)
    people = people.filter(people.bot.isnull())
    messages = commits.select(ref="item_ref", message="message").inner_join(people.select("ref", "repository"), "ref")
    projects = "|".join(map(re2.escape, sorted(rules.read | rules.former)))
    key = f"({projects})-[1-9]" if projects else "$^"
    return [
        _text(pulls, "branch", column="head", pattern=f"(?i){key}"),
        _text(pulls, "title", column="title", pattern=TITLE_KEY),
        _text(people, "body", column="body", pattern=f"{key}|{ISSUE}"),
        _text(messages, "commit", column="message", pattern=f"{key}|{ISSUE}"),
        _text(people, "trailer", column="body", pattern=SIGN),
        _text(messages, "trailer", column="message", pattern=SIGN),
    ]


def _text(source: "ir.Table", place: Place, *, column: str, pattern: str) -> "ir.Table":
    import ibis

    found = source.filter(source[column].re_search(pattern))
    return found.select(item_ref="ref", repository="repository", place=ibis.literal(place), text=column)


def _demoted(named: "ir.Table", at_most: int) -> "ir.Table":
    """The namings, those in prose as mere mentions where one pull request's prose names more items than this."""
    import ibis

    prose = named.filter(named.place.isin(PROSE)).group_by("item_ref").agg(named=lambda t: t.key.nunique())
    releases = prose.filter(prose.named > at_most).select("item_ref", release=ibis.literal(True))
    counted = named.left_join(releases, "item_ref")
    is_release = counted.release.fill_null(False) & counted.place.isin(PROSE)
    return counted.mutate(**{"class": ibis.ifelse(is_release, "mentions", counted["class"])}).select(*NAMINGS)


def without_cuts(
    rows: "ir.Table", cuts: Sequence[Cut], tables: Mapping[str, "ir.Table"], names: "ir.Table"
) -> "ir.Table":
    """The links but for those that a person cut."""
    import ibis

    if not cuts:
        return rows
    stated = [{"name": cut.item, "key": cut.pull_request} for cut in cuts]
    pairs = as_table(stated, {"name": "string", "key": "string"})
    pairs = pairs.inner_join(tables["pull_requests"].select("key", item_ref="ref"), "key").left_join(names, "name")
    return rows.anti_join(pairs.select("item_ref", to_key=ibis.coalesce(pairs.now, pairs.name)), ["item_ref", "to_key"])
