import os
from collections.abc import Callable
from pathlib import Path

import pytest

EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture
def as_expected() -> Callable[[str, str], None]:
    """Asserts that a text is the one kept under this name; FINGERPOST_UPDATE_EXPECTED=1 keeps the new one instead."""

    def check(name: str, text: str) -> None:
        kept = EXPECTED / name
        if os.environ.get("FINGERPOST_UPDATE_EXPECTED") == "1":
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(text, encoding="utf-8")
        assert text == kept.read_text(encoding="utf-8")

    return check
