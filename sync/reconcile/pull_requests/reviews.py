"""When somebody else looked at a pull request, approved it, and how much they said (metrics.md §2.2, §2.4)."""

from typing import TYPE_CHECKING

from sync.reconcile.pull_requests.counted import by_others, by_people
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

ANSWERS = ("changes_requested", "commented")  #: states of reviews that ask for more work


def said(snapshot: Snapshot, pulls: "ir.Table", robots: "ir.Table") -> "ir.Table":
    """What people other than the author said until the end: ref, at_us, author, state, words.

    `state` is that of a review, null for a comment; `words` counts comments: an inline comment belongs to the review
    that it was handed in with. Where a review's are not counted, it has at least one if it says nothing else.
    """
    import ibis

    reviews, comments = snapshot["reviews"], snapshot["comments"]
    body = ibis.ifelse(reviews.has_body.fill_null(False), 1, 0)
    least = ibis.ifelse((reviews.state == "commented") & ~reviews.has_body.fill_null(False), 1, 0)
    every = ibis.union(
        reviews.select(
            "author",
            "state",
            ref="item_ref",
            at_us="submitted_us",
            words=(body + ibis.coalesce(reviews.comments, least)).cast("int64"),
        ),
        comments.select(
            "author",
            state=ibis.null("string"),
            ref="item_ref",
            at_us="created_us",
            words=ibis.literal(1, "int64"),
        ),
    )
    heard = by_people(every, robots).join(pulls.select("ref", "ended_us", opener="author"), "ref")
    return heard.filter(by_others(heard) & (heard.at_us <= heard.ended_us)).select(
        "ref", "at_us", "author", "state", "words"
    )


def reviewed(pulls: "ir.Table", told: "ir.Table") -> "ir.Table":
    """`pulls`, which have ready_us, with reviewed_us, approved_us, approvals, reviews and depth.

    An approval before it was ready makes it looked at when it was; whatever else came before does not count.
    """
    import ibis

    met = told.join(pulls.select("ref", "ready_us"), "ref")
    is_approval = met.state == "approved"
    summed = met.group_by("ref").aggregate(
        heard_us=met.at_us.min(where=met.at_us >= met.ready_us),
        first_approved_us=met.at_us.min(where=is_approval),
        last_approved_us=met.at_us.max(where=is_approval),
        approvals=met.count(where=is_approval),
        reviews=met.count(where=met.state.notnull()),
        depth=met.words.sum().cast("int64"),
    )
    known = pulls.left_join(summed, "ref").drop("ref_right")
    is_early = (known.first_approved_us < known.ready_us).fill_null(False)
    known = known.mutate(reviewed_us=ibis.ifelse(is_early, known.ready_us, known.heard_us))
    is_approved = known.reviewed_us.notnull() & known.last_approved_us.notnull()
    return known.mutate(
        approved_us=ibis.ifelse(is_approved, ibis.greatest(known.last_approved_us, known.reviewed_us), None),
        **{name: known[name].fill_null(0) for name in ("approvals", "reviews", "depth")},
    ).drop("heard_us", "first_approved_us", "last_approved_us")
