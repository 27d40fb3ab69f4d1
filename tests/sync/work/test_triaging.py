"""`fingerpost triage`: what one decision would clear, and the decision itself."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from connectors.records import Batch, PullRequest, WorkItem
from mappings.problems import Problems
from mappings.triage import Triage
from sync.config import load_config
from sync.files import read_files
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.memory import record_pass
from sync.work import triaging
from sync.work.reporting import meaning
from sync.work.suggesting import Offer
from sync.work.triaging import Edited
from tests.stage import Place
from tests.stores import new_store

AS_OF = "2026-11-20T18:00:00Z"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONFIG = 'sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY, LAB]}}\n'
STRATEGY = "objectives: [{id: checkout, name: Checkout}, {id: growth, name: Growth}]\n"
MAPPINGS = """\
# Ours, by hand.
rules:
  - id: wallets       # the oldest
    when: {components: wallets}
    objective: checkout
# what is left out
exempt: []
"""


def item(number: int, project: str, **told: object) -> WorkItem:
    ref, key = f"jira:work_item:{number}", f"{project}-{number}"
    return WorkItem(
        ref=ref, source="jira", key=key, url="https://a", project=project, created_at=AT, updated_at=AT, **told
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name, text in (("fingerpost.yaml", CONFIG), ("strategy.yaml", STRATEGY), ("mappings.yaml", MAPPINGS)):
        (tmp_path / name).write_text(text)
    engine = new_store(tmp_path, "fingerpost.db")
    lab = [item(number, "LAB", title="Idea") for number in (1, 2, 3)]
    pay = [item(number, "PAY", title="Wallet", components=("wallets",)) for number in range(4, 9)]
    apply(engine, Batch(source="jira", read_at=AT, records=(*lab, *pay)))
    record_pass(engine, "jira", type="jira", complete_at=AT)
    engine.dispose()
    return Place(tmp_path, {"TOKEN": "t"})


def test_a_decision_is_listed(place: Place) -> None:
    listed = place.fingerpost("triage", "--as-of", AS_OF)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "3 work items and pull requests are untagged" in listed.stdout
    assert "- {id: lab, when: {project: LAB}, objective: OBJECTIVE}" in listed.stdout


def gathered(place: Place) -> tuple[Triage, Callable[[int, str], Edited]]:
    """The decisions, and what accepts one of them for an objective."""
    config = load_config(place.folder / "fingerpost.yaml", environment=place.environment)
    files, at = read_files(config, folder=place.folder), datetime.fromisoformat(AS_OF)
    engine = connect(f"sqlite:///{place.folder}/fingerpost.db")
    found = triaging.gathered(meaning(engine, config=config, files=files, as_of=at), config, limit=10)
    engine.dispose()
    path = place.folder / "mappings.yaml"
    return found, partial(triaging.accepted, found, config=config, files=files, path=path, as_of=at)


def test_a_decision_is_told_to_programs_and_what_is_not_right_about_accepting_it(place: Place) -> None:
    found, accept = gathered(place)
    told = json.loads(triaging.as_json(found, Offer(links=(), is_asked=False, by_words=None)))
    assert [(each["number"], each["asks"], each["clears"]) for each in told["clusters"]] == [(1, {"project": "LAB"}, 3)]
    with pytest.raises(Problems, match="there is no cluster 7"):
        accept(7, "growth")
    with pytest.raises(Problems, match="did you mean 'growth'"):
        accept(1, "grwth")


def test_a_decision_is_accepted_into_the_file_which_else_stays(place: Place) -> None:
    asked = ("triage", "--as-of", AS_OF, "--accept", "1", "--objective", "growth")
    patch = place.fingerpost(*asked, "--patch").stdout
    assert [line for line in patch.splitlines() if line.startswith("+")] == [
        "+++ b/mappings.yaml",
        "+  - {id: lab, when: {project: LAB}, objective: growth}",
    ]
    assert (place.folder / "mappings.yaml").read_text() == MAPPINGS
    assert place.fingerpost(*asked).returncode == 0
    line = "  - {id: lab, when: {project: LAB}, objective: growth}\n"
    edited = MAPPINGS.replace("objective: checkout\n", f"objective: checkout\n{line}")
    assert (place.folder / "mappings.yaml").read_text() == edited
    told = json.loads(place.fingerpost("triage", "--as-of", AS_OF, "--format", "json").stdout)
    assert (told["untagged"], told["clusters"]) == (0, [])


def test_without_an_objective_it_is_refused_and_nothing_written(place: Place) -> None:
    done = place.fingerpost("triage", "--as-of", AS_OF, "--accept", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "name the objective" in done.stderr
    assert (place.folder / "mappings.yaml").read_text() == MAPPINGS


def test_an_answer_is_kept_with_who_and_when_and_tells_how_right_the_tags_are(place: Place) -> None:
    asked = ("triage", "--as-of", AS_OF, "--audit", "--period", "2026-W47")
    first = place.fingerpost(*asked)
    assert "5 tags drawn for 2026-W47" in first.stdout
    assert "None is answered yet" in first.stdout
    done = place.fingerpost(*asked, "--answer", "1=yes", "--answer", "2=no", "--by", "map keeper")
    assert "1 of 2 answered were right: 50%, 90 % interval" in done.stdout
    kept = (place.folder / "audit.yaml").read_text().splitlines()
    assert [("correct: true" in line, "by: map keeper" in line) for line in kept[2:]] == [(True, True), (False, True)]
    told = json.loads(place.fingerpost(*asked, "--format", "json").stdout)
    assert {each["objective"] for each in told["tags"]} == {"checkout"}
    assert [(each["number"], each["correct"]) for each in told["tags"]] == list(
        enumerate((True, False, *[None] * 3), 1)
    )
    assert (told["period"], told["precision"]["n"], told["precision"]["right"]) == ("2026-W47", 2, 1)
    refused = place.fingerpost(*asked, "--answer", "9=yes", "--by", "map keeper")
    assert (refused.returncode, "write N=yes or N=no, N from 1 to 5" in refused.stderr) == (2, True)


def test_links_and_objectives_by_words_are_offered_beside_the_decisions(place: Place) -> None:
    pytest.importorskip("sklearn", reason="the extra `suggest` is not installed")
    engine = connect(f"sqlite:///{place.folder}/fingerpost.db")
    nothing = ("author", "base", "head", "merge_sha", "merged_by", "additions", "deletions", "changed_files")
    pull = PullRequest(
        ref="jira:pull_request:1",
        source="jira",
        key="acme/shop#1",
        url="https://a/pull/1",
        repository="acme/shop",
        number=1,
        title="Refund vouchers of closed accounts",
        body=None,
        state="open",
        draft=False,
        labels=(),
        created_at=AT,
        updated_at=AT,
        **dict.fromkeys((*nothing, "closed_at", "merged_at")),
    )
    twin = item(20, "LAB", title="Refund vouchers of closed accounts")
    apply(engine, Batch(source="jira", read_at=AT, records=(pull, twin)))
    engine.dispose()
    listed = place.fingerpost("triage", "--as-of", AS_OF, "--suggest")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "  acme/shop#1 → LAB-20, both say accounts, closed, refund, vouchers" in listed.stdout
    assert "By words nothing can be suggested: not even two objectives have enough tagged items" in listed.stdout


def test_what_is_new_on_the_ground_is_listed(place: Place) -> None:
    done = place.fingerpost("terrain", "--as-of", AS_OF, "--since", "2026-11-19")
    assert done.returncode == 0, done.stderr
    assert "2 new projects:\n  PAY: 5 items\n  LAB: 3 items\n" in done.stdout
    assert done.stdout.endswith("1 places in which nothing is tagged or exempt:\n  LAB: 3 items\n")
