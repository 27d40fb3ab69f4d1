"""Files that are wrong leave the last good ones in force: said on the page, and by exit code 2."""

from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.store.database import connect
from sync.store.maps import keep, last_kept
from sync.store.memory import record_pass
from sync.work.embedded import opened
from tests.clocks import FakeClock
from tests.stage import Place

AS_OF = "2026-11-20T18:00:00Z"
AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
TEXTS = {
    "fingerpost.yaml": """
        people: people.yaml
        strategy: strategy
        sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY]}}
    """,
    "strategy/2026.yaml": "{from: 2026-01-01, objectives: [{id: checkout, name: Checkout, measures: [{id: m, "
    "readings: readings.csv}]}]}",
    "strategy/readings.csv": "on,value\n2026-11-01,2.4\n",
    "mappings.yaml": "rules: [{id: pay, when: {project: PAY}, objective: checkout}]",
    "people.yaml": "teams: [{id: payments}]",
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "strategy").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    engine = connect(f"sqlite:///{tmp_path}/fingerpost.db")
    record_pass(engine, "jira", type="jira", complete_at=AT)
    engine.dispose()
    return Place(tmp_path, {"TOKEN": "t"})


def test_the_last_good_files_stay_in_force(place: Place) -> None:
    tables = ("--publish", "--format", "csv", "--out", "tables")
    assert place.fingerpost("report", "--as-of", AS_OF, *tables).returncode == 0
    assert {"findings.csv", "figures.csv"} <= {path.name for path in (place.folder / "tables").iterdir()}
    assert "still in force" not in (place.folder / "reports" / "latest.html").read_text()
    (place.folder / "mappings.yaml").write_text("rules: [{id: pay, when: {project: PAY}, objective: chekout}]")
    done = place.fingerpost("run", "--stored", "--as-of", AS_OF)
    assert done.returncode == 2
    assert "mappings.yaml:1:52: the strategy has no objective 'chekout'" in done.stderr
    assert "those that the last report was made by are still in force" in done.stdout
    assert "strategy 2026.yaml · rules mappings.yaml" in done.stdout
    page = (place.folder / "reports" / "latest.html").read_text()
    assert "still in force" in page
    assert "has no objective &#39;chekout&#39;" in page
    (place.folder / "strategy" / "2026.yaml").unlink()
    options = {"environment": place.environment, "clock": FakeClock(AT), "verbose": False, "last_good": True}
    with chdir(place.folder), opened(Path("fingerpost.yaml"), **options) as work:
        assert "the folder strategy has no .yaml file" in str(work.wrong[0])
        assert list(work.files.strategies) == ["2026.yaml"]


def test_where_none_was_ever_good_nothing_is_reported(place: Place) -> None:
    (place.folder / "mappings.yaml").write_text("rules: [")
    done = place.fingerpost("report", "--as-of", AS_OF)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mappings.yaml:1:9: not valid YAML")


def test_of_several_versions_the_one_used_last_is_kept_in_mind(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    assert last_kept(engine) is None
    for digest, hour in (("a", 1), ("b", 2), ("a", 3), ("b", 1)):
        keep(engine, digest, {"mappings.yaml": digest}, used_at=AT.replace(hour=hour))
    found = last_kept(engine)
    engine.dispose()
    assert found == ({"mappings.yaml": "a"}, AT.replace(hour=3))
