"""The difference as JSON: versioned, keys in the order of the model, so the same difference gives the same bytes."""

import msgspec

from sync.report.diff.model import Diff


def render(diff: Diff) -> str:
    """Indented JSON with a final newline; instants are RFC 3339 in UTC."""
    return msgspec.json.format(msgspec.json.encode(diff, order="deterministic"), indent=2).decode() + "\n"
