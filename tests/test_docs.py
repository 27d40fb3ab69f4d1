"""The documents say what is so."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from mappings.load import load_mappings, load_strategy, read
from sync.cli import app
from sync.config import Config
from sync.reconcile.checks import discover
from sync.work.checks import checks, verdicts
from sync.work.configuration import configuration

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def yaml_blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)


def test_the_files_of_the_readme_are_good() -> None:
    config, strategy, mappings = yaml_blocks()
    secrets = {"JIRA_EMAIL": "a@example.com", "JIRA_TOKEN": "b", "GITHUB_TOKEN": "c"}
    context = {"environment": secrets, "read": Path.read_text}
    assert set(read(config, "fingerpost.yaml", Config, context=context).sources) == {"jira", "github"}
    assert load_strategy(strategy, "strategy.yaml").rank == {"checkout": 1, "steady": 2}
    assert [rule.id for rule in load_mappings(mappings, "mappings.yaml").rules] == ["checkout-work"]


def test_the_channels_of_the_guide_are_good() -> None:
    guide = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
    (channels,) = re.findall(r"```yaml\n(.*?)```", guide, flags=re.DOTALL)
    secrets = dict.fromkeys(re.findall(r"\$\{(\w+)\}", channels), "s3cret")
    source = "sources: {jira: {type: jira, url: 'https://a.test', token: '${SLACK_TOKEN}', projects: [PAY]}}\n"
    config = read(channels + source, "fingerpost.yaml", Config, context={"environment": secrets, "folder": ROOT})
    assert {channel.type for channel in config.deliver.values()} == {
        *("slack", "mail", "github", "job_summary", "confluence", "webhook")
    }


def test_every_command_is_in_the_readme_and_no_other() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \|", README, flags=re.MULTILINE)
    assert set(listed) == set(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_what_the_readme_makes_is_in_the_makefile(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_the_table_of_keys_is_what_the_models_say() -> None:
    kept = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert kept == configuration(), "fingerpost schema configuration > docs/configuration.md"


def test_the_manual_of_the_checks_is_what_they_say() -> None:
    kept = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert kept == f"{checks()}\n", "fingerpost schema checks > docs/checks.md"


def test_a_verdict_is_of_a_check_and_says_why() -> None:
    kinds = {check.KIND for check in discover().values()}
    assert {row["kind"] for row in verdicts()} <= kinds
    assert all(row["verdict"] in ("true", "false", "unjudged") and row["reason"] for row in verdicts() if row["key"])


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_repository_names_no_machine_and_no_package_registry() -> None:
    for path in (ROOT / "requirements.lock", ROOT / "requirements-dev.lock"):
        assert "://" not in path.read_text()
