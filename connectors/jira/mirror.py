"""What a mirror shows, and what is to change so that it shows an objective: pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.errors import Refused
from connectors.records import Change
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


def mirrors(mirror: Mirror, change: Change) -> bool:
    """Whether it was to the mirror alone: Jira tells of all labels at once."""
    if mirror.field is not None:
        return change.field_id == mirror.field
    moved = set((change.from_text or "").split()) ^ set((change.to_text or "").split())
    return change.field == LABELS and bool(moved) and all(one.startswith(mirror.label_prefix or "") for one in moved)
