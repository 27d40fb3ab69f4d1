"""Links between a pull request and a work item that one of their sources states, in the columns of `LINKS`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from mappings.keys import Grammar, LinkClass, Place
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir

Tables = Mapping[str, "ir.Table"]


class Statement(NamedTuple):
    """What a kind of stated link says of a pull request and a work item."""

    link_class: LinkClass
    place: Place


#: Kind of link → what it says, where the pull request states it; where the work item does.
BY_PULL_REQUEST = {
    "closes": Statement("closes", "closing_reference"),
    "mentions": Statement("mentions", "cross_reference"),
    "mentioned_by": Statement("mentions", "cross_reference"),
}
BY_WORK_ITEM = {
    "closed_by": Statement("closes", "closing_event"),
    "development": Statement("implements", "development_panel"),
    "mentions": Statement("mentions", "cross_reference"),
    "mentioned_by": Statement("mentions", "cross_reference"),
}
#: A page about a pull request, whichever of its tabs; a page about a commit.
PULL_PAGE = r"^(https?://[^/?#]+/[^?#]*/pull/[0-9]+)(?:[/?#].*)?$"
COMMIT_PAGE = r"^(https?://[^/?#]+/[^?#]*)/(?:commit|pull/[0-9]+/commits)/([0-9a-f]{7,40})(?:[/?#].*)?$"
SHORTEST_SHA = 7


def stated_links(tables: Tables, names: "ir.Table", rules: Grammar) -> "ir.Table":
    """Every link that the source of the pull request states, or that of the work item; `names` as in `links.names`."""
    import ibis

    return ibis.union(
        _of_pull_requests(tables, names, rules),
        _of_work_items(tables),
        _to_pages(tables),
        distinct=True,
    )


def _of_pull_requests(tables: Tables, names: "ir.Table", rules: Grammar) -> "ir.Table":
    """What a pull request says of work items. That it speaks of one that is not read means nothing."""
    import ibis

    pulls = tables["pull_requests"]
    said = _said(tables["stated_links"], BY_PULL_REQUEST).semi_join(pulls.select(item_ref="ref"), "item_ref")
    said = said.mutate(name=ibis.coalesce(said.to_ref, said.to_key))
    found = said.anti_join(pulls.select(name="ref"), "name").left_join(names, "name")
    found = found.filter(found.to_ref_right.notnull() | (found["class"] == "closes"))
    territory = found.to_key.re_replace("[-#][0-9]+$", "")
    missing = ibis.ifelse(territory.isin(sorted(rules.read | rules.repositories)), "no_such_item", "unread_project")
    return found.select(
        "item_ref",
        to_ref="to_ref_right",
        to_key=ibis.coalesce(found.now, found.to_key),
        **{"class": found["class"]},
        place="place",
        outcome=ibis.ifelse(found.to_ref_right.notnull(), "resolved", missing),
    )


def _of_work_items(tables: Tables) -> "ir.Table":
    """What a work item says of pull requests that are read, which it names by ref, key or address."""
    said, pulls = _said(tables["stated_links"], BY_WORK_ITEM), tables["pull_requests"]
    by_ref = said.inner_join(pulls.select(to_ref="ref", pull="ref"), "to_ref")
    by_key = said.inner_join(pulls.select(to_key="key", pull="ref"), "to_key")
    pages = said.mutate(url=_page(said.to_key))
    by_page = pages.inner_join(pulls.select(url=pulls.url.lower(), pull="ref"), "url")
    columns = ("item_ref", "pull", "class", "place")
    return _told(by_ref.select(*columns).union(by_key.select(*columns), by_page.select(*columns)), tables)


def _to_pages(tables: Tables) -> "ir.Table":
    """What a work item's links to pages outside say: of pull requests, and of commits that one brought."""
    import ibis

    links, pulls = tables["remote_links"], tables["pull_requests"]
    is_mention = links.kind.lower().contains("mention").fill_null(False)
    said = links.mutate(
        place=ibis.literal("remote_link"), **{"class": ibis.ifelse(is_mention, "mentions", "implements")}
    )
    pages = said.mutate(page=_page(said.url))
    to_pulls = pages.inner_join(pulls.select(page=pulls.url.lower(), pull="ref"), "page")
    sha = said.url.lower().re_extract(COMMIT_PAGE, 2)
    of_commits = said.mutate(sha=sha, home=said.url.lower().re_extract(COMMIT_PAGE, 1), short=sha.left(SHORTEST_SHA))
    of_commits = of_commits.filter(of_commits.sha.length() >= SHORTEST_SHA)
    to_commits = of_commits.inner_join(_brought(tables), "short")
    is_same = to_commits.whole.startswith(to_commits.sha) & (to_commits.home == to_commits.repository_url)
    columns = ("item_ref", "pull", "class", "place")
    return _told(to_pulls.select(*columns).union(to_commits.filter(is_same).select(*columns)), tables)


def _brought(tables: Tables) -> "ir.Table":
    """pull, repository_url, whole, short: each commit that a pull request brought, its own or that of the merge."""
    import ibis

    pulls = tables["pull_requests"]
    homes = pulls.select(pull="ref", repository_url=pulls.url.lower().re_replace("/pull/[0-9]+$", ""))
    shas = ibis.union(
        tables["commits"].select(pull="item_ref", whole="sha"),
        pulls.filter(pulls.merge_sha.notnull()).select(pull="ref", whole="merge_sha"),
        distinct=True,
    )
    return shas.inner_join(homes, "pull").mutate(short=shas.whole.left(SHORTEST_SHA))


def _said(stated: "ir.Table", statements: Mapping[str, Statement]) -> "ir.Table":
    """item_ref, to_ref, to_key, class, place: the links of these kinds."""
    rows = [{"kind": kind, "class": each.link_class, "place": each.place} for kind, each in statements.items()]
    meaning = as_table(rows, {"kind": "string", "class": "string", "place": "string"})
    return stated.inner_join(meaning, "kind").select("item_ref", "to_ref", "to_key", "class", "place")


def _told(said: "ir.Table", tables: Tables) -> "ir.Table":
    """The columns of `LINKS`, seen from the pull request."""
    import ibis

    items = tables["work_items"].select(item_ref="ref", key="key")
    found = said.inner_join(items, "item_ref")
    return found.select(
        item_ref="pull",
        to_ref="item_ref",
        to_key="key",
        **{"class": found["class"]},
        place="place",
        outcome=ibis.literal("resolved"),
    ).distinct()


def _page(url: "ir.StringColumn") -> "ir.StringValue":
    """The page of the pull request that an address leads to, in small letters; empty where it leads elsewhere."""
    return url.lower().re_extract(PULL_PAGE, 1)
