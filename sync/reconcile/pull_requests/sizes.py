"""How large a pull request is, without what no person wrote (metrics.md §2.4)."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from mappings import globs

if TYPE_CHECKING:
    import ibis.expr.types as ir

BANDS = {"XS": 10, "S": 50, "M": 250, "L": 1000}  #: each below so many lines; XL from the last on
LARGE = ("L", "XL")


def generated(files: "ir.Table", paths: Collection[str]) -> "ir.Table":
    """ref, generated: the changed lines that no person wrote, in files that these globs mean."""
    import ibis

    lines = ibis.coalesce(files.additions, 0) + ibis.coalesce(files.deletions, 0)
    meant = files.id.re_search(globs.one_of(paths)) if paths else ibis.literal(False)
    return files.filter(meant).group_by(ref="item_ref").aggregate(generated=lines.sum().cast("int64"))


def size(pulls: "ir.Table") -> "ir.IntegerValue":
    """Added and deleted lines without `generated` ones; null where they are not known."""
    import ibis

    written = pulls.additions + pulls.deletions - pulls.generated.fill_null(0)
    return ibis.ifelse(written < 0, 0, written)


def band(lines: "ir.IntegerValue") -> "ir.StringValue":
    import ibis

    below = [(lines < most, name) for name, most in BANDS.items()]
    return ibis.cases((lines.isnull(), None), *below, else_="XL")
