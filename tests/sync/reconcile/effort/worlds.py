"""Small worlds for effort: people, what they did, and where their days went."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings.links import LINKS
from mappings.people import People
from mappings.rules import Mappings
from sync.reconcile.days import date_of
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.roster import UNIT, Window
from sync.reconcile.flow import flow
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, table
from tests.sync.reconcile.flows import WORKFLOW, categories, snapshot

AS_OF = "2024-03-25T00:00Z"
SINCE = date(2024, 3, 4)  #: a Monday

Row = dict[str, Any]
#: (person, day, key of what it went to) → person-days
Shares = dict[tuple[str, str, str], float]


@dataclass(frozen=True)
class World:
    """The rows of a snapshot by table, the people file, and the links of pull requests to items."""

    rows: dict[str, list[Row]]
    people: dict[str, Any] = field(default_factory=dict)
    links: list[Row] = field(default_factory=list)

    def __add__(self, other: "World") -> "World":
        """Both side by side."""
        names = self.rows.keys() | other.rows.keys()
        rows = {name: [*self.rows.get(name, []), *other.rows.get(name, [])] for name in names}
        lists = {name: [*self.people.get(name, []), *other.people.get(name, [])] for name in ("teams", "people")}
        return World(rows, lists, [*self.links, *other.links])


def account(name: str, source: str = "jira") -> str:
    return f"{source}:account:{name}"


def person(name: str, *, since: str = "2024-01-01", **more: Any) -> Row:
    """Somebody in the people file, in a team of their own unless told, with one account at each source."""
    teams = more.pop("teams", [{"crew": date.fromisoformat(since)}])
    return {"id": name, "accounts": {"jira": name, "github": name}, "teams": teams, **more}


def staffed(*people: Row, teams: list[Row] | None = None) -> World:
    """A company of these people."""
    crews = {"id": "crew"}
    accounts = [{"ref": account(each["id"], source)} for each in people for source in ("jira", "github")]
    return World({"accounts": accounts}, {"teams": teams if teams is not None else [crews], "people": list(people)})


def item(key: str, **more: Any) -> World:
    return World(
        {"work_items": [{"key": key, "level": 0, "status_id": "T", "created_us": "2024-01-02T09:00Z", **more}]}
    )


def epic(key: str, **more: Any) -> World:
    return item(key, level=1, **more)


def under(parent: str) -> Row:
    return {"parent_ref": ref_of(parent)}


def comment(who: str, key: str, at: str) -> World:
    """Coordination on an item."""
    row = {"item_ref": ref_of(key), "id": f"{who} {key} {at}", "author": account(who), "created_us": at}
    return World({"comments": [row]})


def pull(key: str, *serves: str, by: str, at: str = "2024-01-03T09:00Z", **more: Any) -> World:
    """A pull request; by whom and when it was opened."""
    ref = ref_of(key, kind="pull_request")
    links = [_link(ref, served) for served in serves]
    rows = {"pull_requests": [{"key": key, "author": account(by, "github"), "created_us": at, **more}]}
    return World(rows, {}, links)


def _link(ref: str, key: str) -> Row:
    return {
        "item_ref": ref,
        "to_ref": ref_of(key),
        "to_key": key,
        "class": "implements",
        "place": "title",
        "outcome": "resolved",
    }


def commit(who: str, key: str, at: str, *co_authors: str, sha: str = "") -> World:
    row = {
        "item_ref": ref_of(key, kind="pull_request"),
        "sha": sha or f"{who} {key} {at}",
        "author": account(who, "github"),
        "authored_us": at,
        "co_authors": [account(each, "github") for each in co_authors],
    }
    return World({"commits": [row]})


def review(who: str, key: str, at: str) -> World:
    row = {
        "item_ref": ref_of(key, kind="pull_request"),
        "id": f"{who} {at}",
        "author": account(who, "github"),
        "submitted_us": at,
        "state": "commented",
    }
    return World({"reviews": [row]})


def worklog(who: str, key: str, at: str, minutes: int, *, identity: str = "") -> World:
    row = {
        "ref": identity or f"jira:worklog:{who} {key} {at} {minutes}",
        "source": "jira",
        "item_ref": ref_of(key),
        "author": account(who),
        "started_us": at,
        "spent_s": 60 * minutes,
    }
    return World({"worklogs": [row]})


def change(who: str, key: str, field: str, before: str | None, after: str | None, at: str, **more: Any) -> World:
    sides = {"from_id": before, "from_text": before, "to_id": after, "to_text": after}
    row = {"id": "1", "index": 0, "at_us": at, "author": account(who), "field": field, **sides}
    return World({"changes": [{"item_ref": ref_of(key), **row, **more}]})


def code(who: str, key: str, at: str) -> World:
    """A commit that serves the item, in a pull request that another person opened long before."""
    number = f"acme/{who}-{key}-{''.join(sign for sign in at if sign.isalnum())}#1".lower()
    return pull(number, key, by="nobody") + commit(who, number, at)


def reviewed(who: str, key: str, at: str) -> World:
    number = f"acme/{who}-{key}-{''.join(sign for sign in at if sign.isalnum())}#2".lower()
    return pull(number, key, by="nobody") + review(who, number, at)


def facts(world: World, *, as_of: str = AS_OF) -> Snapshot:
    return snapshot(as_of=as_of, **world.rows)


def ledger(
    world: World,
    *,
    as_of: str = AS_OF,
    since: date = SINCE,
    zone: str = "UTC",
    thresholds: Thresholds | None = None,
) -> Ledger:
    known = facts(world, as_of=as_of)
    projects = {row["key"].rsplit("-", 1)[0] for row in world.rows.get("work_items", []) if "#" not in row["key"]}
    told = categories(dict.fromkeys(sorted(projects), WORKFLOW))
    links = table(LINKS, world.links)
    settings = thresholds or Thresholds()
    return Ledger(
        snapshot=known,
        flow=flow(known, links=links, status_categories=told, thresholds=settings),
        links=links,
        people=People.model_validate(read(world.people)),
        mappings=Mappings(),
        thresholds=settings,
        zone=ZoneInfo(zone),
        window=Window(since, datetime.fromisoformat(as_of)),
    )


def shares(told: Ledger) -> Shares:
    """Who spent what on which day on what."""
    named = told.split.shares.inner_join(told.subjects.numbers, "subject")
    rows = named.group_by("person", "day", "ref").agg(effort=named.effort.sum()).to_pyarrow().to_pylist()
    return {
        (told.capacity.roster.ids[row["person"]], str(date_of(row["day"])), key_of(row["ref"])): row["effort"] / UNIT
        for row in rows
    }


def unseen(told: Ledger) -> dict[tuple[str, str], float]:
    """(person, day) → what of their capacity nothing tells of."""
    rows = told.split.unseen.to_pyarrow().to_pylist()
    names = told.capacity.roster.ids
    return {(names[row["person"]], str(date_of(row["day"]))): row["effort"] / UNIT for row in rows}


def read(value: Any) -> Any:
    """As the loader of user files hands it over: lists as tuples."""
    if isinstance(value, dict):
        return {key: read(each) for key, each in value.items()}
    return tuple(map(read, value)) if isinstance(value, list) else value


def key_of(ref: str) -> str:
    return ref.split(":", 2)[2]
