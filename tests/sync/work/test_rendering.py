"""The report in every form, as the command writes it, and sent again by `deliver`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from connectors.twin.serve import serving
from mappings.problems import Problems
from sync.cli import app
from sync.deliver import pdf
from sync.work.embedded import opened
from sync.work.rendering import rendered
from tests.clocks import FakeClock
from tests.sync.deliver.receivers import GitHubStandIn
from tests.sync.report.sample import sample

CONFIG = """\
store: sqlite:///{folder}/facts.db
reports: {folder}/reports
sources: {{jira: {{type: jira, url: "https://a.test", token: "${{TOKEN}}", projects: [PAY]}}}}
deliver: {{ops: {{type: github, url: "{url}", repository: acme/ops, token: "${{TOKEN}}"}}}}
"""
FILES = {
    "strategy.yaml": "objectives: [{id: checkout, name: Checkout, owner: payments}]\n",
    "mappings.yaml": "rules: [{id: cart, when: {labels: cart}, objective: checkout}]\n",
}


def form(name: str, part: str | None = None) -> str | bytes | dict[str, str]:
    return rendered(sample(), name, part=part, environment=os.environ)


@pytest.mark.parametrize("name", ["text", "markdown", "confluence", "json"])
def test_forms_of_one_text_tell_the_period(name):
    told = form(name)
    assert isinstance(told, str)
    assert "2026-W46" in told


def test_tables_go_by_their_names():
    tables = form("csv")
    assert isinstance(tables, dict)
    assert form("csv", "findings") == tables["findings"]


def test_a_picture_is_a_png_in_the_colours_of_paper():
    told = form("png", "throughput")
    assert isinstance(told, bytes)
    assert told.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("csv", "finding", "there is no table 'finding'; did you mean 'findings'?"),
        ("png", "through", "there is no picture 'through'"),
        ("png", None, "names the picture; one of throughput"),
    ],
)
def test_a_part_that_there_is_not(name, part, said):
    with pytest.raises(Problems, match=said):
        form(name, part)


@pytest.mark.parametrize(
    ("program", "said"),
    [(None, "no Chromium is there to print it"), ("/none", "cannot print it"), ("/bin/true", "printed nothing")],
)
def test_without_a_chromium_it_says_so(program, said):
    with pytest.raises(Problems, match=said):
        pdf.printed("<p>", program=program)


def test_chromium_is_named_or_on_the_path(tmp_path):
    (tmp_path / "chromium").touch(mode=0o755)
    assert pdf.chromium({"PATH": str(tmp_path)}) == str(tmp_path / "chromium")
    assert pdf.chromium({"PATH": str(tmp_path), "FINGERPOST_CHROMIUM": "/opt/chrome"}) == "/opt/chrome"
    assert pdf.chromium({"PATH": ""}) is None


@pytest.mark.browser
def test_the_page_is_printed():
    program = pdf.chromium(os.environ)
    if program is None:
        reason = "no Chromium: install Debian's chromium, or name one in FINGERPOST_CHROMIUM"
        pytest.fail(reason) if os.environ.get("FINGERPOST_REQUIRE_BROWSER") == "1" else pytest.skip(reason)
    assert pdf.printed("<!doctype html><p>Report</p>", program=program).startswith(b"%PDF")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, GitHubStandIn]]:
    """A small installation, and where its report goes."""
    folder = tmp_path_factory.mktemp("small")
    github = GitHubStandIn()
    with serving({"github": github}) as urls:
        (folder / "fingerpost.yaml").write_text(CONFIG.format(folder=folder, url=urls["github"]))
        for name, text in FILES.items():
            (folder / name).write_text(text)
        yield folder, github
    structlog.reset_defaults()  # the command set it up for a stream that is closed now


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"TOKEN": "s3cret"}).invoke(app, [*arguments, "--config", str(folder / "fingerpost.yaml")])


@pytest.fixture(scope="module")
def published(place: tuple[Path, GitHubStandIn]) -> tuple[Path, GitHubStandIn]:
    """With an invented report that went out."""
    path = place[0] / "fingerpost.yaml"
    with opened(path, environment={"TOKEN": "s3cret"}, clock=FakeClock(), verbose=False) as work:
        work.publish(sample())
    return place


def test_tables_need_a_folder(place):
    done = run(place[0], "report", "--format", "csv")
    assert done.exit_code == 2
    assert "name a folder" in done.stderr


def test_nothing_is_sent_before_something_was_published(place):
    done = run(place[0], "deliver", "--period", "2026-02")
    assert done.exit_code == 2
    assert "nothing was published yet" in done.stderr


def test_a_channel_that_there_is_not(place):
    assert run(place[0], "deliver", "--channel", "nobody").exit_code == 2


def test_a_published_report_is_sent_once_it_arrives(published):
    folder, github = published
    rehearsed = run(folder, "deliver", "--dry-run")
    assert rehearsed.stdout.startswith("ops: report 2026-W46: sent\n\n## Week 46 of 2026")
    assert github.heard == []
    github.faults = [(401, {}, b"")]
    refused = run(folder, "deliver")
    assert refused.exit_code == 3
    assert "not sent, the next run tries again (refuses the sign-in (401)" in refused.stdout
    assert "s3cret" not in refused.output
    assert run(folder, "deliver").exit_code == 0
    assert "has it already" in run(folder, "deliver").stdout
    assert list(github.issues) == [1]
