"""How large a pull request is, without what no person wrote (metrics.md §2.4)."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from mappings import globs

if TYPE_CHECKING:
    import ibis.expr.types as ir

BANDS = {"XS": 10, "S": 50, "M": 250, "L": 1000}  #: each below so many lines; XL from the last on
LARGE = ("L", "XL")


def sized(pulls: "ir.Table", files: "ir.Table", *, generated: Collection[str]) -> "ir.Table":
    """`pulls` with size and band; null where its lines are not known. `generated` are globs of paths."""
    import ibis

    lines = ibis.coalesce(files.additions, 0) + ibis.coalesce(files.deletions, 0)
    meant = files.id.re_search(globs.one_of(generated)) if generated else ibis.literal(False)
    made = files.filter(meant).group_by(ref="item_ref").aggregate(made=lines.sum().cast("int64"))
    known = pulls.left_join(made, "ref").drop("ref_right")
    written = known.additions + known.deletions - known.made.fill_null(0)
    known = known.mutate(size=ibis.ifelse(written < 0, 0, written)).drop("made")
    bands = [(known.size < most, name) for name, most in BANDS.items()]
    return known.mutate(band=ibis.ifelse(known.size.notnull(), ibis.cases(*bands, else_="XL"), None))
