"""The commands that look at the user's files alone."""

import shutil
from pathlib import Path

from tests.stage import Place

EXAMPLE = Path(__file__).parents[2] / "examples" / "arrow"


def arrow(folder: Path) -> Place:
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    names = ("ARROW_JIRA_URL", "ARROW_JIRA_TOKEN", "ARROW_GITHUB_URL", "ARROW_GITHUB_TOKEN")
    return Place(folder, dict.fromkeys(names, "https://example.com"))


def test_the_cases_of_the_example_hold(tmp_path: Path) -> None:
    done = arrow(tmp_path).fingerpost("test")
    assert done.returncode == 0
    assert done.stdout.endswith(" cases hold\n")
    assert done.stderr == "rules and names were not held against the stored facts: there is no store yet\n"


def test_a_case_that_does_not_hold_is_told_with_its_place_and_what_matched(tmp_path: Path) -> None:
    place = arrow(tmp_path)
    text = (tmp_path / "mappings.yaml").read_text()
    wrong = text.replace("title: Faster group by}, expect: engine", "title: Faster group by}, expect: languages")
    (tmp_path / "mappings.yaml").write_text(wrong)
    done = place.fingerpost("test")
    assert done.returncode == 2
    assert done.stdout.endswith(" cases\n")
    assert "expected languages, found engine; the first that matches is 'core'" in done.stderr


def test_check_counts_what_the_files_hold(tmp_path: Path) -> None:
    done = arrow(tmp_path).fingerpost("check")
    assert done.returncode == 0
    assert "strategy.yaml: 7 objectives" in done.stdout
