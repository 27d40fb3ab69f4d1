"""The program as its user runs it: its own process, real HTTP to the twin, a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.twin.company import Company
from connectors.twin.faults import Faults
from connectors.twin.github import github_app
from connectors.twin.jira import jira_app
from connectors.twin.serve import serving
from sync.store.database import connect
from sync.store.load import snapshot
from tests import forks

CONFIG = """\
store: sqlite:///fingerpost.db
zone: Europe/Berlin
people: people.yaml
sources:
  jira:
    type: jira
    url: ${JIRA_URL}
    email: fingerpost@example.com
    token: ${JIRA_TOKEN}
    projects: [PAY, WEB, MOB, DATA, PLAT, OPS, LAB, FAC, ROAD]
  github:
    type: github
    url: ${GITHUB_URL}
    token: ${GITHUB_TOKEN}
    repositories: ["acme-shops/*"]
"""
AS_OF = "2026-11-20T18:00:00Z"  # where the company's story ends


@dataclass
class Place:
    """A folder with the user's files, and the environment that they are read in."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, log: Path | None = None) -> subprocess.Popen[str]:
        """The program under way, for whoever wants to stop it; `fingerpost` is quicker. Its log may go to a file."""
        command = [sys.executable, "-m", "sync.cli", *arguments]
        pipe = subprocess.PIPE
        with log.open("w", encoding="utf-8") if log else nullcontext(pipe) as err:
            return subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=pipe, stderr=err, text=True)

    def fingerpost(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return forks.fingerpost(arguments, folder=self.folder, environment=self._environment)

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **self.environment}

    def report(self, *arguments: str) -> dict[str, Any]:
        done = self.fingerpost("report", "--format", "json", *arguments)
        assert done.returncode in (0, 3), done.stderr
        made: dict[str, Any] = json.loads(done.stdout)
        return made

    def facts(self) -> Mapping[str, list[str]]:
        """All that is known where the company's story ends, by table; when a source was read is no fact."""
        engine = connect(f"sqlite:///{self.folder}/fingerpost.db")
        tables = snapshot(engine, datetime.fromisoformat(AS_OF)).tables
        engine.dispose()
        known = {**tables, "sources": tables["sources"].drop("complete_us")}
        return {name: sorted(map(repr, table.to_pyarrow().to_pylist())) for name, table in known.items()}

    def exported(self, *arguments: str) -> Mapping[str, bytes]:
        """Every file of an export, by name."""
        out = self.folder / "export"
        done = self.fingerpost("export", "--out", "export", *arguments)
        assert done.returncode == 0, done.stderr
        return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@dataclass(frozen=True)
class Stage:
    """The company on the air, and what is asked of it."""

    company: Company
    jira: Faults
    github: Faults
    environment: dict[str, str]


@contextmanager
def staged(company: Company) -> Iterator[Stage]:
    """The company, served."""
    jira, github = Faults(jira_app(company.jira)), Faults(github_app(company.github))
    with serving({"jira": jira, "github": github}) as urls:
        environment = {"JIRA_URL": urls["jira"], "GITHUB_URL": urls["github"]}
        secrets = {"JIRA_TOKEN": "jira-secret", "GITHUB_TOKEN": "github-secret"}
        yield Stage(company=company, jira=jira, github=github, environment=environment | secrets)


def furnished(folder: Path, stage: Stage) -> Place:
    """A folder with a configuration that reads the company, and the company's own map."""
    company = stage.company
    texts = {
        "fingerpost.yaml": CONFIG.replace("fingerpost.db", f"{folder}/fingerpost.db"),  # wherever it is opened from
        "strategy.yaml": company.strategy,
        "mappings.yaml": company.mappings,
        "people.yaml": company.people,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Place(folder, dict(stage.environment))
