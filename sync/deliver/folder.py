"""Clears a folder of reports of those that are too old; nothing else in it is touched."""

import re
from datetime import UTC, datetime
from pathlib import Path

_NAME = re.compile(r".+-as-of-(\d{8}T\d{6})Z\.\w+")


def clear(folder: Path, *, before: datetime) -> int:
    """How many files went, by the instant in their names; what is called `latest` stays."""
    named = [(path, _NAME.fullmatch(path.name)) for path in sorted(folder.glob("*-as-of-*"))]
    old = [path for path, found in named if found and _at(found[1]) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _at(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
