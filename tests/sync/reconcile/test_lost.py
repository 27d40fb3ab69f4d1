"""What is out of sight stands still: it is named, it ages no more, and nothing is found in it."""

from zoneinfo import ZoneInfo

import pytest

from sync.reconcile.lost import lost_places, place_of
from sync.reconcile.notes import notes
from sync.reconcile.periods import period
from sync.snapshot import Snapshot
from tests.builders import table
from tests.sync.reconcile.flows import flow_of, snapshot, told

AS_OF = "2024-03-20T09:00Z"
GONE = {"key": "PAY", "lost_us": "2024-03-10T09:00Z"}


@pytest.mark.parametrize(
    ("ref", "key", "place"),
    [
        ("jira:issue:1", "PAY-12", ("jira", "PAY")),
        ("github:pull_request:1", "acme/shop-2#7", ("github", "acme/shop-2")),
        ("jira:project:1", "PAY", ("jira", "PAY")),
        ("github:repository:1", "acme/shop-2", ("github", "acme/shop-2")),
    ],
)
def test_where_a_record_lies(ref: str, key: str, place: tuple[str, str]) -> None:
    assert place_of(ref, key) == place


def test_only_what_is_lost_is_out_of_sight() -> None:
    assert lost_places(known()) == {("jira", "PAY")}


def test_an_item_knows_since_when_nobody_sees_it() -> None:
    items = {key: told("A 2024-03-05T09:00Z", created="2024-03-04T09:00Z") for key in ("PAY-1", "WEB-1")}
    flowed = flow_of(items, as_of=AS_OF, lost={"PAY": GONE["lost_us"]})
    assert {key: row["lost_us"] is not None for key, row in flowed.items()} == {"PAY-1": True, "WEB-1": False}


def test_the_small_print_names_it_and_what_to_do() -> None:
    said = notes(known(), table({"flags": "array<string>"}, []), period("2024-W11", zone=ZoneInfo("UTC")))
    assert said == (
        "PAY of jira is not to be seen since 2024-03-10 09:00 UTC: its figures stand still since then, and nothing is "
        "found in it. Give the account its permission back, or leave it out of fingerpost.yaml.",
    )


def known() -> Snapshot:
    return snapshot(as_of=AS_OF, projects=[GONE, {"key": "WEB"}], repositories=[{"name": "acme/shop"}])
