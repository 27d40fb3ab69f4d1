"""Whatever happens at the sources and to us, in whatever order: in the end we hold what they say, and mean the same."""

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from sync.report import json as report_json
from sync.work.reporting import meaning, report
from tests.sync.deliveries import standing
from tests.sync.happenings import AT_GITHUB, AT_JIRA
from tests.sync.world import LEASE_OVER_S, SOURCES, World, world

SOAK = "FINGERPOST_SOAK" in os.environ
WORDS = [*AT_GITHUB, *(f"jira {word}" for word in AT_JIRA)]
NUMBER, NAME = st.integers(0, 9), st.sampled_from(SOURCES)


def known(of: World) -> dict[str, Any]:
    """Every fact that stands, and what it means: links and tags, by the map of the day."""
    facts = {name: rows for name, rows in standing(of.engine).items() if name != "labels"}  # GitHub's: read once a day
    meant = meaning(of.engine, config=of.config, files=of.files, as_of=of.clock.now())
    told = {"links": meant.links, "tags": meant.tags}
    facts |= {name: sorted(map(repr, table.to_pyarrow().to_pylist())) for name, table in told.items()}
    return facts | ({"report": reported(of)} if SOAK else {})


def reported(of: World) -> Any:
    """The report, but for when the sources were read, which is not the same."""
    made = report(of.engine, config=of.config, files=of.files, as_of=of.clock.now(), period=None)
    return {name: told for name, told in json.loads(report_json.render(made)).items() if name != "masthead"}


class Following(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="fp-world-"))
        self.world = self._stack.enter_context(world(Path(folder)))

    @rule(word=st.sampled_from(WORDS), number=NUMBER)
    def something_happens(self, word: str, number: int) -> None:
        self.world.clock.wind(61)
        self.world.happen(word, number)

    @rule(word=st.sampled_from(WORDS), number=NUMBER)
    def two_things_happen_at_once(self, word: str, number: int) -> None:
        self.world.happen(word, number)
        self.world.happen(word, number + 1)

    @rule(name=NAME, broken_off=st.booleans())
    def we_poll(self, name: str, broken_off: bool) -> None:
        assert self.world.poll(name, broken_off=broken_off) in ("complete", "incomplete")

    @precondition(lambda self: any(self.world.under_way.values()))
    @rule(seed=NUMBER)
    def webhooks_arrive(self, seed: int) -> None:
        for name in SOURCES:
            self.world.deliver(name, seed=seed)

    @precondition(lambda self: any(self.world.under_way.values()))
    @rule(number=NUMBER)
    def webhooks_are_lost(self, number: int) -> None:
        for name in SOURCES:
            del self.world.under_way[name][: number + 1]

    @precondition(lambda self: any(self.world.under_way.values()))
    @rule()
    def somebody_forges_webhooks(self) -> None:
        before = standing(self.world.engine)
        words = {outcome.word for name in SOURCES for outcome in self.world.forge(name)}
        assert words == {"refused"}
        assert standing(self.world.engine) == before

    @rule(name=NAME, statements=st.integers(0, 60))
    def we_crash_while_polling(self, name: str, statements: int) -> None:
        with self.world.mortal.after(statements):
            self.world.poll(name)
        self.world.clock.wind(LEASE_OVER_S)

    @precondition(lambda self: any(self.world.under_way.values()))
    @rule(name=NAME, statements=st.integers(0, 25), seed=NUMBER)
    def we_crash_while_taking_webhooks(self, name: str, statements: int, seed: int) -> None:
        with self.world.mortal.after(statements):
            self.world.deliver(name, seed=seed)

    @rule(number=NUMBER)
    def the_map_is_edited(self, number: int) -> None:
        self.world.draw(number)

    @rule(hours=st.integers(1, 80))
    def time_passes(self, hours: int) -> None:
        self.world.clock.wind(3600 * hours)

    def teardown(self) -> None:
        with self._stack:
            self.world.settle()
            with self.world.afresh() as fresh:
                assert known(self.world) == known(fresh)


#: A failure is made small only in the soak, which has the minutes for it.
SHORT = settings(
    max_examples=2,
    stateful_step_count=12,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=300, stateful_step_count=50, phases=[Phase.generate, Phase.shrink])


class TestInTheEnd(Following.TestCase):  # type: ignore[name-defined, misc]
    settings = SHORT


@pytest.mark.soak
class TestInTheEndAtLength(Following.TestCase):  # type: ignore[name-defined, misc]
    settings = LONG
