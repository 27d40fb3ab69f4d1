"""Where the real records and the vendors' documents lie, for tests that read them in place."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FINGERPOST_SHARED", Path(__file__).resolve().parents[4] / "shared"))


def shared(*parts: str) -> Path:
    """The file or folder, or a skip with the reason."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs the real records: {path} is absent")
    return path
