"""The digest that is printed on a report is of everything that the report says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.config import load_config
from sync.files import read_files
from sync.report.model import Report
from sync.store.database import connect
from sync.store.memory import record_pass
from sync.work.reporting import report

AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)
TEXTS = {
    "fingerpost.yaml": 'sources: {jira: {type: jira, url: "https://a", token: "${TOKEN}", projects: [PAY]}}\n',
    "strategy.yaml": "objectives: [{id: checkout, name: Checkout}]\n",
    "mappings.yaml": "rules: [{id: pay, when: {project: PAY}, objective: checkout}]\n",
}


def reported(folder: Path, *, complete_at: datetime) -> Report:
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    config = load_config(folder / "fingerpost.yaml", environment={"TOKEN": "t"})
    engine = connect(f"sqlite:///{folder}/facts.db")
    record_pass(engine, "jira", type="jira", complete_at=complete_at)
    made = report(engine, config=config, files=read_files(config, folder=folder), as_of=AS_OF, period=None)
    engine.dispose()
    return made


def test_it_tells_how_far_the_sources_were_known(tmp_path: Path) -> None:
    then, before, after = (
        reported(tmp_path, complete_at=AS_OF + passed)
        for passed in (timedelta(), timedelta(hours=-1), timedelta(days=1))
    )
    assert after == then
    assert before != then
    assert before.masthead.digest != then.masthead.digest
