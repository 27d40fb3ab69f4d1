"""The facts without the labels and fields that mirror tags in the sources.

A mirror is no fact about the work: rules never see it, so that no tag can come from its own reflection.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from connectors.source import Mirror

if TYPE_CHECKING:
    import ibis.expr.types as ir

LABELLED = ("work_items", "pull_requests")


def unmirrored(tables: Mapping[str, "ir.Table"], mirrors: Mapping[str, Mirror]) -> dict[str, "ir.Table"]:
    """The facts without what fingerpost itself has written. `mirrors` by source; with none, the facts as they are."""
    prefixes = {source: mirror.label_prefix for source, mirror in mirrors.items() if mirror.label_prefix}
    fields = [(source, mirror.field) for source, mirror in mirrors.items() if mirror.field]
    cleared = dict(tables)
    if prefixes:
        cleared |= {name: _without_labels(tables[name], prefixes) for name in LABELLED}
    if fields:
        cleared["fields"] = _without_fields(tables["fields"], fields)
    return cleared


def _without_labels(items: "ir.Table", prefixes: Mapping[str, str]) -> "ir.Table":
    """The items without the labels that begin with their source's prefix; by unnesting, as `mappings.match` does."""
    import ibis

    labels = items.select("ref", "source", label=items.labels).unnest("label")
    prefix = labels.source.cases(*prefixes.items(), else_=None)
    kept = labels.filter(~labels.label.startswith(prefix).fill_null(False))
    kept = kept.group_by("ref").agg(kept=kept.label.collect(order_by="label"))
    both = items.left_join(kept, "ref").drop("ref_right")
    none = ibis.literal([], type="array<string>")
    return both.mutate(labels=ibis.coalesce(both.kept, none)).select(*items.columns)


def _without_fields(fields: "ir.Table", mirrored: Sequence[tuple[str, str]]) -> "ir.Table":
    """The fields that rules can ask about: one that is not known is none that an item has."""
    return fields.filter(~reduce(or_, ((fields.source == source) & (fields.id == field) for source, field in mirrored)))
