"""Everything that was seen stands in one account, once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mappings.links import LINKS
from mappings.tag import TAGS
from sync.reconcile.balance import Balance, UnbalancedError, balances, link_lines
from sync.snapshot import Snapshot
from tests.builders import ref_of, table, tables


def snapshot(**rows: list[dict[str, Any]]) -> Snapshot:
    return Snapshot(as_of=datetime(2026, 11, 16, tzinfo=UTC), digest="", tables=tables(**rows))


ITEMS = {"work_items": [{"key": f"PAY-{n}"} for n in range(4)]}


def tag(key: str, outcome: str, objective: str | None = None) -> dict[str, Any]:
    return {"ref": ref_of(key), "kind": "work_item", "outcome": outcome, "objective": objective}


TAGGED = [tag("PAY-0", "tagged", "a"), tag("PAY-0", "tagged", "b"), tag("PAY-1", "exempt"), tag("PAY-2", "untagged")]


def test_seen_is_tagged_and_exempt_and_untagged_and_unknown() -> None:
    items, pulls = balances(snapshot(**ITEMS), table(TAGS, [*TAGGED, tag("PAY-3", "unknown")]))
    assert items == Balance(kind="work_item", seen=4, tagged=1, exempt=1, untagged=1, unknown=1)
    assert pulls == Balance(kind="pull_request", seen=0, tagged=0, exempt=0, untagged=0, unknown=0)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param([], id="one was lost"),
        pytest.param([tag("PAY-3", "exempt"), tag("PAY-3", "untagged")], id="one counts twice"),
        pytest.param([tag("PAY-2", "exempt")], id="one counts twice for another that was lost"),
        pytest.param([tag("PAY-9", "exempt")], id="one was never seen"),
        pytest.param([tag("PAY-3", "elsewhere")], id="an outcome that is none"),
    ],
)
def test_an_account_that_does_not_add_up_is_refused(last: list[dict[str, Any]]) -> None:
    with pytest.raises(UnbalancedError, match="work_item: 4 seen"):
        balances(snapshot(**ITEMS), table(TAGS, [*TAGGED, *last]))


def test_every_pull_request_stands_in_one_line() -> None:
    merged = {"merged_us": "2026-11-01T00:00Z"}
    pulls = [{"key": f"acme/shop#{n}", **merged} for n in range(6)]
    pulls += [{"key": "acme/shop#6"}, {"key": "acme/shop#7", "state": "closed"}]
    pulls[0]["author"] = "github:account:robot"
    robot = {"ref": "github:account:robot", "kind": "bot"}
    found = snapshot(pull_requests=pulls, accounts=[robot])

    def link(number: int, outcome: str, kind: str = "implements") -> dict[str, Any]:
        return {"item_ref": ref_of(f"acme/shop#{number}", kind="pull_request"), "class": kind, "outcome": outcome}

    links = [link(0, "resolved"), link(1, "unread_project"), link(1, "resolved"), link(2, "no_such_item")]
    links += [link(2, "unread_project"), link(3, "no_such_item"), link(4, "resolved", "mentions")]
    counts = {line.id: line.count for line in link_lines(found, table(LINKS, links))}
    assert counts == {
        "bot": 1,
        "resolved": 1,
        "unread_project": 1,
        "no_such_item": 1,
        "no_key_merged": 2,
        "no_key_open": 1,
        "no_key_closed": 1,
    }
