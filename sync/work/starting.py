"""The first files of an installation."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mappings import sketch
from mappings.cases import run_cases
from mappings.crossing import cross_check
from mappings.load import load_mappings, load_people, load_strategy
from mappings.problems import Problem, Problems
from sync.config import Config, GitHubConfig, JiraConfig, load_config
from sync.deliver import file
from sync.reconcile.periods import day_of
from sync.store.database import connect, exists
from sync.store.load import snapshot

HEAD = """\
# What to read, where to keep it, and which files hold the map. All that can be said: fingerpost schema fingerpost
zone: UTC                                 # such as Europe/Berlin: where a day begins
people: people.yaml
sources:
"""
JIRA = """\
  jira:
    type: jira
    url: {url}
{email}    token: ${{JIRA_TOKEN}}                  # from the environment; or token_file: /run/secrets/jira
    projects: [{projects}]
"""
EMAIL = "    email: ${JIRA_EMAIL}                  # the account of the API token\n"
GITHUB = """\
  github:
    type: github
    token: ${{GITHUB_TOKEN}}                # Enterprise Server: also url: https://host/api/v3
    repositories: [{repositories}]
"""


def config_text(*, jira: str | None, projects: Sequence[str], repositories: Sequence[str]) -> str:
    """A configuration that reads these; `jira` is the site's address."""
    email = EMAIL if jira and jira.rstrip("/").endswith(".atlassian.net") else ""
    quoted = ", ".join(f'"{name}"' for name in repositories)
    parts = [HEAD]
    if jira:
        parts.append(JIRA.format(url=jira, email=email, projects=", ".join(projects)))
    if repositories:
        parts.append(GITHUB.format(repositories=quoted))
    return "".join(parts)


def started(path: Path, *, environment: Mapping[str, str], at: datetime, force: bool) -> list[Path]:
    """The files written beside the configuration: strategy, rules and people, from what is stored, else as it names.

    Raises `Problems` where one of them stands there already and `force` does not ask to write over it.
    """
    config = load_config(path, environment=environment)
    day = day_of(at, zone=ZoneInfo(config.zone))
    texts = _texts(_shown(config, at), config=config, folder=path.parent, day=day)
    there = [] if force else [name for name in texts if name.exists()]
    if there:
        hint = "write over it with --force, or keep it"
        raise Problems(Problem(str(name), 0, 0, "is there already", hint) for name in there)
    for name, text in texts.items():
        file.write(name, text)
    return list(texts)


def _shown(config: Config, at: datetime) -> sketch.Shown:
    """What the store shows; before anything was read, what the configuration names."""
    if exists(config.store):
        engine = connect(config.store)
        try:
            seen = sketch.shown(snapshot(engine, at).tables)
        finally:
            engine.dispose()
        if seen.places:
            return seen
    sources = config.sources.values()
    projects = [key for source in sources if isinstance(source, JiraConfig) for key in source.projects]
    return sketch.named(
        projects, [name for source in sources if isinstance(source, GitHubConfig) for name in source.repositories]
    )


def _texts(seen: sketch.Shown, *, config: Config, folder: Path, day: date) -> dict[Path, str]:
    """By path, each file; they hold together and their cases hold, or `Problems` says what does not."""
    strategy, mappings = _file(folder / config.strategy), _file(folder / config.mappings)
    people = folder / (config.people or "people.yaml")
    texts = {
        strategy: sketch.strategy_text(seen, day=day),
        mappings: sketch.mappings_text(seen),
        people: sketch.people_text(seen, day=day),
    }
    rules = load_mappings(texts[mappings], str(mappings))
    who = load_people(texts[people], str(people))
    wrong = cross_check(load_strategy(texts[strategy], str(strategy)), rules, who)
    wrong += [failure.problem for failure in run_cases(rules, day=day)]
    if wrong:
        raise Problems(wrong)
    return texts


def _file(named: Path) -> Path:
    """The file itself; of a folder of versions, the first."""
    return named / "first.yaml" if named.is_dir() else named
