"""What is planted in the invented company is found, and what only looks like it is not: precision and recall."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import pytest

from connectors.twin.company import company
from mappings.statuses import categories
from sync.reconcile import judged
from sync.reconcile.checks import discover, every_finding
from sync.reconcile.findings import Finding, without_consequences
from sync.reconcile.thresholds import thresholds_of
from sync.work.embedded import opened
from sync.work.reporting import meaning
from tests.clocks import FakeClock
from tests.stage import furnished, staged

#: Kinds that the company has nothing to show of, and why.
NOT_PLANTED = {
    "M08": "every objective in force has work",
    "M19": "every measure moves a tenth of its way, or has nothing delivered in time",
    "M27": "no milestone has a date beside a tracker's",
    "M29": "no work item is mirrored",
    "M38": "files that name what is not there are refused",
    "M39": "an account stands under its source's name",
    "M40": "every source answers",
}


class Score(NamedTuple):
    planted: int
    found: int
    alike: int
    raised: int  #: look-alikes that were raised

    @property
    def recall(self) -> float:
        return self.found / self.planted

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.raised)


@pytest.fixture(scope="module")
def reckoned(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Finding], dict[str, Score]]:
    """The findings of the company, and the score of each kind that is planted."""
    made = company(seed=3, size=150)
    with staged(made) as stage:
        folder = furnished(tmp_path_factory.mktemp("company"), stage).folder
        found = findings(folder / "fingerpost.yaml", stage.environment, as_of=made.jira.now())
    raised = {(each.kind, each.subject_key) for each in found}
    scores = {}
    for kind in {each.kind for each in made.planted} - {"silent"}:
        meant = {(kind, each.ref_key) for each in made.planted if each.kind == kind}
        alike = {(kind, each.ref_key) for each in made.planted if kind in each.of.split()}
        scores[kind] = Score(len(meant), len(meant & raised), len(alike), len(alike & raised))
    return found, scores


def findings(config: Path, environment: dict[str, str], *, as_of: datetime) -> list[Finding]:
    with opened(config, environment=environment, clock=FakeClock(as_of), verbose=False) as work:
        with work.reading() as reading:
            reading.sync()
        known = meaning(work.engine, config=work.config, files=work.files, as_of=as_of)
        rules = known.map.mappings
        facts = judged(
            known.facts,
            tags=known.tags,
            links=known.links,
            categories=categories(known.facts.tables, rules.statuses, known.day),
            strategy=known.map.strategy,
            zone=ZoneInfo(work.config.zone),
            thresholds=thresholds_of(rules.thresholds, known.day),
            people=known.map.people,
            mappings=rules,
        )
        return without_consequences(every_finding(facts))[0]


Reckoned: TypeAlias = tuple[list[Finding], dict[str, Score]]


def test_all_that_is_planted_is_found(reckoned: Reckoned) -> None:
    assert {kind: score.recall for kind, score in reckoned[1].items() if score.recall < 1} == {}


def test_what_only_looks_like_it_is_silent(reckoned: Reckoned) -> None:
    assert {kind: score for kind, score in reckoned[1].items() if score.precision < 1} == {}


def test_every_kind_is_planted_beside_a_look_alike_or_cannot_be(reckoned: Reckoned) -> None:
    kinds = {check.KIND for check in discover().values()}
    assert kinds - reckoned[1].keys() == NOT_PLANTED.keys()
    assert {kind for kind, score in reckoned[1].items() if not score.alike} == set()


def test_the_account_that_is_in_no_team_is_told(reckoned: Reckoned) -> None:
    said = {each.evidence[0].says for each in reckoned[0] if each.kind == "M39"}
    assert said == {"contractor-1 was last active"}
