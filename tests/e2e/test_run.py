"""The scheduled job on an invented company, from poll to report."""

import json
from html.parser import HTMLParser

from tests.stage import AS_OF, Place, Stage

CHECKED = {"M01", "M02", "M03", "M12", "M22"}


class Addresses(HTMLParser):
    """Everything that a page would fetch by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name == "src" or (tag == "link" and name == "href")]


def test_the_job_reads_tags_reconciles_and_reports(place: Place) -> None:
    done = place.fingerpost("run", "--as-of", AS_OF)
    assert done.returncode == 0, done.stderr
    assert "jira: complete" in done.stderr
    assert "github: complete" in done.stderr
    reports = place.folder / "reports"
    assert {path.name for path in reports.glob("latest.*")} == {"latest.html", "latest.json", "latest.txt"}
    assert (reports / "latest.txt").read_text() == done.stdout
    page = Addresses()
    page.feed((reports / "latest.html").read_text())
    assert page.fetched == []


def test_every_item_is_accounted_for(place: Place, stage: Stage) -> None:
    assert place.fingerpost("sync").returncode == 0
    report = place.report("--as-of", AS_OF)
    lines = {line["kind"]: line for line in report["balance"]}
    for line in lines.values():
        assert line["seen"] == sum(line[outcome] for outcome in ("tagged", "exempt", "untagged", "unknown"))
    repositories = stage.company.github.repositories
    issues = len(stage.company.jira.issues) + sum(len(each["issues"]) for each in repositories)
    assert lines["work_item"]["seen"] == issues
    assert lines["pull_request"]["seen"] == sum(len(each["pullRequests"]) for each in repositories)


def test_what_was_planted_is_found_and_nothing_else_of_its_kind(place: Place, stage: Stage) -> None:
    assert place.fingerpost("sync").returncode == 0
    report = place.report("--as-of", AS_OF)
    found = {(finding["kind"], finding["subject_key"]) for finding in report["findings"]}
    planted = {(each.kind, each.ref_key) for each in stage.company.planted if each.kind in CHECKED}
    assert {kind for kind, _ in planted} == CHECKED
    assert planted <= found
    alike = {(kind, each.ref_key) for each in stage.company.planted for kind in each.of.split()}
    assert alike.isdisjoint(found)


def test_the_same_facts_give_the_same_bytes(place: Place) -> None:
    assert place.fingerpost("sync").returncode == 0
    first, second = (place.fingerpost("report", "--format", form, "--as-of", AS_OF) for form in ("html", "html"))
    assert first.stdout == second.stdout
    assert place.report("--as-of", AS_OF)["masthead"]["digest"] in first.stdout


def test_a_second_run_asks_once_each_and_changes_nothing(place: Place, stage: Stage) -> None:
    assert place.fingerpost("sync").returncode == 0
    before, asked = place.exported("--as-of", AS_OF), (len(stage.jira.requests), len(stage.github.requests))
    assert place.fingerpost("sync").returncode == 0
    assert (len(stage.jira.requests) - asked[0], len(stage.github.requests) - asked[1]) == (1, 1)
    assert place.exported("--as-of", AS_OF) == before


def test_no_secret_is_written_anywhere(place: Place) -> None:
    done = place.fingerpost("run", "--as-of", AS_OF, "--verbose")
    written = [path.read_bytes() for path in place.folder.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    for secret in (b"jira-secret", b"github-secret"):
        assert all(secret not in content for content in written)
        assert secret.decode() not in done.stdout + done.stderr


def test_the_exit_code_tells_of_grave_findings(place: Place) -> None:
    assert place.fingerpost("sync").returncode == 0
    assert place.fingerpost("report", "--as-of", AS_OF, "--fail-on", "high").returncode == 1
    assert (
        place.fingerpost("report", "--as-of", AS_OF, "--publish", "--format", "csv", "--out", "tables").returncode == 0
    )
    assert {"findings.csv", "figures.csv"} <= {path.name for path in (place.folder / "tables").iterdir()}
    assert (place.folder / "reports" / "latest.html").exists()


def test_schemas_are_json(place: Place) -> None:
    for name in ("fingerpost", "strategy", "mappings", "people", "report"):
        assert json.loads(place.fingerpost("schema", name).stdout)
