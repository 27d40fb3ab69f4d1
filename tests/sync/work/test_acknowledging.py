"""`fingerpost ack`: a finding accepted for now, from the command to the report."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from mappings.acknowledgements import Acknowledgements
from mappings.load import read
from mappings.problems import Problems
from sync.cli import app
from sync.reconcile.findings import identity
from sync.store import trail
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.memory import record_pass
from sync.work.acknowledging import accepted, written
from tests.sync.report.sample import finding, sample
from tests.sync.store.batches import batch, item, status

FILES = {
    "fingerpost.yaml": """\
store: sqlite:///{folder}/facts.db
sources: {{jira: {{type: jira, url: "https://a.test", token: "${{TOKEN}}", projects: [PAY]}}}}
""",
    "strategy.yaml": "objectives: [{{id: checkout, name: Checkout, owner: payments}}]\n",
    "mappings.yaml": "rules: [{{id: cart, when: {{labels: cart}}, objective: checkout}}]\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("acks")
    for name, text in FILES.items():
        (place / name).write_text(text.format(folder=place))
    engine = connect(f"sqlite:///{place}/facts.db")
    doing, begun = status(3, name="Doing", category="active"), item(1, title="Tidy up", status="Doing", status_id="3")
    apply(engine, batch(doing, begun, item(2, labels=("cart",)), read=10))
    record_pass(engine, "jira", type="jira", complete_at=datetime(2026, 3, 9, tzinfo=UTC))
    engine.dispose()
    yield place
    structlog.reset_defaults()


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"TOKEN": "t"}).invoke(app, [*arguments, "--config", str(folder / "fingerpost.yaml")])


def test_what_is_accepted_is_shown_apart_and_counts_for_nothing(folder: Path) -> None:
    untagged, acks = identity("M01", "jira:issue:1", None), folder / "acks.yaml"
    acks.write_text("# ours\nacks: []  # none yet\n")
    when = ("--as-of", "2026-03-09T00:00Z")
    done = run(folder, "ack", untagged, "--reason", "Nobody minds", "--until", "2026-12-31", "--by", "web", *when)
    assert (done.exit_code, done.stderr) == (0, f"wrote {acks}\n")
    head, line = acks.read_text().splitlines()
    assert (head, line.endswith("  # none yet")) == ("# ours", True)

    made = json.loads(run(folder, "report", "--format", "json", *when).stdout)
    (shown,) = made["accepted"]
    assert (shown["finding"]["id"], shown["finding"]["subject_key"]) == (untagged, "PAY-1")
    assert (shown["reason"], shown["by"], shown["until"]) == ("Nobody minds", "web", "2026-12-31")
    assert untagged not in {each["id"] for each in made["findings"]} | set(made["top"])
    standing = [each for each in made["findings"] if not each["unknown"]]
    assert sum(made["answer"]["severities"].values()) == len(standing)

    engine = connect(f"sqlite:///{folder}/facts.db")
    assert ("acknowledged", untagged, "until 2026-12-31: Nobody minds") in [each[2:] for each in trail.steps(engine)]
    engine.dispose()


ON = date(2026, 11, 16)


def accept(path: Path, name: str, **told: Any) -> str:
    asked = {"reason": "Agreed", "by": None, "on": ON, "until": ON} | told
    return written(accepted(REPORT, name, **asked), path)


FOUND = finding(1, id="0f3a00000001", severity="high", owner="payments")
REPORT = sample(findings=(FOUND, finding(2, id="0f3b00000001")))


def test_without_a_file_one_is_begun_and_the_owner_answers_for_it(tmp_path: Path) -> None:
    (made,) = read(accept(tmp_path / "acks.yaml", "0f3a"), "acks.yaml", Acknowledgements).acks
    assert (made.finding, made.by, made.on, made.until, made.severity) == (FOUND.id, "payments", ON, ON, "high")


@pytest.mark.parametrize(
    ("name", "told", "said"),
    [
        ("ffff", {}, "ffff: no finding has this id"),
        ("", {}, "no finding has this id"),
        ("0f3", {}, "0f3: 2 findings begin so"),
        ("0f3a", {"until": date(2026, 11, 15)}, "--until: 2026-11-15 is over"),
        ("0f3a", {"reason": " "}, "--reason: says nothing"),
    ],
)
def test_what_cannot_be_accepted_is_said(tmp_path: Path, name: str, told: dict[str, Any], said: str) -> None:
    with pytest.raises(Problems, match=said):
        accept(tmp_path / "acks.yaml", name, **told)


def test_a_last_day_that_is_none_is_refused(folder: Path) -> None:
    done = run(folder, "ack", "0f3a", "--reason", "Why not", "--until", "soon")
    assert done.exit_code == 2
    assert "'soon' is no day" in done.stderr


def test_a_mistake_in_the_file_is_told_at_its_place(folder: Path) -> None:
    (folder / "acks.yaml").write_text("acks:\n  - {finding: x, reason: y, by: z, until: 2026-01-01, severity: low}\n")
    done = run(folder, "check")
    assert done.exit_code == 2
    assert "acks.yaml:2:15: 'x' names no finding" in done.stderr
