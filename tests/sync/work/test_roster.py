"""Whose the accounts are, from a store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.records import Account, Batch
from mappings.load import load_people
from sync.store.apply import apply
from sync.store.database import connect
from sync.work.people import as_json, as_text, roster
from tests.sync.store.batches import pull

AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)
PEOPLE = """
teams: [{id: payments}]
bots: {github: [machine]}
people: [{id: octo, teams: [{payments: 2026-01-01}], accounts: {github: octo}}, {id: newcomer}]
"""


def test_who_is_known_who_may_be_and_who_is_nobodys(tmp_path: Path) -> None:
    names = ("octo", "newcomer", "machine", "quiet", "busy", "once")
    accounts = [Account(ref=f"github:account:{name}", source="github", name=name, kind="person") for name in names]
    deeds = [("octo", 1), ("machine", 1), ("quiet", 300), ("busy", 1), ("busy", 2), ("once", 3)]
    pulls = [
        pull(number, author=f"github:account:{name}", created_at=at, updated_at=at)
        for number, (name, days) in enumerate(deeds, start=1)
        if (at := AS_OF - timedelta(days=days))
    ]
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    apply(engine, Batch(source="github", records=(*accounts, *pulls), read_at=AS_OF))
    found = roster(engine, people=load_people(PEOPLE, "people.yaml"), as_of=AS_OF, day=AS_OF.date())
    engine.dispose()
    assert [(each.person, each.teams, [account.name for account in each.accounts]) for each in found.known] == [
        ("octo", ("payments",), ["octo"]),
        ("newcomer", (), []),
    ]
    assert [(each.person, each.account.name) for each in found.suggested] == [("newcomer", "newcomer")]
    assert [(each.account.name, str(each.last_on)) for each in found.unknown] == [
        ("busy", "2026-11-19"),
        ("once", "2026-11-17"),
    ]
    assert "  github: busy (busy), last on 2026-11-19" in as_text(found).splitlines()
    assert '"last_on": "2026-11-19"' in as_json(found)
