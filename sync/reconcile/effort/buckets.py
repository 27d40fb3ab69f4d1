"""Which objective or exemption each piece of effort goes to: the tags, as stretches of an item (metrics.md §4.4)."""

from typing import TYPE_CHECKING

from sync.reconcile.coverage import OF_ITS_OWN
from sync.reconcile.effort.roster import UNIT

if TYPE_CHECKING:
    import ibis.expr.types as ir

EXEMPT = "exempt:"  #: begins the name of a bucket that an exemption makes; others are called as their objective
WHOLE = UNIT - 1_000  #: thirds add up to a little less than 1


def buckets(tags: "ir.Table") -> "ir.Table":
    """ref, bucket, is_own, from_part, until_part: stretches of the unit, of each ref that a tag leads anywhere.

    `is_own` where the tag is the item's own, rather than from an ancestor or a linked item. What the tags of a ref
    leave of it has no bucket.
    """
    import ibis

    led = tags.filter(tags.outcome.isin(["tagged", "exempt"]))
    led = led.select(
        "ref",
        bucket=ibis.ifelse(led.outcome == "exempt", ibis.literal(EXEMPT) + led.rule, led.objective),
        is_own=led.origin.isin(OF_ITS_OWN),
        part=(led.weight.fill_null(1.0) * UNIT).round().cast("int64"),
    )
    in_order = ibis.cumulative_window(group_by="ref", order_by="bucket")
    total = led.part.sum().over(ibis.window(group_by="ref"))
    laid = led.mutate(until_part=led.part.sum().over(in_order).cast("int64"), total=total.cast("int64"))
    is_end = (laid.until_part == laid.total) & (laid.total >= WHOLE)
    told = laid.select(
        "ref",
        "bucket",
        "is_own",
        from_part=laid.until_part - laid.part,
        until_part=ibis.ifelse(is_end, UNIT, laid.until_part),
    )
    rest = laid.filter(laid.total < WHOLE).group_by("ref").agg(from_part=laid.total.max())
    nothing = {"bucket": ibis.null("string"), "is_own": ibis.literal(False)}
    rest = rest.mutate(**nothing, until_part=ibis.literal(UNIT, "int64"))
    return told.union(rest.select(*told.columns).cast(dict(told.schema()))).cache()


def in_buckets(spent: "ir.Table", buckets: "ir.Table", *, efforts: tuple[str, ...] = ("effort",)) -> "ir.Table":
    """The rows of ref and efforts, each once for every bucket that its effort goes to, with `bucket` and `is_own`."""
    import ibis

    told = spent.left_join(buckets, "ref").drop("ref_right")
    lower, upper = told.from_part.fill_null(0), told.until_part.fill_null(UNIT)
    parts = {name: _up_to(told[name], upper) - _up_to(told[name], lower) for name in efforts}
    rest = [name for name in spent.columns if name not in efforts]
    return told.select(*rest, "bucket", is_own=ibis.coalesce(told.is_own, False), **parts)


def _up_to(effort: "ir.IntegerValue", part: "ir.IntegerValue") -> "ir.IntegerValue":
    """So much of the effort; stretches that meet give parts that add up to the whole."""
    return (effort.cast("float64") * (part.cast("float64") / UNIT)).floor().cast("int64")
