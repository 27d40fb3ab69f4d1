"""Who is behind pull requests: for working hours, and for the least size of a group. It is never shown."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from mappings.people import People, accounts_of, team_of_accounts
from sync.reconcile.periods import day_of, instant
from sync.reconcile.pull_requests.population import Member, Pull
from sync.reconcile.working_time import STANDARD, WorkingTime, team_windows

if TYPE_CHECKING:
    import ibis.expr.types as ir

WorkingTimeOf: TypeAlias = Callable[[Pull, int, int], int]  #: of a pull request's author, between two instants


@dataclass(frozen=True, kw_only=True)
class Authors:
    people: People
    persons: Mapping[str, str]  #: by account, who the people file says it is
    teams: Mapping[str, str]  #: by account

    def person(self, account: str | None) -> str | None:
        """The same for every account of one person; deleted users are one."""
        return None if account is None else self.persons.get(account, account)

    def count(self, members: Iterable[Member]) -> Counter[str | None]:
        """How many of these each person opened."""
        return Counter(self.person(each.pull.author) for each in members)

    def merged(self, counts: Mapping[str, int]) -> Counter[str | None]:
        """Counts by account as counts by person."""
        found: Counter[str | None] = Counter()
        for account, count in counts.items():
            found[self.person(account)] += count
        return found

    def working_time(self, pulls: Iterable[Pull], *, zone: ZoneInfo) -> WorkingTimeOf:
        """The working time between two instants by the hours of the author's team (§1.7)."""
        times = [us for pull in pulls for us in (pull.ready_us, pull.merged_us) if us is not None]
        since, until = (self._day(pick(times, default=0), zone) for pick in (min, max))
        windows = team_windows(self.people, zone=zone, since=since, until=until)
        hours = {team: WorkingTime(told) for team, told in windows.items()}

        def between(pull: Pull, start_us: int, end_us: int) -> int:
            return hours[self.teams.get(pull.author or "", STANDARD)].between(start_us, end_us)

        return between

    @staticmethod
    def _day(us: int, zone: ZoneInfo) -> date:
        return day_of(instant(us), zone=zone)


def authors(accounts: "ir.Table", people: People, *, day: date) -> Authors:
    persons = accounts_of(accounts, people).to_pyarrow()
    teams = team_of_accounts(accounts, people, day).to_pyarrow()
    return Authors(
        people=people,
        persons=dict(zip(persons["ref"].to_pylist(), persons["person"].to_pylist(), strict=True)),
        teams=dict(zip(teams["ref"].to_pylist(), teams["team"].to_pylist(), strict=True)),
    )
