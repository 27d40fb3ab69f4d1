"""The page of the latest report is written before anybody asks for it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete

from sync.config import Config
from sync.report import json
from sync.store import reports
from sync.store.database import writing
from sync.store.reports import Published
from sync.store.tables import REPORTS
from sync.web.warmth import Warmth
from sync.work.desk import MOST_REPORTS
from tests.sync.web.board import EARLIER, LATEST, Board, board, published

PATIENCE_S = 30


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Board]:
    with board(tmp_path) as made:
        yield made


def forget(dashboard: Board) -> None:
    """The two reports are gone from the store, and out of mind for others that were read since."""
    for number in range(MOST_REPORTS):
        digest = f"{number:064x}"
        made = published(digest, week="2026-W44")
        kept = Published(digest, "2026-W44", made.masthead.as_of, dashboard.site.clock.now())
        reports.keep(dashboard.site.engine, kept, json.render(made).encode())
        dashboard.desk.report(digest)
    with writing(dashboard.site.engine) as connection:
        connection.execute(delete(REPORTS).where(REPORTS.c.digest.in_((LATEST, EARLIER))))


def test_the_latest_page_is_ready_without_being_asked_for(dashboard: Board) -> None:
    Warmth(dashboard.desk, dashboard.shelf).look()
    forget(dashboard)
    assert dashboard.get(f"/reports/{LATEST}").status_code == 200
    assert dashboard.get(f"/reports/{EARLIER}").status_code == 404


def test_where_nothing_was_published_nothing_is_written(dashboard: Board) -> None:
    with writing(dashboard.site.engine) as connection:
        connection.execute(delete(REPORTS))
    Warmth(dashboard.desk, dashboard.shelf).look()
    assert dashboard.get(f"/reports/{LATEST}").status_code == 404


def test_a_look_that_fails_is_not_the_last_one_and_the_end_is(dashboard: Board) -> None:
    looks, succeeded = count(), threading.Event()

    def current() -> Config:
        if next(looks) == 0:
            raise OSError("it cannot be read just now")
        succeeded.set()
        return dashboard.site.config

    with Warmth(replace(dashboard.desk, current=current), dashboard.shelf, every_s=0.001):
        assert succeeded.wait(PATIENCE_S)
    assert "warmth" not in {thread.name for thread in threading.enumerate()}
