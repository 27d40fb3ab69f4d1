"""What stands in an address is read, or refused with a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sync.web.asked import AsOf, Period

AS_OF: TypeAdapter[Any] = TypeAdapter(AsOf)
PERIOD: TypeAdapter[Any] = TypeAdapter(Period)


def test_a_field_of_a_form_that_was_left_empty_asks_for_nothing() -> None:
    assert AS_OF.validate_python("") is None
    assert PERIOD.validate_python("") is None


def test_a_day_is_its_end_and_an_instant_is_read_in_its_zone() -> None:
    assert AS_OF.validate_python("2026-11-20") == datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
    assert AS_OF.validate_python("2026-11-20T18:00+01:00") == datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "text", "says"),
    [
        (AS_OF, "yesterday", "is no instant"),
        (AS_OF, "2026-11-20T18:00", "names no zone"),
        (PERIOD, "2026-W99", "is no period"),
        (PERIOD, "2026-11-02.." * 9, "at most 30"),
    ],
)
def test_what_cannot_be_read_is_refused(asked: TypeAdapter[Any], text: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        asked.validate_python(text)
