"""What a mirror is to show, what it shows, and which changes were our own writing. Pure."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from connectors.records import Change
from connectors.source import Mirror, Writing


def label_writings(
    *, ref: str, key: str, labels: Sequence[str], objective: str | None, prefix: str
) -> Iterator[Writing]:
    """What makes the item's labels show just this objective. A label that does not begin with the prefix stays.

    To GitHub two labels are one whatever their case: the one that is there is the one that shows.
    """
    wanted = None if objective is None else prefix + objective
    ours = [label for label in labels if label.startswith(prefix) and not same(label, wanted)]
    missing = [wanted] if wanted and not any(same(label, wanted) for label in labels) else []
    for remove, add in zip_longest(ours, missing):
        yield Writing(ref=ref, key=key, remove=remove, add=add)


def still_lacking(writing: Writing, labels: Sequence[str]) -> Writing:
    """What of the writing the labels do not show yet."""
    remove = next((label for label in labels if same(label, writing.remove)), None)
    is_there = any(same(label, writing.add) for label in labels)
    return Writing(ref=writing.ref, key=writing.key, remove=remove, add=None if is_there else writing.add)


def same(label: str, other: str | None) -> bool:
    return other is not None and label.casefold() == other.casefold()


def mirrors(mirror: Mirror, change: Change) -> bool:
    """Whether it was to the mirror: GitHub tells of each label that comes or goes by itself."""
    if mirror.field:
        return change.field_id == mirror.field.rpartition("/")[2]
    label, prefix = change.to_text or change.from_text or "", mirror.label_prefix
    return change.field == "labels" and prefix is not None and label.startswith(prefix)
