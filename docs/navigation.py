"""What the site's navigation has beside `mkdocs.yml`: every decision, and what `make bench` wrote where it has."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = Path(config.docs_dir)
    decisions = [path.relative_to(folder) for path in sorted((folder / "decisions").glob("0*"))]
    measured = [{"What it costs": path.name} for path in folder.glob("benchmarks.md")]
    config.nav += [*measured, {"Decisions": ["decisions/README.md", *map(str, decisions)]}]
    return config
