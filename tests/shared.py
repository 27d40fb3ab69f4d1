"""Where the real records are: in a folder `shared` beside the checkout, or where FINGERPOST_SHARED says."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("FINGERPOST_SHARED") or Path(__file__).parents[1].parent / "shared")


def shared(name: str) -> Path:
    """The file or folder of this name; skips the test where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs {name} of the real records, which are not beside this checkout")
    return path
