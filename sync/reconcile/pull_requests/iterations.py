"""How often the author went back to work after a review (metrics.md §2.4)."""

from typing import TYPE_CHECKING

from sync.reconcile.pull_requests.reviews import ANSWERS

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: At one instant the work comes first: who reviewed saw it.
WORK, ANSWER = "1 work", "2 answer"


def iterations(
    pulls: "ir.Table", heard: "ir.Table", told: "ir.Table", *, commits: "ir.Table", changes: "ir.Table"
) -> "ir.Table":
    """ref, iterations: how many blocks of work follow on a block of answers, of those with any.

    `heard` has reviewed_us, `told` is what others said, `commits` are people's.
    """
    import ibis

    answers = told.filter(told.state.isin(ANSWERS)).select("ref", "at_us", kind=ibis.literal(ANSWER))
    committed = commits.select(ref="item_ref", at_us="committed_us", kind=ibis.literal(WORK))
    pushes = changes.filter(changes.field == "force_push").select("author", "at_us", ref="item_ref")
    pushed = pushes.semi_join(pulls, ["ref", "author"]).select("ref", "at_us", kind=ibis.literal(WORK))
    steps = ibis.union(answers, committed, pushed)
    within = steps.join(heard.select("ref", "reviewed_us"), "ref").join(pulls.select("ref", "ended_us"), "ref")
    within = within.filter((within.at_us >= within.reviewed_us) & (within.at_us <= within.ended_us))
    in_order = ibis.window(group_by="ref", order_by=["at_us", "kind"])
    followed = within.select("ref", "kind", before=within.kind.lag().over(in_order))
    begun = followed.filter((followed.kind == WORK) & (followed.before == ANSWER))
    return begun.group_by("ref").aggregate(iterations=begun.count())
