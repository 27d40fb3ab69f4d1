"""What is planted in the invented company is found, and what only looks like it is not: precision and recall."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.twin.company import company
from connectors.twin.company.scores import Score, scores
from mappings.statuses import categories
from sync.reconcile.checks import discover, every_finding, found_by, stale_source
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Finding, without_consequences
from sync.reconcile.reconciliation import judged
from sync.reconcile.thresholds import thresholds_of
from sync.work.embedded import opened
from sync.work.reporting import meaning
from tests.clocks import FakeClock
from tests.stage import furnished, staged

#: What there is one of in a company, so that nothing stands beside it.
ALONE = {"M11"}
LATER = timedelta(days=3)  #: after the sources were read


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    findings: list[Finding]
    scores: dict[str, Score]
    later: list[Finding]  #: by what is asked of sources, when nobody has read them for days


@pytest.fixture(scope="module")
def reckoned(tmp_path_factory: pytest.TempPathFactory) -> Reckoned:
    """The findings of the company, and the score of each kind that is planted."""
    made = company(seed=3, size=150)
    with staged(made) as stage:
        folder = furnished(tmp_path_factory.mktemp("company"), stage).folder
        known = facts(folder / "fingerpost.yaml", stage.environment, as_of=made.jira.now())
    found = without_consequences(every_finding(known))[0]
    snapshot = replace(known.snapshot, as_of=known.as_of + LATER)
    return Reckoned(
        findings=found,
        scores=scores(made.planted, {(each.kind, each.subject_key) for each in found}),
        later=found_by([stale_source], replace(known, snapshot=snapshot)),
    )


def facts(config: Path, environment: dict[str, str], *, as_of: datetime) -> Facts:
    with opened(config, environment=environment, clock=FakeClock(as_of), verbose=False) as work:
        with work.reading() as reading:
            reading.sync()
        known = meaning(work.engine, config=work.config, files=work.files, as_of=as_of)
        rules = known.map.mappings
        return judged(
            known.facts,
            tags=known.tags,
            links=known.links,
            categories=categories(known.facts.tables, rules.statuses, known.day),
            strategy=known.map.strategy,
            zone=ZoneInfo(work.config.zone),
            thresholds=thresholds_of(rules.thresholds, known.day),
            people=known.map.people,
            mappings=rules,
            label_prefixes={"jira": "serves:"},
        )


def test_all_that_is_planted_is_found(reckoned: Reckoned) -> None:
    assert {kind: score for kind, score in reckoned.scores.items() if score.recall < 1} == {}


def test_what_only_looks_like_it_is_silent(reckoned: Reckoned) -> None:
    assert {kind: score for kind, score in reckoned.scores.items() if score.precision < 1} == {}


def test_every_kind_is_planted_beside_a_look_alike(reckoned: Reckoned) -> None:
    kinds = {check.KIND for check in discover().values()}
    assert kinds - reckoned.scores.keys() == {stale_source.KIND}
    assert {kind for kind, score in reckoned.scores.items() if not score.alike} == ALONE


def test_a_source_is_stale_when_nobody_read_it_for_days_and_not_before(reckoned: Reckoned) -> None:
    assert not [each for each in reckoned.findings if each.kind == stale_source.KIND]
    assert [each.subject_key for each in reckoned.later] == ["github", "jira"]


def test_the_account_that_is_in_no_team_is_told(reckoned: Reckoned) -> None:
    said = {each.evidence[0].says for each in reckoned.findings if each.kind == "M39"}
    assert said == {"contractor-1 was last active"}
