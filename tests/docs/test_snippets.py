"""What the documents show is what the program takes. `make soak` really runs every line."""

import ast
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from connectors.twin.company import company
from mappings.acknowledgements import Acknowledgements
from mappings.load import load_mappings, load_people, load_strategy, read
from sync.cli import app
from sync.config import Config
from sync.deliver import webhook
from sync.report.model import json_schema
from tests.docs.snippets import ROOT, Snippet, snippets
from tests.stage import AS_OF, Place, furnished, staged

SOAK = "FINGERPOST_SOAK" in os.environ
SECRETS = dict.fromkeys(("STORE", "JIRA_EMAIL", "JIRA_TOKEN", "JIRA_HOOK", "GITHUB_TOKEN", "GITHUB_HOOK"), "s3cret")
LOADERS: dict[str, Callable[[str, str], Any]] = {
    "strategy.yaml": load_strategy,
    "mappings.yaml": load_mappings,
    "people.yaml": load_people,
    "acks.yaml": lambda text, file: read(text, file, Acknowledgements),
    "fingerpost.yaml": lambda text, file: read(text, file, Config, context=CONTEXT),
}
CONTEXT = {"environment": SECRETS | {"STORE": "postgresql://db/facts"}, "read": lambda *_, **__: "s3cret"}
OTHERS = ("docker",)  #: programs that are not here; what they are given is not tried
UNENDING = ("serve", "worker")  #: tests/sync/service runs these, and ends them
TYPED = [(each, line) for each in snippets("sh") for line in each.lines]
OURS = [(each, shlex.split(line)[1:]) for each, line in TYPED if line.startswith("fingerpost ")]


def named(case: Any) -> str:
    return str(case) if isinstance(case, Snippet) else " ".join(case)


@pytest.mark.parametrize("snippet", [each for each in snippets("yaml") if each.title], ids=str)
def test_yaml_is_read_by_the_file_that_it_names(snippet: Snippet) -> None:
    if load := LOADERS.get(snippet.title):
        load(snippet.text, snippet.title)
    else:
        assert YAML(typ="safe").load(snippet.text)


def test_yaml_of_the_guides_says_which_file_it_is() -> None:
    assert [str(each) for each in snippets("yaml") if each.page.startswith("docs/guides") and not each.title] == []


def test_blocks_say_what_they_are() -> None:
    assert [str(each) for each in snippets("")] == []


@pytest.mark.parametrize(("snippet", "words"), OURS, ids=named)
def test_a_line_is_one_that_the_program_takes(snippet: Snippet, words: list[str]) -> None:
    command: Any = get_command(app)
    while below := getattr(command, "commands", None):
        command, words = below[words[0]], words[1:]
    command.make_context(command.name, list(words))


def test_lines_are_ours_or_make_what_there_is() -> None:
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    others = [shlex.split(line) for _, line in TYPED if not line.startswith("fingerpost ")]
    assert {words[1] for words in others if words[0] == "make"} <= made
    assert {words[0] for words in others} <= {"make", *OTHERS}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the guide's export was made, of a store that has read nothing yet; in a soak, of the company's."""
    with staged(company(seed=3, size=150)) as stage:
        place = furnished(tmp_path_factory.mktemp("facts"), stage)
        if SOAK:
            assert place.fingerpost("sync").returncode == 0
        (exported,) = [words for each, words in OURS if words[0] == "export" and each.page.endswith("asking-sql.md")]
        done = place.fingerpost(*exported)
        assert done.returncode == 0, done.stderr
        yield place.folder


@pytest.mark.parametrize("snippet", snippets("sql"), ids=str)
def test_sql_fits_the_exported_facts(snippet: Snippet, facts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(facts)
    rows = duckdb.sql(snippet.text).fetchall()
    assert rows or not SOAK


@pytest.mark.parametrize("snippet", snippets("python"), ids=str)
def test_python_runs_on_the_exported_facts(snippet: Snippet, facts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(facts)
    exec(compile(ast.parse(snippet.text), str(snippet), "exec"), {})


@pytest.mark.parametrize("snippet", snippets("tsx"), ids=str)
def test_what_a_card_reads_is_in_the_reports_schema(snippet: Snippet) -> None:
    kinds = json_schema()["$defs"]
    read = {
        "Report": r"report\??\.(\w+)",
        "Masthead": r"masthead\.(\w+)",
        "ObjectiveRow": r"objective\.(\w+)",
        "Finding": r"each\.(\w+)",
    }
    for kind, pattern in read.items():
        used = set(re.findall(pattern, snippet.text))
        assert used
        assert used <= kinds[kind]["properties"].keys(), kind


def test_what_a_webhook_gets_is_told_by_its_name() -> None:
    guide = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
    told = webhook.json_schema()["$defs"]["Document"]["properties"].keys() - {"version"}  # it is the format's name
    assert told <= set(re.findall(r"`(\w+)`", guide))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The company, read and reported on, and the files that the guides name beside it."""
    with staged(company(seed=3, size=150)) as stage:
        place = furnished(tmp_path_factory.mktemp("played"), stage)
        assert place.fingerpost("run", "--as-of", AS_OF).returncode in (0, 3)
        for name in ("mappings.yaml", "strategy.yaml"):
            shutil.copy(place.folder / name, place.folder / f"edited-{name}")
        for name in ("last-week.json", "this-week.json", "before.json"):
            shutil.copy(place.folder / "reports" / "latest.json", place.folder / name)
        yield place


@pytest.mark.soak
@pytest.mark.parametrize("page", sorted({each.page for each, words in OURS}))
def test_every_line_runs(page: str, played: Place) -> None:
    for each, words in OURS:
        if each.page == page and words[0] not in UNENDING:
            done = played.fingerpost(*words)
            assert done.returncode in (0, 1, 3), f"{each}: {' '.join(words)}\n{done.stderr}"
