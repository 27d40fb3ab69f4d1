"""The invented company, served on this machine, with a configuration that reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.twin.company import company
from connectors.twin.github import github_app
from connectors.twin.jira import jira_app
from connectors.twin.serve import serving
from sync.store.errors import StoreError

CONFIG = """\
# Reads the invented company that `fingerpost demo` serves. A real one looks the same, with addresses of its own.
store: sqlite:///{folder}/fingerpost.db
zone: Europe/Berlin
strategy: strategy.yaml
mappings: mappings.yaml
people: people.yaml
reports: {folder}/reports
sources:
  jira:
    type: jira
    url: ${{DEMO_JIRA_URL}}
    email: fingerpost@example.com
    token: ${{DEMO_TOKEN}}
    projects: [{projects}]
  github:
    type: github
    url: ${{DEMO_GITHUB_URL}}
    token: ${{DEMO_TOKEN}}
    repositories: ["{owner}/*"]
"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where the company's files are, the environment that they name, and the instant at which its story ends."""

    config: Path
    environment: dict[str, str]
    as_of: datetime


@contextmanager
def scene(folder: Path, *, size: int) -> Iterator[Scene]:
    """The company on the air, its files written into the folder; StoreError where that cannot be made."""
    _make(folder)
    made = company(size=size)
    projects = ", ".join(sorted(project["key"] for project in made.jira.projects))
    owner = made.github.repositories[0]["owner"]["login"]
    texts = {
        "fingerpost.yaml": CONFIG.format(folder=folder, projects=projects, owner=owner),
        "strategy.yaml": made.strategy,
        "mappings.yaml": made.mappings,
        "people.yaml": made.people,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    with serving({"jira": jira_app(made.jira), "github": github_app(made.github)}) as urls:
        environment = {"DEMO_JIRA_URL": urls["jira"], "DEMO_GITHUB_URL": urls["github"], "DEMO_TOKEN": "no-secret"}
        yield Scene(config=folder / "fingerpost.yaml", environment=environment, as_of=made.jira.now())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {folder} cannot be made: {error.strerror}.", hint="Name another folder."
        ) from error
