"""`fingerpost explain` on a small store: an item, a finding, a figure, and what is none of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from connectors.records import ChildSet, StatedLink
from mappings.links import links
from mappings.tag import tag
from sync.cli import app
from sync.config import load_config
from sync.files import read_files
from sync.reconcile.findings import identity
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.excerpt import excerpt
from sync.store.memory import record_pass
from sync.store.names import keys_near, refs_of
from sync.work.behind import figures_behind
from sync.work.reporting import meaning
from tests.sync.report.sample import sample
from tests.sync.store.batches import at, batch, change, history, item, pull

AS_OF = datetime(2026, 3, 9, tzinfo=UTC)
TEXTS = {
    "fingerpost.yaml": 'sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY]}}\n',
    "strategy.yaml": "from: 2026-01-01\nobjectives: [{id: checkout, name: Checkout}, {id: growth, name: Growth}]\n",
    "mappings.yaml": """\
exempt:
  - {id: duty, when: {labels: duty}, reason: Operations duty}
rules:
  - {id: cart, when: {labels: cart}, objective: checkout}
  - {id: shops, when: {linked: {type: Campaign}}, objective: growth}
overrides:
  - {item: OLD-9, objective: growth, by: map keeper, on: 2026-03-01, reason: Agreed}
cuts:
  - {item: PAY-2, pull_request: "acme/shop#7", by: map keeper, on: 2026-03-02, reason: Another PAY-2}
""",
}
ITEMS = (
    item(1, labels=("cart",), title="Fast checkout"),
    item(2, parent_ref="jira:issue:1", title="Slow basket"),
    item(3, parent_ref="jira:issue:2"),
    item(4, title="Moved"),
    item(5, type="Campaign"),
    item(6),
    pull(7, title="PAY-2: quicker", body="Also PAY-3.", head="pay-3-basket", merged_at=at(5), state="merged"),
    pull(8, title="Tidy up", merged_at=at(5), state="merged"),
    pull(9, title="OLD-9 at last"),
)
MOVED = history(4, change(4, "1", field="key", minute=1, from_text="OLD-9", to_text="PAY-4"))
CAMPAIGN = StatedLink(item_ref="jira:issue:6", id="1", kind="relates", to_ref=None, to_key="PAY-5")
LINKS = ChildSet(item_ref="jira:issue:6", kind="stated_links", version_at=at(0), complete=True, rows=(CAMPAIGN,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("small")
    for name, text in TEXTS.items():
        (place / name).write_text(text)
    store = f"store: sqlite:///{place}/facts.db\n"
    (place / "fingerpost.yaml").write_text(store + TEXTS["fingerpost.yaml"])
    return place


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    opened = connect(f"sqlite:///{folder}/facts.db")
    apply(opened, batch(*ITEMS, read=10, children=[MOVED, LINKS]))
    for source in ("jira", "github"):
        record_pass(opened, source, type=source, complete_at=AS_OF)
    yield opened
    opened.dispose()


def explain(folder: Path, *arguments: str) -> Result:
    config = ["--config", str(folder / "fingerpost.yaml"), "--as-of", "2026-03-09T00:00Z"]
    return CliRunner(env={"TOKEN": "t"}).invoke(app, ["explain", *arguments, *config])


@pytest.mark.parametrize(
    "name",
    [
        *("PAY-4", "pay-4", "jira:issue:4", "OLD-9", "old-9"),
        *("https://example.test/PAY-4", "https://example.test/PAY-4?focusedId=7", "https://example.test/PAY-4/"),
    ],
)
def test_an_item_goes_by_its_key_a_former_key_its_ref_and_its_address(engine: Engine, name: str) -> None:
    assert refs_of(engine, name) == ["jira:issue:4"]


def test_a_tab_of_a_pull_requests_page_is_its_address_too(engine: Engine) -> None:
    assert refs_of(engine, "https://example.test/acme/shop#7") == ["github:pull_request:7"]


def test_the_keys_near_one_are_those_of_its_project_else_one_of_each(engine: Engine) -> None:
    assert keys_near(engine, "PAY-77") == [f"PAY-{number}" for number in range(1, 7)]
    assert keys_near(engine, "LAB-1") == ["PAY-1", "acme/shop#7"]


def test_what_is_called_so_by_nobody_is_a_mistake_with_the_nearest_keys(engine: Engine, folder: Path) -> None:
    done = explain(folder, "PAY-44")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "PAY-44: no item is called so; did you mean PAY-4, PAY-6, PAY-5?\n"


def test_an_objective_that_is_none_is_a_mistake(engine: Engine, folder: Path) -> None:
    done = explain(folder, "PAY-1", "--objective", "chekout")
    assert (done.exit_code, done.stderr) == (
        2,
        "chekout: is no objective of the strategy; did you mean 'checkout'?\n",
    )


def test_a_pull_request_is_walked_back_to_its_rule_its_links_and_who_cut_one(engine: Engine, folder: Path) -> None:
    done = explain(folder, "acme/shop#7", "--objective", "growth")
    assert done.exit_code == 0, done.stderr
    for line in (
        "strategy strategy.yaml (from 2026-01-01) · rules mappings.yaml",
        "  → checkout 1, by linked cart (labels: cart), from PAY-3",
        "  ✗ exemption duty → exempt, Operations duty (mappings.yaml:2)",
        "      ✗ labels: duty: it has nothing (mappings.yaml:2)",
        "  ✗ PAY-2 Slow basket → checkout 1, by inherited cart (labels: cart), from PAY-1",
        "      implements by title, confidence high: PAY-2: quicker; cut 2026-03-02 by map keeper: Another PAY-2",
        "  ✓ PAY-3 → checkout 1, by inherited cart (labels: cart), from PAY-1",
        "      implements by branch, confidence high: pay-3-basket",
        "WHY NOT growth",
        "  ✗ rule shops → growth 1 (mappings.yaml:5): failed",
    ):
        assert line in done.stdout.splitlines()


def test_as_json_it_is_all_there(engine: Engine, folder: Path) -> None:
    done = explain(folder, "OLD-9", "--format", "json")
    told = json.loads(done.stdout)
    assert (told["version"], told["as_of"]) == ("fingerpost.explanation/1", "2026-03-09T00:00:00Z")
    assert told["mappings"] == {"file": "mappings.yaml", "from_on": None}
    assert told["item"]["thing"]["key"] == "PAY-4"
    assert [(each["by"], each["reason"], each["counts"]) for each in told["item"]["overrides"]] == [
        ("map keeper", "Agreed", True)
    ]


def test_a_finding_is_walked_back_to_its_check_its_thresholds_and_its_records(engine: Engine, folder: Path) -> None:
    ref = "github:pull_request:8"
    done = explain(folder, identity("M03", ref, None)[:8], "--format", "json")
    found = json.loads(done.stdout)["finding"]
    assert found["finding"]["slug"] == "unlinked-change"
    assert found["definition"].startswith("M03 unlinked change")
    assert found["thresholds"] == {"unlinked_lines": 5}
    assert [(each["ref"], each["source"], each["read_at"]) for each in found["origins"]] == [
        (ref, "github", "2026-03-02T00:10:00Z")
    ]


def test_a_figure_says_what_it_means_and_why_it_is_null(engine: Engine, folder: Path) -> None:
    done = explain(folder, "cycle_time:checkout")
    assert done.exit_code == 0, done.stderr
    assert "Cycle time p50, objective checkout: no data" in done.stdout
    assert "From the start of work to finish" in done.stdout
    assert "(metrics §1.5)" in done.stdout


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("lead_time", ["lead_time_p50", "lead_time_p85", "lead_time_p95"]),
        ("lead_time_p85", ["lead_time_p85"]),
        ("luck", []),
    ],
)
def test_a_figure_goes_by_its_name_and_that_of_its_measure(name: str, figures: list[str]) -> None:
    told = figures_behind(sample(), name)
    assert [each.figure.id for each in told] == figures
    assert {each.definition and each.definition.section for each in told} <= {"§1.5"}


@pytest.mark.parametrize("ref", ["jira:issue:3", "jira:issue:4", "jira:issue:6", "github:pull_request:7"])
def test_an_items_own_facts_give_it_the_tags_of_the_whole(engine: Engine, folder: Path, ref: str, whole) -> None:
    files, day = whole.map, whole.day
    tables = excerpt(engine, AS_OF, ref, fields=False, hops=1)
    linked = links(tables, files.mappings)
    found = tag(tables, links=linked, strategy=files.strategy, mappings=files.mappings, day=day, people=files.people)
    rows = [table.filter(table.ref == ref).to_pyarrow().to_pylist() for table in (found, whole.tags)]
    assert rows[0] == rows[1] != []


@pytest.fixture(scope="module")
def whole(engine: Engine, folder: Path):
    config = load_config(folder / "fingerpost.yaml", environment={"TOKEN": "t"})
    return meaning(engine, config=config, files=read_files(config, folder=folder), as_of=AS_OF)
