"""Findings that somebody accepts for now: which, why, in what role, and until when."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mappings.model import Model, UserFile


def _identity(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{12}", text):
        raise ValueError(f"'{text}' names no finding; its id is twelve hex digits, as the report prints it")
    return text


class Acknowledgement(Model):
    """One accepted finding."""

    finding: Annotated[str, AfterValidator(_identity)] = Field(description="its id, as the report prints it")
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1, description="a team or a role, never a person")
    on: date | None = Field(None, description="the first day; before it the report says what it said then")
    until: date = Field(description="the last day, in the zone of the report")
    severity: Literal["critical", "high", "medium", "low"] = Field(description="accepted so grave, and no graver")


class Acknowledgements(UserFile):
    """All of them; of two of one finding the later in the file counts."""

    acks: tuple[Acknowledgement, ...] = ()

    def on(self, day: date) -> dict[str, Acknowledgement]:
        """By finding, the one that counts of those made up to this day."""
        return {each.finding: each for each in self.acks if each.on is None or each.on <= day}
