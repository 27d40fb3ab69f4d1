"""When somebody else looked at a pull request, approved it, and how much they said (metrics.md §2.2, §2.4)."""

from typing import TYPE_CHECKING

from sync.reconcile.pull_requests.counted import by_others, by_people
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

ANSWERS = ("changes_requested", "commented")  #: states of reviews that ask for more work


def said(snapshot: Snapshot, pulls: "ir.Table", robots: "ir.Table") -> "ir.Table":
    """What people other than the author said until the end: ref, at_us, author, state, words, ready_us, ended_us.

    `pulls` have ready_us. `state` is that of a review, null for a comment; `words` counts comments: an inline comment
    belongs to the review that it was handed in with. Where a review's are not counted, it has at least one if it says
    nothing else.
    """
    import ibis

    reviews, comments = snapshot["reviews"], snapshot["comments"]
    has_body = reviews.has_body.fill_null(False)
    least = ibis.ifelse((reviews.state == "commented") & ~has_body, 1, 0)
    words = ibis.ifelse(has_body, 1, 0) + ibis.coalesce(reviews.comments, least)
    every = ibis.union(
        reviews.select("author", "state", ref="item_ref", at_us="submitted_us", words=words.cast("int64")),
        comments.select(
            "author",
            state=ibis.null("string"),
            ref="item_ref",
            at_us="created_us",
            words=ibis.literal(1, "int64"),
        ),
    )
    heard = by_people(every, robots).join(pulls.select("ref", "ready_us", "ended_us", opener="author"), "ref")
    return heard.filter(by_others(heard) & (heard.at_us <= heard.ended_us)).drop("opener")


def reviewed(told: "ir.Table") -> "ir.Table":
    """ref, reviewed_us, approved_us, approvals, reviews, depth: of those that others said something to.

    An approval before it was ready makes it looked at when it was; whatever else came before does not count.
    """
    import ibis

    is_approval = told.state == "approved"
    known = told.group_by("ref").aggregate(
        ready_us=told.ready_us.max(),
        heard_us=told.at_us.min(where=told.at_us >= told.ready_us),
        first_us=told.at_us.min(where=is_approval),
        last_us=told.at_us.max(where=is_approval),
        approvals=told.count(where=is_approval),
        reviews=told.count(where=told.state.notnull()),
        depth=told.words.sum().cast("int64"),
    )
    is_early = (known.first_us < known.ready_us).fill_null(False)
    known = known.mutate(reviewed_us=ibis.ifelse(is_early, known.ready_us, known.heard_us))
    is_approved = known.reviewed_us.notnull() & known.last_us.notnull()
    approved_us = ibis.ifelse(is_approved, ibis.greatest(known.last_us, known.reviewed_us), None)
    return known.select("ref", "reviewed_us", "approvals", "reviews", "depth", approved_us=approved_us)
