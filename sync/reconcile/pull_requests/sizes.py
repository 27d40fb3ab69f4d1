"""How large a pull request is, without what no person wrote (metrics.md §2.4)."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from mappings import globs
from sync.reconcile.places import by_place, differs, of_repositories
from sync.reconcile.thresholds import Thresholds

if TYPE_CHECKING:
    import ibis.expr.types as ir

BANDS = {"XS": 10, "S": 50, "M": 250, "L": 1000}  #: each below so many lines; XL from the last on
LARGE = ("L", "XL")


def generated(files: "ir.Table", pulls: "ir.Table", thresholds: Thresholds) -> "ir.Table":
    """ref, generated: the changed lines that no person wrote, in files that `generated_paths` means."""
    import ibis

    def meant(paths: Collection[str]) -> "ir.BooleanValue":
        return placed.id.re_search(globs.one_of(paths)) if paths else ibis.literal(False)

    placed = files.rename(ref="item_ref")
    if differs(thresholds, "generated_paths"):
        placed = of_repositories(placed.join(pulls.select("ref", "repository"), "ref"))
    lines = ibis.coalesce(placed.additions, 0) + ibis.coalesce(placed.deletions, 0)
    found = placed.filter(by_place(placed, thresholds, "generated_paths", meant))
    return found.group_by("ref").aggregate(generated=lines.sum().cast("int64"))


def size(pulls: "ir.Table") -> "ir.IntegerValue":
    """Added and deleted lines without `generated` ones; null where they are not known."""
    import ibis

    written = pulls.additions + pulls.deletions - pulls.generated.fill_null(0)
    return ibis.ifelse(written < 0, 0, written)


def band(lines: "ir.IntegerValue") -> "ir.StringValue":
    import ibis

    below = [(lines < most, name) for name, most in BANDS.items()]
    return ibis.cases((lines.isnull(), None), *below, else_="XL")
