"""The preview as JSON: versioned, keys in the order of the model, so the same preview gives the same bytes."""

import msgspec

from sync.report.preview.model import Preview


def render(preview: Preview) -> str:
    """Indented JSON with a final newline; instants are RFC 3339 in UTC."""
    return msgspec.json.format(msgspec.json.encode(preview, order="deterministic"), indent=2).decode() + "\n"
