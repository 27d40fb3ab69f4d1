"""`preview`, `strategy diff` and `test` on a small store, through the command."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import structlog
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from sync.cli import app
from sync.report.preview import html
from sync.report.preview.model import Preview
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.memory import record_pass
from tests.sync.store.batches import account, at, batch, change, history, item, pull, status

AS_OF = datetime(2026, 3, 9, tzinfo=UTC)
TEXTS = {
    "fingerpost.yaml": 'sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY]}}\n',
    "strategy.yaml": """\
from: 2026-01-01
objectives:
  - {id: checkout, name: Checkout, owner: payments, state: [{current: 2026-01-01}, {closed: 2026-03-05}]}
  - {id: growth, name: Growth}
""",
    "mappings.yaml": """\
rules:
  - {id: cart, when: {labels: cart}, objective: checkout}
  - {id: campaigns, when: {type: Campaign}, objective: growth}
""",
}
DAY = 24 * 60
PERSONS = range(1, 6)  # as few as may be told of together
ITEMS = (
    status(3, name="Doing", category="active"),
    item(1, labels=("cart",), title="Fast checkout", status="Doing", status_id="3", team="web"),
    item(2, labels=("cart",), title="Slow basket"),
    item(3, type="Campaign", status="Doing", status_id="3"),
    item(4, title="Tidy <b>up</b>"),
    pull(7, title="PAY-1: quicker", merged_at=at(5), state="merged"),
    *(account(person) for person in PERSONS),
)
EDITS = history(
    1,
    *(
        change(1, f"{person} {day}", minute=-day * DAY, field="description", author=f"jira:account:{person}")
        for person in PERSONS
        for day in (0, 10)
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("small")
    for name, text in TEXTS.items():
        (place / name).write_text(text)
    (place / "fingerpost.yaml").write_text(f"store: sqlite:///{place}/facts.db\n" + TEXTS["fingerpost.yaml"])
    engine: Engine = connect(f"sqlite:///{place}/facts.db")
    apply(engine, batch(*ITEMS, read=10, children=[EDITS]))
    record_pass(engine, "jira", type="jira", complete_at=AS_OF)
    record_pass(engine, "github", type="github", complete_at=AS_OF)
    engine.dispose()
    yield place
    structlog.reset_defaults()  # the command set it up for a stream that is closed now


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"TOKEN": "t"}).invoke(app, [*arguments, "--config", str(folder / "fingerpost.yaml")])


def preview(folder: Path, text: str, *arguments: str) -> Result:
    (folder / "new.yaml").write_text(text)
    return run(folder, "preview", "--mappings", str(folder / "new.yaml"), "--as-of", "2026-03-09T00:00Z", *arguments)


MOVED = TEXTS["mappings.yaml"].replace("objective: checkout", "objective: growth").replace("type: Campaign", "type: C")
LATER = "  - {id: rest, when: {title: {contains: Tidy}}, objective: growth, from: 2026-01-01}\n"


@pytest.fixture(scope="module")
def previewed(folder: Path) -> str:
    """The preview of an edit, as JSON."""
    before = {path.name: path.read_bytes() for path in folder.glob("*.yaml")}
    done = preview(folder, MOVED + LATER, "--format", "json")
    assert done.exit_code == 0, done.output
    assert {name: (folder / name).read_bytes() for name in before} == before
    return done.stdout


def test_a_preview_says_what_moves_and_which_findings_come_and_go(previewed: str) -> None:
    made = json.loads(previewed)
    moves = {(move["kind"], move["before"], move["after"]): move for move in made["moves"]}
    assert {place: [each["key"] for each in move["items"]] for place, move in moves.items()} == {
        ("work_item", "checkout", "growth"): ["PAY-1", "PAY-2"],
        ("pull_request", "checkout", "growth"): ["acme/shop#7"],
        ("work_item", "growth", "untagged"): ["PAY-3"],
        ("work_item", "untagged", "growth"): ["PAY-4"],
    }
    assert moves["work_item", "checkout", "growth"]["touched"] == 2
    assert made["hidden"] is None
    assert moves["work_item", "checkout", "growth"]["effort_days"] == 10
    assert moves["work_item", "growth", "untagged"]["effort_days"] == 0
    findings = {kind["slug"]: kind for kind in made["findings"]}
    assert [each["subject_key"] for each in findings["untagged-work"]["appear"]] == ["PAY-3"]


@pytest.mark.soak
def test_a_preview_of_a_file_that_nobody_edited_is_empty(folder: Path) -> None:
    """By `make soak` alone: two reports are compared, figure by figure, which takes ten seconds."""
    out = folder / "preview.txt"
    done = preview(folder, TEXTS["mappings.yaml"], "--out", str(out))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing would move. No finding would appear or vanish." in out.read_text()


def test_a_preview_is_one_page_that_fetches_nothing_and_escapes_what_it_is_told(previewed: str) -> None:
    page = html.render(msgspec.json.decode(previewed, type=Preview))
    assert "Tidy &lt;b&gt;up&lt;/b&gt;" in page
    assert "<b>up" not in page
    assert "src=" not in page
    assert 'rel="stylesheet"' not in page


def test_a_mistake_in_the_edited_file_is_told_at_its_place(folder: Path) -> None:
    done = preview(folder, MOVED.replace("objective: growth", "objective: grwth", 1))
    assert done.exit_code == 2
    assert "new.yaml:2:49: the strategy has no objective 'grwth'; did you mean 'growth'?" in done.stderr


def test_a_preview_of_nothing_is_refused(folder: Path) -> None:
    assert run(folder, "preview").exit_code == 2


def test_a_day_closes_an_objective_and_touches_those_who_work_on_it(folder: Path) -> None:
    done = run(
        folder, "strategy", "diff", "2026-03-01", "2026-03-06", "--as-of", "2026-03-09T00:00Z", "--format", "json"
    )
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert [each["says"] for each in made["moved"]] == [
        "Checkout (checkout): the state is now closed; it was current, closed from 2026-03-05."
    ]
    (touched,) = made["touched"]
    assert touched["owners"] == ["payments"]
    assert touched["travellers"]["teams"] == ["web"]
    assert touched["travellers"]["open_items"] == 2
    assert [each["key"] for each in touched["travellers"]["in_flight"]] == ["PAY-1"]
    assert touched["travellers"]["effort_days"] == len(PERSONS) * 2  # days on which each of them wrote on it


def test_a_strategy_and_itself_differ_in_nothing(folder: Path) -> None:
    file = str(folder / "strategy.yaml")
    done = run(folder, "strategy", "diff", file, file, "--as-of", "2026-03-09T00:00Z")
    assert "Nothing moved." in done.stdout


def test_a_day_before_every_strategy_is_refused(folder: Path) -> None:
    done = run(folder, "strategy", "diff", "2025-01-01", "2026-03-01")
    assert done.exit_code == 2
    assert "no strategy is in force on 2025-01-01" in done.stderr


@pytest.fixture
def with_rules(folder: Path) -> Iterator[Path]:
    yield folder / "mappings.yaml"
    (folder / "mappings.yaml").write_text(TEXTS["mappings.yaml"])


def test_rules_that_nothing_is_wrong_with_hold(folder: Path) -> None:
    done = run(folder, "test")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "0 cases hold\n", "")


def test_shadowed_rules_and_unknown_names_fail_and_idle_rules_are_listed(folder: Path, with_rules: Path) -> None:
    more = """\
  - {id: again, when: {labels: cart, type: Campaign}, objective: growth}
  - {id: pay, when: {title: {contains: checkout}}, objective: growth}
  - {id: kart, when: {labels: kart}, objective: growth}
"""
    with_rules.write_text(TEXTS["mappings.yaml"] + more)
    done = run(folder, "test")
    said = [line.split("mappings.yaml:")[1] for line in done.stderr.splitlines()]
    assert done.exit_code == 2
    assert said == [
        "4:10: 'again' can never win: 'cart' on line 2 takes everything that it would; put it first, or take it out",
        "5:10: 'pay' wins nothing: all 1 that it would take go to others first: 'cart' 1; "
        "put it before them, or take it out",
        "6:31: nothing that was read has the label 'kart'; did you mean 'cart'?",
    ]
    idle = [line.split("mappings.yaml:")[1] for line in done.stdout.splitlines()[:-1]]
    assert idle == ["4:10: 'again' matches nothing that was read", "6:10: 'kart' matches nothing that was read"]
