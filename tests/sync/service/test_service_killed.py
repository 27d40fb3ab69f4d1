"""kill -9 at random under load: whatever was answered with 202 is in the store, and the store ends as the twin is."""

import os
import random
import threading
import time
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from connectors.twin import github_edits as edits
from connectors.twin.company import company
from connectors.twin.github_hooks import Delivery
from sync.store.database import connect
from sync.store.tables import DELIVERIES, WORK_ITEMS
from tests.stage import Place, Stage, furnished, staged
from tests.sync.service.inbox import DEV, SECRET
from tests.sync.service.test_serve import SERVICE, Served, started

SOAK = "FINGERPOST_SOAK" in os.environ
KILLS = 20 if SOAK else 1
MOST_ANSWERS = 200  # that a service gives before it is killed


class Load:
    """Edits issues, tells the service of it, and remembers what was answered with 202."""

    def __init__(self, stage: Stage) -> None:
        self.host = stage.company.github
        self.issues = [issue for repository in self.host.repositories for issue in repository["issues"]][:5]
        self.answered: set[str] = set()
        self.titles: dict[str, str] = {}
        self._numbers = count(1)

    def press(self, served: Served, *, until: threading.Event) -> None:
        with httpx.Client(timeout=5) as client:
            while not until.is_set():
                ref, told = self.edit()
                try:
                    sent = client.post(f"{served.url}/hooks/github", content=told.body, headers=told.headers(SECRET))
                except httpx.HTTPError:
                    del self.titles[ref]  # it was killed: what nobody answered is for the next poll
                    return
                assert sent.status_code == 202
                self.answered.add(told.guid)

    def edit(self) -> tuple[str, Delivery]:
        """The ref of an issue that has another title now, and what GitHub tells of it."""
        number = next(self._numbers)
        issue = self.issues[number % len(self.issues)]
        at, title = f"2026-11-20T17:{number // 60 % 60:02}:{number % 60:02}Z", f"Title {number}"
        edits.edit(self.host, issue, at=at, by=DEV, title=title)
        ref = f"github:issue:{issue['id']}"
        self.titles[ref] = title
        return ref, self.host.deliveries[-1]


def lived_and_killed(place: Place, load: Load, stage: Stage, *, answers: int) -> None:
    """A service that is killed once it has answered that often, wherever it then is."""
    served, is_over, wanted = started(place, stage), threading.Event(), len(load.answered) + answers
    pressing = threading.Thread(target=load.press, args=(served,), kwargs={"until": is_over})
    pressing.start()
    while len(load.answered) < wanted and pressing.is_alive():
        time.sleep(0.001)
    served.process.kill()
    is_over.set()
    pressing.join()
    served.process.communicate()


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 16)] if SOAK else [1],
)
def test_nothing_that_was_answered_is_lost_however_often_it_is_killed(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    with staged(company(seed=4, size=60)) as stage:
        place, load = furnished(tmp_path, stage), Load(stage)
        path = tmp_path / "fingerpost.yaml"
        path.write_text(path.read_text() + SERVICE)
        place.environment["HOOK"] = SECRET
        for _ in range(KILLS):
            lived_and_killed(place, load, stage, answers=moments.randint(1, MOST_ANSWERS))
        served = started(place, stage)
        engine = connect(f"sqlite:///{tmp_path}/fingerpost.db")

        def told() -> tuple[set[str], set[str], dict[str, str]]:
            """The ids of all deliveries, of those that wait, and the titles of the issues that were edited."""
            with engine.begin() as connection:
                states = dict(connection.execute(select(DELIVERIES.c.id, DELIVERIES.c.state)).all())
                titles = dict(connection.execute(select(WORK_ITEMS.c.ref, WORK_ITEMS.c.title)).all())
            waiting = {identity for identity, state in states.items() if state != "done"}
            return set(states), waiting, {ref: titles.get(ref, "") for ref in load.titles}

        served.until(lambda: not told()[1] and told()[2] == load.titles)
        served.process.kill()
        served.process.communicate()
        ids, _, _ = told()
        assert load.answered
        assert load.answered <= ids
        engine.dispose()
