"""Reads the teams of the organisations that own the repositories, and who belongs to them, by the day."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Raw, Struct

from connectors.github import lists
from connectors.github.accounts import Accounts
from connectors.github.found import identity
from connectors.github.harvest import Harvest
from connectors.github.lists import Listing, Page
from connectors.github.owners import Owner, logins, owners
from connectors.github.parse import decode
from connectors.github.streams import Watched
from connectors.github.visit import Visit
from connectors.github.wire import Actor, Connection, Wire
from connectors.records import Batch, ChildSet, ItemRef, Member
from connectors.remembered import recalled, written

DAILY = timedelta(days=1)
TEAMS_AT_ONCE = 4  # lists of teams in a question, each a point
MEMBER = "role node { __typename id login }"
#: All who are in a team, by a team within it too: that is whom a review is asked of.
TEAM = f"__typename id slug members(first: 100) {{ pageInfo {{ hasNextPage }} nodes: edges {{ {MEMBER} }} }}"


class _Member(Wire):
    role: str | None = None
    node: Actor | None = None


class _Team(Actor):
    members: Connection[_Member] | None = None


class Memory(Struct, kw_only=True):
    """When each owner was last asked, and what those said who would not tell: no gap, for teams are an extra."""

    asked_at: dict[str, datetime] = {}  #: by the owner's name in small letters
    refused: dict[str, str] = {}  #: likewise
    teams: dict[str, tuple[str, ...]] = {}  #: likewise, ids of those that were shown when all were


class Teams:
    """Teams as accounts, and their members."""

    name = "teams"
    watched: tuple[Watched, ...] = ()
    kinds: tuple[str, ...] = ()

    async def batches(self, visit: Visit) -> AsyncIterator[Batch]:
        """The teams of every organisation that is due; each answer makes a batch, and the last one remembers."""
        memory = recalled(visit.remembered, Memory) or Memory()
        due = {login: one for login, one in logins(visit).items() if _is_due(login, memory, visit)}
        if not due:
            return
        memory.asked_at |= dict.fromkeys(due, visit.now)
        memory.refused = {login: why for login, why in memory.refused.items() if login not in due}
        found = {one.id: one for one in await owners(visit, list(due.values())) if one.typename == "Organization"}
        listings = [Listing(node=one, typename="Organization", connection="teams", row=TEAM) for one in found]
        shown: dict[str, list[str]] = {one: [] for one in found}
        async for pages in lists.read(visit.reader, listings, label="teams", at_once=TEAMS_AT_ONCE):
            harvest = Harvest(visit.source)
            for page in pages:
                owner = found[page.listing.node]
                await _take(visit, page, owner, memory, harvest)
                _call(page, shown, owner, memory, harvest)
            yield harvest.batch(now=visit.now)
        yield Harvest(visit.source).batch(now=visit.now, capabilities={self.name: written(memory)})

    async def fetch(self, refs: Sequence[ItemRef], visit: Visit) -> Batch:
        """Nothing but gaps: teams are not asked for one by one."""
        harvest = Harvest(visit.source)
        for ref in refs:
            harvest.miss(f"{visit.source} teams", "teams are read whole", ref=str(ref))
        return harvest.batch(now=visit.now)


def _is_due(login: str, memory: Memory, visit: Visit) -> bool:
    asked_at = memory.asked_at.get(login)
    return visit.renew or asked_at is None or visit.now - asked_at >= DAILY


async def _take(visit: Visit, page: Page, owner: Owner, memory: Memory, harvest: Harvest) -> None:
    """The teams of one page, with all their members."""
    if page.hidden and not page.rows:
        memory.refused[owner.login.lower()] = "; ".join(page.hidden)
        if page.failed:
            del memory.asked_at[owner.login.lower()]  # asked again by the next poll
        return
    stream = f"{owner.login} teams"
    teams = harvest.rows(page, _team, stream=stream, kind="account")
    members = {team.id: _Members.of(team) for team in teams}
    longer = [team.id for team in teams if team.members and team.members.longer]
    members |= await _read_again(visit, longer, harvest, stream=stream)
    for team in teams:
        harvest.children.append(members[team.id].child_set(team, harvest.accounts, at=page.at or visit.now))


def _call(page: Page, shown: dict[str, list[str]], owner: Owner, memory: Memory, harvest: Harvest) -> None:
    """At the end of an owner's list, those who were on it when it was last whole and no longer are have no members."""
    if page.hidden:
        shown.pop(owner.id, None)
    if owner.id not in shown:
        return
    shown[owner.id] += map(identity, page.rows)
    if page.cursor is None and page.at:
        known = memory.teams.get(owner.login.lower(), ())
        gone = sorted(set(known) - set(shown[owner.id]))
        harvest.children += [_nobody(f"{harvest.source}:account:{one}", page.at) for one in gone]
        memory.teams[owner.login.lower()] = tuple(shown[owner.id])


def _nobody(team_ref: str, at: datetime) -> ChildSet:
    return ChildSet(item_ref=team_ref, kind="members", version_at=at, complete=True, rows=())


@dataclass
class _Members:
    """The members of one team, and whether they are all."""

    rows: list[_Member]
    whole: bool

    @classmethod
    def of(cls, team: _Team) -> "_Members":
        shown = team.members
        return cls(rows=shown.rows if shown else [], whole=shown is not None and shown.whole)

    def child_set(self, team: _Team, accounts: Accounts, *, at: datetime) -> ChildSet:
        team_ref = str(accounts.ref(team))
        members = [
            Member(item_ref=team_ref, id=ref, role=row.role.lower() if row.role else None)
            for row in self.rows
            if (ref := accounts.ref(row.node))
        ]
        whole = self.whole and len(members) == len(self.rows)
        return ChildSet(item_ref=team_ref, kind="members", version_at=at, complete=whole, rows=tuple(members))


async def _read_again(visit: Visit, ids: Sequence[str], harvest: Harvest, *, stream: str) -> dict[str, _Members]:
    """The members of teams that have more than came with them."""
    read = {one: _Members(rows=[], whole=True) for one in ids}
    listings = [Listing(node=one, typename="Team", connection="members", row=MEMBER, rows="edges") for one in ids]
    async for pages in lists.read(visit.reader, listings, label="members"):
        for page in pages:
            members = read[page.listing.node]
            members.rows += harvest.rows(page, _member, stream=stream, kind="account")
            members.whole = members.whole and not page.hidden
    return read


def _team(raw: Raw, _: Accounts) -> _Team:
    return decode(raw, _Team)


def _member(raw: Raw, _: Accounts) -> _Member:
    return decode(raw, _Member)
