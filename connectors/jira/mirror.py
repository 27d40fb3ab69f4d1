"""What a mirror shows, and what is to change so that it shows an objective: pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from connectors.errors import Refused
from connectors.records import Batch, Change, ChildSet
from connectors.source import Mirror

LABELS = "labels"


def field_of(mirror: Mirror) -> str:
    """The id of the field that the mirror is, or is in."""
    return mirror.field or LABELS


def shown(value: object, mirror: Mirror) -> list[str]:
    """The texts of the field's value; of labels only those with the mirror's prefix."""
    listed = value if isinstance(value, list) else [value]
    texts = [one.get("value") or one.get("name") if isinstance(one, dict) else one for one in listed]
    return [str(text) for text in texts if text and str(text).startswith(mirror.label_prefix or "")]


def differences(held: list[str], objective: str | None, mirror: Mirror) -> Iterator[tuple[str | None, str | None]]:
    """What goes and what comes, pair by pair, until the mirror shows the objective and no other."""
    wanted = [f"{mirror.label_prefix or ''}{objective}"] if objective else []
    gone = [text for text in held if text not in wanted]
    come = [text for text in wanted if text not in held]
    for place in range(max(len(gone), len(come))):
        yield next(iter(gone[place:]), None), next(iter(come[place:]), None)


def value(text: str | None, *, field: str, meta: Mapping[str, Any]) -> Any:
    """The text as the field takes it. `meta`: what Jira says of editing the issue; `Refused` where it cannot be."""
    found = meta.get("fields", {}).get(field)
    if found is None:
        raise Refused(
            f"the issue does not let {field} be edited",
            hint="Put the field on the edit screen of the issue's type, or choose another.",
        )
    schema = found.get("schema", {})
    match schema.get("type"), schema.get("items"):
        case "string", _:
            return text
        case "option", _:
            return {"value": text} if text else None
        case "array", "string":
            return [text] if text else []
        case "array", "option":
            return [{"value": text}] if text else []
        case kind, _:
            raise Refused(f"{field} is a field of type {kind}", hint="Choose a text field or a select list.")


def marked(batch: Batch, *, mirror: Mirror, accounts: Collection[str]) -> Batch:
    """The batch, in which our own writings are known as such: done by one of our accounts, and to the mirror alone."""
    return replace(batch, children=tuple(_marked(rows, mirror, accounts) for rows in batch.children))


def _marked(rows: ChildSet, mirror: Mirror, accounts: Collection[str]) -> ChildSet:
    if rows.kind != "changes":
        return rows
    known = (replace(row, own=True) if is_own(row, mirror=mirror, accounts=accounts) else row for row in rows.rows)
    return replace(rows, rows=tuple(known))


def is_own(change: object, *, mirror: Mirror, accounts: Collection[str]) -> bool:
    """`accounts`: refs of those that were ever ours."""
    if not isinstance(change, Change) or change.author not in accounts:
        return False
    if mirror.field is not None:
        return change.field_id == mirror.field
    moved = set((change.from_text or "").split()) ^ set((change.to_text or "").split())
    return change.field == LABELS and bool(moved) and all(one.startswith(mirror.label_prefix or "") for one in moved)
