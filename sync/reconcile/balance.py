"""The account of everything that was seen: nothing is lost, and nothing counts twice."""

from typing import TYPE_CHECKING

from msgspec import Struct

from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

OUTCOMES = ("tagged", "exempt", "untagged", "unknown")
KINDS = {"work_item": "work_items", "pull_request": "pull_requests"}  #: kind of record → its table
SERVES = ("closes", "implements")  #: the classes of link that count; a mention is none
MOST_TOLD = 5  #: projects that are named in a line


class Balance(Struct, frozen=True, kw_only=True):
    """seen = tagged + exempt + untagged + unknown, for one kind of record."""

    kind: str
    seen: int
    tagged: int
    exempt: int
    untagged: int
    unknown: int


class LinkLine(Struct, frozen=True, kw_only=True):
    """How many pull requests stand in one line of the account of links; each stands in exactly one."""

    id: str
    title: str
    count: int


class UnbalancedError(Exception):
    """A record has no outcome, or two, or an outcome has no record: the tags cannot be trusted."""


def balances(snapshot: Snapshot, tags: "ir.Table") -> tuple[Balance, ...]:
    """One account for each kind of record. Raises `UnbalancedError` where one does not add up."""
    return tuple(_balance(kind, snapshot[table], tags.filter(tags.kind == kind)) for kind, table in KINDS.items())


def _balance(kind: str, records: "ir.Table", tags: "ir.Table") -> Balance:
    told = tags.select("ref", "outcome").distinct()
    per_outcome = told.group_by("outcome").aggregate(count=told.count()).to_pyarrow().to_pylist()
    counts = dict.fromkeys(OUTCOMES, 0) | {row["outcome"]: row["count"] for row in per_outcome}
    seen = records.count().to_pyarrow().as_py()
    # As many outcomes as records, and a record behind each outcome: exactly one each.
    strangers = told.anti_join(records, "ref").count().to_pyarrow().as_py()
    twice = sum(counts.values()) - told.ref.nunique().to_pyarrow().as_py()
    if set(counts) != set(OUTCOMES) or sum(counts.values()) != seen or strangers or twice:
        raise UnbalancedError(f"{kind}: {seen} seen, {counts}, {strangers} of them not seen, {twice} counted twice")
    return Balance(kind=kind, seen=seen, **counts)


LINES = {
    "bot": "By a bot",
    "resolved": "Closes or implements a work item that is read",
    "unread_project": "Names nothing but a project that is not read",
    "no_such_item": "Names a work item that is not among those read",
    "no_key_merged": "Merged, and names no work item",
    "no_key_open": "Open, and names no work item",
    "no_key_closed": "Closed without a merge, and names no work item",
}


def link_lines(snapshot: Snapshot, links: "ir.Table") -> tuple[LinkLine, ...]:
    """The pull requests by what they are linked to: the first line that fits."""
    placed = link_line(snapshot, links)
    rows = placed.group_by("line").aggregate(count=placed.count()).to_pyarrow().to_pylist()
    counts = {row["line"]: row["count"] for row in rows}
    titles = LINES | {"unread_project": f"{LINES['unread_project']}{_unread(links)}"}
    return tuple(LinkLine(id=line, title=title, count=counts.get(line, 0)) for line, title in titles.items())


def _unread(links: "ir.Table") -> str:
    """Which projects are named and not read, the most named first; also by what names a work item that is read."""
    unread = links.filter(links["class"].isin(SERVES), links.outcome == "unread_project")
    named = unread.select("item_ref", project=unread.to_key.re_replace("[-#][0-9]+$", "")).distinct()
    rows = named.group_by("project").aggregate(count=named.count()).to_pyarrow().to_pylist()
    most = sorted(rows, key=lambda row: (-row["count"], row["project"]))
    told = [f"{row['project']} {row['count']:,}" for row in most[:MOST_TOLD]]
    more = ["…"] if len(most) > MOST_TOLD else []
    return f" (named in all: {', '.join([*told, *more])})" if told else ""


def link_line(snapshot: Snapshot, links: "ir.Table") -> "ir.Table":
    """The line in which each pull request stands: ref, line."""
    import ibis

    pulls = snapshot["pull_requests"].left_join(bots(snapshot), [("author", "ref")]).rename(bot="ref_right")
    pulls = pulls.select("ref", "state", "bot")
    serving = links.filter(links["class"].isin(SERVES))
    best = serving.group_by("item_ref").aggregate(
        resolved=serving.count(where=serving.outcome == "resolved"),
        unread=serving.count(where=serving.outcome == "unread_project"),
    )
    known = pulls.left_join(best, [("ref", "item_ref")])
    line = ibis.cases(
        (known.bot.notnull(), "bot"),
        (known.resolved > 0, "resolved"),
        (known.unread > 0, "unread_project"),
        (known.item_ref.notnull(), "no_such_item"),
        else_=ibis.literal("no_key_") + known.state,
    )
    return known.select("ref", line=line)


def bots(snapshot: Snapshot) -> "ir.Table":
    """The accounts that are no people: ref (metrics.md §2.1)."""
    accounts = snapshot["accounts"]
    return accounts.filter((accounts.kind == "bot") | accounts.name.endswith("[bot]")).select("ref")
