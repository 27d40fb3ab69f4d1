"""The dashboard on a small store: two items, a map, and two reports that were published."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter
from msgspec.structs import replace
from sqlalchemy import Engine

from sync.config import Config
from sync.report import json
from sync.report.model import Report
from sync.store import reports
from sync.store.apply import apply
from sync.store.memory import record_pass
from sync.store.reports import Published
from sync.web.dashboard import dashboard
from sync.web.shelf import Shelf
from sync.work.current_files import CurrentFiles
from sync.work.desk import Desk
from sync.work.reckoner import Ended, Reckoner
from tests import forks
from tests.clocks import FakeClock
from tests.sync.report.sample import masthead, sample
from tests.sync.report.sample_views import full
from tests.sync.store.batches import batch, item, pull, status
from tests.sync.web.stage import ENVIRONMENT, TOKENS, Site, site

FILES = {
    "strategy.yaml": """\
objectives:
  - id: checkout
    name: Faster checkout
    owner: payments
    measures: [{id: conversion, unit: "%", baseline: 2.1, target: 3.0, readings: [{on: 2026-11-01, value: 2.4}]}]
  - {id: search, name: Better search}
""",
    "mappings.yaml": "rules:\n  - {id: cart, when: {labels: cart}, objective: checkout}\n",
}
LATEST, EARLIER = "a" * 64, "b" * 64  #: digests of the reports
UNTIL = datetime(2026, 3, 9, tzinfo=UTC)  #: up to which the sources are known


@dataclass(frozen=True, kw_only=True)
class Board:
    """What is asked."""

    site: Site
    desk: Desk
    shelf: Shelf
    folder: Path

    def get(self, path: str, *, token: str = "R", page: bool = True) -> httpx.Response:
        """A page, or JSON, as whoever has this token gets it."""
        accept = "text/html" if page else "application/json"
        return self.site.ask("GET", path, headers={"authorization": f"Bearer {token}-token", "accept": accept})

    def post(self, path: str, *, token: str = "K", **parts: Any) -> httpx.Response:
        """What comes of posting this with a token."""
        return self.site.ask("POST", path, headers={"authorization": f"Bearer {token}-token"}, **parts)

    def make(self) -> None:
        """What was asked for is made, by commands in processes of their own."""
        self.desk.reckoner.make()


def published(digest: str, *, week: str) -> Report:
    """An invented report, its findings' ids as long as such are."""
    made = replace(full() if digest == LATEST else sample(), masthead=masthead(digest=digest, period=week))
    return json.read(re.sub(r'"(\d{10})"', r'"00\1"', json.render(made)))


@contextmanager
def board(folder: Path, *, more: str = "") -> Iterator[Board]:
    """The dashboard, with a token for each role."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    shelves: list[tuple[Desk, Shelf]] = []

    def pages(engine: Engine, clock: FakeClock, current: Callable[[], Config]) -> Sequence[APIRouter]:
        _fill(engine, clock)
        files = CurrentFiles(current, folder=folder, engine=engine)
        reckoner = Reckoner(engine, clock=clock, run=lambda arguments: _run(arguments, folder))
        desk = Desk(engine=engine, clock=clock, current=current, files=files, reckoner=reckoner)
        shelves.append((desk, Shelf(desk)))
        return dashboard(*shelves[0])

    with site(folder, more=TOKENS + more, pages=pages) as made:
        [(desk, shelf)] = shelves
        yield Board(site=made, desk=desk, shelf=shelf, folder=folder)


def _fill(engine: Engine, clock: FakeClock) -> None:
    items = (
        item(1, title="Tidy the basket", labels=("cart",)),
        status(3, name="Doing", category="active"),
        item(2, title="Tidy the shelf", status="Doing", status_id="3"),
        item(3, title="Tidy the till"),
    )
    apply(engine, batch(*items, pull(7, title="PAY-1: quicker", head="pay-1-basket"), read=10))
    for source in ("jira", "github"):
        record_pass(engine, source, type=source, complete_at=UNTIL)
    for digest, week in ((LATEST, "2026-W46"), (EARLIER, "2026-W45")):
        made = published(digest, week=week)
        kept = Published(digest, week, made.masthead.as_of, clock.now())
        reports.keep(engine, kept, json.render(made).encode())


def _run(arguments: Sequence[str], folder: Path) -> Ended:
    done = forks.fingerpost(arguments, folder=folder, environment=ENVIRONMENT)
    return Ended(done.returncode, done.stdout.encode(), done.stderr)
