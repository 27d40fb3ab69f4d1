"""The report as JSON: versioned, keys in the order of the model, so the same report gives the same bytes."""

import msgspec

from sync.report.model import Report


def render(report: Report) -> str:
    """Indented JSON with a final newline; instants are RFC 3339 in UTC."""
    return msgspec.json.format(msgspec.json.encode(report, order="deterministic"), indent=2).decode() + "\n"


def read(text: str | bytes) -> Report:
    """The report that `render` wrote; msgspec.ValidationError where it is none of this version."""
    return msgspec.json.decode(text, type=Report)
