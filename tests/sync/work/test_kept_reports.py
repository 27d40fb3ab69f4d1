"""`fingerpost diff`: reports that lie in files."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sync.cli import app
from sync.report import html, json
from tests.sync.report.sample import finding, sample


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "w46.json"
    path.write_text(json.render(sample()))
    return path


def test_a_page_holds_the_same_report_as_the_json(kept: Path) -> None:
    page = kept.with_suffix(".html")
    page.write_text(html.render(sample()))
    done = run(kept, page)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith("Both say the same.\n")


def test_what_came_is_told_for_programs_too(kept: Path) -> None:
    later = kept.with_name("w47.json")
    later.write_text(json.render(sample(findings=(*sample().findings, finding(77)))))
    done = run(kept, later, "--format", "json")
    assert done.exit_code == 0
    assert '"version": "fingerpost.diff/1"' in done.stdout
    assert '"id": "000000004d"' in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no report"),
        (b"<html></html>", "is no report"),
        (b"\xff\xfe", "is no report"),
        (b'{"version": "fingerpost.report/9"}', "$.version"),
        (b'<script type="application/json" id="report">{"deflate": "AAAA"}</script>', "is no report"),
        (b'<script type="application/json" id="report">{"deflate": "A"}</script>', "is no report"),
        (None, "cannot be read: no such file"),
    ],
)
def test_what_is_no_report_is_named_with_the_reason(kept: Path, content: bytes | None, said: str) -> None:
    other = kept.with_name("other")
    if content is not None:
        other.write_bytes(content)
    done = run(kept, other)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{other}: " in done.stderr
    assert said in done.stderr
