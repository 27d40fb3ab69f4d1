"""Work items that a pull request without a link may be for: offered to a person, and never assumed."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mappings.identities import Account
from mappings.links import names, without_cuts
from mappings.rows import as_table
from mappings.rules import Mappings

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Column → type of `suggested_links`.
SUGGESTED = {
    "item_ref": "string",  # the pull request
    "to_ref": "string",  # the work item
    "to_key": "string",
    "words": "array<string>",  # what its title or branch shares with the item's title
    "same_person": "boolean",  # its author is an assignee of the item
}
SERVES = ("closes", "implements")
SHORTEST_WORD = 4
MOST_ITEMS = 50  #: whose titles have a word, beyond which it tells nothing
LEAST_WORDS, LEAST_WORDS_OF_ONE = 3, 2  #: shared; where author and assignee are one person
LEAST_PART = 0.5  #: of the telling words of the item's title
DAY_US = 86_400_000_000
BEFORE_US, AFTER_US = DAY_US, 14 * DAY_US  #: opened so long before the item, or after it was done
MOST_OFFERED = 3  #: items for one pull request


def suggested_links(
    tables: Mapping[str, "ir.Table"], *, links: "ir.Table", mappings: Mappings, people: Iterable[Account] = ()
) -> "ir.Table":
    """For each pull request of a person that serves no item: the items most like it, as `SUGGESTED` describes.

    Like it is an item that was open around that time and whose title shares telling words with the pull request's title
    or branch. What a person cut is not offered again.
    """
    import ibis

    pulls = _unlinked(tables, links)
    shared = _shared(pulls, tables["work_items"])
    near = (shared.at_us >= shared.begun_us - BEFORE_US) & (shared.at_us <= shared.ended_us + AFTER_US)
    known = shared.filter(near).left_join(_same_person(pulls, tables["work_items"], people), ["item_ref", "to_ref"])
    told = known.mutate(same_person=known.same_person.fill_null(False), count=known.words.length())
    least = ibis.ifelse(told.same_person, LEAST_WORDS_OF_ONE, LEAST_WORDS)
    told = told.filter((told["count"] >= least) & (told["count"] >= told.telling * LEAST_PART))
    told = without_cuts(told, mappings.cuts, tables, names(tables))
    order = [told["count"].desc(), told.same_person.desc(), told.to_key]
    place = ibis.row_number().over(ibis.window(group_by="item_ref", order_by=order))
    return (
        told.mutate(place=place)
        .filter(lambda rows: rows.place < MOST_OFFERED)
        .order_by("item_ref", "place")
        .select(*SUGGESTED)
    )


def _unlinked(tables: Mapping[str, "ir.Table"], links: "ir.Table") -> "ir.Table":
    pulls, accounts = tables["pull_requests"], tables["accounts"]
    serving = links.filter(links["class"].isin(SERVES), links.outcome == "resolved").select(ref="item_ref")
    bots = accounts.filter(accounts.kind == "bot").select(author="ref")
    return pulls.anti_join(serving, "ref").anti_join(bots, "author")


def _shared(pulls: "ir.Table", items: "ir.Table") -> "ir.Table":
    """item_ref, to_ref, to_key, words, telling, at_us, begun_us, ended_us: each pair that shares a telling word."""
    import ibis

    theirs = _words(items.select("ref", text="title"))
    counts = theirs.group_by("word").agg(items=theirs.count())
    theirs = theirs.semi_join(counts.filter(counts["items"] <= MOST_ITEMS), "word")
    telling = theirs.group_by(to_ref="ref").agg(telling=theirs.count())
    ours = _words(pulls.select("ref", text=pulls.title + " " + pulls["head"].fill_null("")))
    pairs = ours.select("word", item_ref="ref").inner_join(theirs.select("word", to_ref="ref"), "word")
    words = pairs.group_by("item_ref", "to_ref").agg(words=pairs.word.collect(order_by=pairs.word))
    opened = pulls.select(item_ref="ref", at_us="created_us")
    spans = items.select(
        to_ref="ref",
        to_key="key",
        begun_us="created_us",
        ended_us=ibis.coalesce(items.resolved_us, ibis.literal(2**62)),
    )
    return words.inner_join(telling, "to_ref").inner_join(opened, "item_ref").inner_join(spans, "to_ref")


def _words(texts: "ir.Table") -> "ir.Table":
    """ref and word: the words of each text, in small letters; no short ones and no numbers."""
    each = texts.select("ref", word=texts.text.lower().re_replace("[^a-z0-9]+", " ").split(" ")).unnest("word")
    return each.filter(each.word.length() >= SHORTEST_WORD, each.word.re_search("[a-z]")).distinct()


def _same_person(pulls: "ir.Table", items: "ir.Table", people: Iterable[Account]) -> "ir.Table":
    """item_ref, to_ref, same_person: the pairs whose author and assignee are one person."""
    rows = [{"ref": account.ref, "person": account.person} for account in people]
    persons = as_table(rows, {"ref": "string", "person": "string"})
    authors = pulls.select(item_ref="ref", account="author").inner_join(
        persons.select(account="ref", person="person"), "account"
    )
    given = items.select(to_ref="ref", account="assignees").unnest("account")
    given = given.inner_join(persons.select(account="ref", person="person"), "account")
    return authors.inner_join(given, "person").select("item_ref", "to_ref", same_person=True).distinct()
