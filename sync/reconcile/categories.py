"""The category of each stay: todo, active, waiting or done (metrics.md §1.3)."""

from typing import TYPE_CHECKING

from sync.reconcile.balance import SERVES

if TYPE_CHECKING:
    import ibis.expr.types as ir

PROJECT_OF_KEY = r"^(.+)-[0-9]+$"
ALWAYS_US = 2**62
STATUS = ["source", "project", "status_id"]


def of_tracker(stays: "ir.Table", items: "ir.Table", changes: "ir.Table", categories: "ir.Table") -> "ir.Table":
    """Stays of a tracker's items with category, commitment, blocked and mapped of their status, in the project of then.

    `categories` is that of `mappings.statuses`. A status that it lacks is todo, and not mapped.
    """
    import ibis

    placed = stays.join(items.filter(items.repository.isnull()).select("item", "source", "project"), "item")
    placed = placed.select(*stays.columns, "source", "project")
    homes = _homes(items, changes)
    home = (placed.item == homes.item) & (placed.start_us >= homes.from_us) & (placed.start_us < homes.until_us)
    placed = placed.left_join(homes, home).select(*stays.columns, "source", "project", "home")
    placed = placed.mutate(project=ibis.coalesce(placed.home, placed.project))
    mapped = placed.left_join(categories, STATUS)
    return mapped.select(
        *stays.columns,
        category=mapped.category.fill_null("todo"),
        commitment=mapped.commitment.fill_null(False),
        blocked=mapped.blocked.fill_null(False),
        mapped=mapped.mapped.fill_null(False),
    )


def now(items: "ir.Table", categories: "ir.Table") -> "ir.Table":
    """Of each item, history or not: item, category_now, and has_commitment, whether its project names such a status."""
    import ibis

    committing = (
        categories.filter(categories.committing).select("source", "project").distinct().mutate(has_commitment=True)
    )
    known = items.select("item", *STATUS, "repository").left_join(categories.select(*STATUS, "category"), STATUS)
    known = known.select("item", *STATUS, "repository", "category").left_join(committing, ["source", "project"])
    of_issue = ibis.ifelse(known.status_id == "closed", "done", "todo")
    return known.select(
        "item",
        category_now=ibis.ifelse(known.repository.notnull(), of_issue, known.category.fill_null("todo")),
        has_commitment=known.has_commitment.fill_null(False),
    )


def _homes(items: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """The projects of items that were moved: item, home, from_us, until_us. A key names the project of its time."""
    import ibis

    moved = changes.filter(changes.field == "key").select("item_ref", "id", "index", "at_us", "from_text", "to_text")
    moved = moved.join(items.select("item", "ref"), moved.item_ref == items.ref)
    in_order = ibis.window(group_by="item", order_by=["at_us", moved.id.length(), "id", "index"])
    moved = moved.mutate(until_us=moved.at_us.lead().over(in_order), is_first=moved.at_us.lag().over(in_order).isnull())
    before = moved.filter(moved.is_first).select(
        "item", home=_project(moved.from_text), from_us=ibis.literal(-ALWAYS_US), until_us="at_us"
    )
    after = moved.select(
        "item", home=_project(moved.to_text), from_us="at_us", until_us=moved.until_us.fill_null(ALWAYS_US)
    )
    return before.union(after)


def _project(key: "ir.StringValue") -> "ir.StringValue":
    return key.re_extract(PROJECT_OF_KEY, 1)


def of_repositories(stays: "ir.Table", items: "ir.Table", activations: "ir.Table") -> "ir.Table":
    """Stays of a repository's issues, open or closed, with the same columns; an open one may become two.

    Closed is done. Open is todo until the item's `active_us`; what was opened again is active.
    """
    import ibis

    issues = items.filter(items.repository.notnull()).select("item")
    known = stays.semi_join(issues, "item").left_join(activations, "item").drop("item_right")
    is_done = known.status_id == "closed"
    active_us = ibis.ifelse(known.is_first & ~is_done, known.active_us.fill_null(ALWAYS_US), known.start_us)
    known = known.mutate(active_us=active_us, category=ibis.ifelse(is_done, "done", "active"))
    idle = known.filter(known.active_us > known.start_us).mutate(
        end_us=ibis.least(known.end_us, known.active_us), is_last=known.is_last & (known.active_us > known.end_us)
    )
    busy = known.filter((known.active_us < known.end_us) | (known.is_last & (known.active_us == known.end_us)))
    busy = busy.mutate(start_us=busy.active_us)
    return (
        idle.mutate(category=ibis.literal("todo"))
        .union(busy)
        .drop("active_us")
        .mutate(commitment=False, blocked=False, mapped=True)
    )


def activations(items: "ir.Table", changes: "ir.Table", pull_requests: "ir.Table", links: "ir.Table") -> "ir.Table":
    """When an issue of a repository was taken up: item, active_us; by somebody assigned, or a linked pull request."""
    import ibis

    issues = items.filter(items.repository.notnull()).select("item", "ref", "created_us", "is_assigned")
    assigned = changes.filter(changes.field == "assignees")
    assigned = assigned.select("item_ref", "id", "index", "at_us", "from_id", "from_text")
    assigned = assigned.join(issues, assigned.item_ref == issues.ref)
    in_order = ibis.window(group_by="item", order_by=["at_us", assigned.id.length(), "id", "index"])
    assigned = assigned.mutate(is_first=assigned.at_us.lag().over(in_order).isnull())
    at_creation = ibis.coalesce(assigned.from_id, assigned.from_text).notnull()
    first = assigned.filter(assigned.is_first).select(
        "item", active_us=ibis.ifelse(at_creation, assigned.created_us, assigned.at_us)
    )
    always = issues.filter(issues.is_assigned).anti_join(assigned, "item").select("item", active_us="created_us")
    return ibis.union(first, always, _linked(issues, pull_requests, links)).aggregate(
        by="item", active_us=lambda began: began.active_us.min()
    )


def _linked(issues: "ir.Table", pull_requests: "ir.Table", links: "ir.Table") -> "ir.Table":
    serving = links.filter(links["class"].isin(SERVES)).select("item_ref", "to_ref")
    found = issues.select("item", "ref").join(serving, issues.ref == serving.to_ref)
    opened = pull_requests.filter(pull_requests.created_us.notnull()).select(pull_ref="ref", active_us="created_us")
    return found.join(opened, found.item_ref == opened.pull_ref).select("item", "active_us")
