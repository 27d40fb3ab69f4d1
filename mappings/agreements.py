"""What a team and operations agreed on: kinds of finding that the team is not asked about, and numbers of its own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from mappings.limits import Limits
from mappings.model import Fault, Model

Kind: TypeAlias = Annotated[str, Field(pattern=r"^M(0[1-9]|[123][0-9]|40)$")]


class Agreement(Model):
    """Holds from its day on, until the team's next one; findings that the team owns are judged by it."""

    team: str = Field(min_length=1)
    from_on: date | None = Field(default=None, alias="from")
    reason: str = Field(min_length=1)
    without: tuple[Kind, ...] = ()  #: kinds of finding that the team is not asked about; counted, never hidden
    limits: Limits = Limits()  #: in the place of those that hold for everybody


def agreement_faults(entries: Iterator[tuple[Any, Mapping[str, Any]]]) -> Iterator[Fault]:
    """One fault for each agreement that begins on the day of an earlier one of the team."""
    seen: set[Any] = set()
    for path, entry in entries:
        name = entry.get("team"), entry.get("from")
        if not isinstance(name[0], str) or not isinstance(name[1], date | None):
            continue
        if name in seen:
            yield Fault((*path, "team"), f"two agreements of '{name[0]}' begin on one day", "put them into one")
        seen.add(name)


def agreements_on(agreements: Sequence[Agreement], day: date) -> list[Agreement]:
    """The one in force for each team on this day, by team."""
    begun = [each for each in agreements if (each.from_on or date.min) <= day]
    latest = {each.team: each for each in sorted(begun, key=lambda each: each.from_on or date.min)}
    return [latest[team] for team in sorted(latest)]
