from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from sync.store.rows import epoch_us, rows_of
from sync.store.tables import CHANGES, WORK_ITEMS
from tests.sync.store.batches import at, batch, change, history, item


@pytest.mark.parametrize(
    ("instant", "us"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=1))), 1772409600000000),
        (datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), -1),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 253402300799999999),
    ],
)
def test_an_instant_is_exact_to_the_microsecond(instant: datetime, us: int) -> None:
    assert epoch_us(instant) == us


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        epoch_us(datetime(2026, 3, 2))  # noqa: DTZ001


def test_a_work_item_as_a_row() -> None:
    record = item(1, updated=5, labels=("cart", "größe"), due_on=date(2026, 4, 1), points=0.5, flagged=True)
    [row] = rows_of(batch(record, read=7))[WORK_ITEMS]
    told = dict(zip(WORK_ITEMS.c.keys(), row, strict=True))
    assert (told["labels"], told["due_on"], told["points"], told["flagged"]) == (
        '["cart","größe"]',
        "2026-04-01",
        0.5,
        True,
    )
    assert (told["version_us"], told["read_us"], told["resolved_us"]) == (epoch_us(at(5)), epoch_us(at(7)), None)


def test_nul_is_left_out_wherever_it_stands() -> None:
    """apache/devlake#3564"""
    record = item(1, title="a\x00b", labels=("c\x00",), body="\x00")
    told = change(1, "1", to_text="d\x00e")
    rows = rows_of(batch(record, children=[history(1, told)]))
    assert [row[WORK_ITEMS.c.keys().index("title")] for row in rows[WORK_ITEMS]] == ["ab"]
    assert [row[CHANGES.c.keys().index("to_text")] for row in rows[CHANGES]] == ["de"]
    texts = [value for table in rows.values() for row in table for value in row if isinstance(value, str)]
    assert not [text for text in texts if "\x00" in text or "\\u0000" in text]


def test_a_text_that_only_spells_nul_is_kept() -> None:
    [row] = rows_of(batch(item(1, title="\\u0000")))[WORK_ITEMS]
    assert row[WORK_ITEMS.c.keys().index("title")] == "\\u0000"


def test_rows_come_sorted_by_key_and_each_key_once() -> None:
    older, newer = item(1, updated=1, title="older"), item(1, updated=2, title="newer")
    rows = rows_of(batch(item(3), newer, item(2), older))[WORK_ITEMS]
    assert [(row[0], row[8]) for row in rows] == [("jira:issue:1", "newer"), ("jira:issue:2", ""), ("jira:issue:3", "")]
